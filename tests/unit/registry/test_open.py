from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.errors import ConfigError, RegistryError
from modelbout.registry.local import LocalRegistry
from modelbout.registry.open import REGISTRY_VARIABLE, open_registry

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


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/x",
        "s3://bucket",
        "github:modelbout/modelbout",
        "GitHub:x/y",
        "git@github.com:x/y",
        "a\x1b://",
    ],
)
def test_only_directories_are_supported(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigError, match="only directories are supported as registries in this version") as caught:
        open_registry(address, root=tmp_path)
    assert caught.value.problems[0].place.key == "--registry"
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("address", ["", "  ", "a\0b", "~nobody-of-that-name/x"])
def test_an_address_that_names_nothing(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigError, match=r"address is empty|home of nobody"):
        open_registry(address, root=tmp_path)


def test_a_disk_that_is_not_mounted_is_no_new_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REGISTRY_VARIABLE, str(tmp_path / "mnt" / "registry"))
    with pytest.raises(RegistryError, match="mount it") as caught:
        open_registry(None, root=tmp_path)
    assert caught.value.problems[0].place.key == REGISTRY_VARIABLE
