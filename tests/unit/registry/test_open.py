from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.errors import ConfigError, RegistryError
from modelbout.registry.local import LocalRegistry
from modelbout.registry.open import REGISTRY_VARIABLE, open_registry
from modelbout.registry.remote.registry import GitHubRegistry

if TYPE_CHECKING:
    from pathlib import Path


def opened(address: str | None, root: Path) -> Path:
    registry = open_registry(address, root=root)
    assert isinstance(registry, LocalRegistry)
    return registry.path


@pytest.fixture(autouse=True)
def _without_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REGISTRY_VARIABLE, raising=False)


def test_the_default_is_beside_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert opened(None, tmp_path) == tmp_path / ".modelbout/registry"
    monkeypatch.setenv(REGISTRY_VARIABLE, "")
    assert opened(None, tmp_path) == tmp_path / ".modelbout/registry"


def test_the_variable_names_it_and_an_address_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REGISTRY_VARIABLE, "models/registry")
    assert opened(None, tmp_path) == tmp_path / "models/registry"
    assert opened("other", tmp_path) == tmp_path / "other"


def test_absolute_and_home_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert opened(str(tmp_path / "registry"), tmp_path / "root") == tmp_path / "registry"
    assert opened("~/registry", tmp_path / "root") == tmp_path / "registry"


@pytest.mark.parametrize("address", ["https://example.org/x", "s3://bucket", "git@github.com:x/y", "a\x1b://"])
def test_other_places_are_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigError, match="neither a directory nor a repository on GitHub") as caught:
        open_registry(address, root=tmp_path)
    assert caught.value.problems[0].place.key == "--registry"
    assert "github:owner/name" in caught.value.problems[0].fix
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "own", "repository"),
    [
        ("github:octo/churn", None, "octo/churn"),
        ("GitHub:octo/churn", "octo/other", "octo/churn"),
        ("github", "octo/churn", "octo/churn"),
        ("github:", "octo/churn", "octo/churn"),
    ],
)
def test_a_repository_on_github(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, own: str | None, repository: str
) -> None:
    monkeypatch.setenv("GITHUB_API_URL", "https://ghes.example/api/v3")
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://ghes.example")
    monkeypatch.setenv("GITHUB_SHA", "a" * 40)
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    if own:
        monkeypatch.setenv("GITHUB_REPOSITORY", own)
    registry = open_registry(address, root=tmp_path)
    assert isinstance(registry, GitHubRegistry)
    assert (registry.session.repository, registry.session.api_url) == (repository, "https://ghes.example/api/v3")
    # A commit of another repository can be no tag's.
    assert registry.target == ("a" * 40 if own == repository else None)


def test_github_alone_needs_a_workflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    with pytest.raises(ConfigError, match="GITHUB_REPOSITORY names none"):
        open_registry("github", root=tmp_path)


@pytest.mark.parametrize("address", ["github:octo", "github:octo/churn/x", "github:../..", "github:o cto/churn"])
def test_a_repository_that_cannot_be(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigError, match="is no repository"):
        open_registry(address, root=tmp_path)


@pytest.mark.parametrize("address", ["", "  ", "a\0b", "~nobody-of-that-name/x"])
def test_an_address_that_names_nothing(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigError, match=r"address is empty|home of nobody"):
        open_registry(address, root=tmp_path)


def test_a_disk_that_is_not_mounted_is_no_new_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REGISTRY_VARIABLE, str(tmp_path / "mnt" / "registry"))
    with pytest.raises(RegistryError, match="mount it") as caught:
        open_registry(None, root=tmp_path)
    assert caught.value.problems[0].place.key == REGISTRY_VARIABLE
