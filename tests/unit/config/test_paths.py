from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.config import paths
from modelbout.config.paths import check_path, has_glob, repository
from modelbout.errors import Place

if TYPE_CHECKING:
    from pathlib import Path

PLACE = Place(file="m", line=3, key="data.source")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a repository with a model in a subdirectory, and a file beside the repository."""
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "repo" / "model" / "data").mkdir(parents=True)
    (tmp_path / "repo" / "shared.csv").write_text("a\n1\n", encoding="utf-8")
    (tmp_path / "repo" / "model" / "data" / "x.csv").write_text("a\n1\n", encoding="utf-8")
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    return tmp_path / "repo" / "model"


def found(text: str, root: Path, *, follow: bool = True) -> str | None:
    problem = check_path(text, root=root, top=repository(root), place=PLACE, follow=follow)
    if problem is None:
        return None
    assert problem.place == PLACE
    assert problem.fix
    assert problem.allowed == "a path inside the repository, relative to modelbout.yaml"
    return problem.found


def test_the_repository_is_where_git_is(project: Path, tmp_path: Path) -> None:
    assert repository(project) == tmp_path / "repo"
    assert repository(tmp_path / "repo") == tmp_path / "repo"
    assert repository(tmp_path) == tmp_path


@pytest.mark.parametrize(
    "text",
    [
        "data/x.csv",
        "../shared.csv",
        "data/../data/x.csv",
        "data/*.csv",
        "**/*.csv",
        "not-there.csv",
        "./data/x.csv",
        "a b/ü.csv",
    ],
)
def test_inside(project: Path, text: str) -> None:
    assert found(text, project) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("/etc/passwd", "`/etc/passwd` does not start at modelbout.yaml"),
        ("~/data.csv", "`~/data.csv` does not start at modelbout.yaml"),
        ("C:\\data.csv", "`C:\\data.csv` does not start at modelbout.yaml"),
        ("\\\\server\\x.csv", "`\\\\server\\x.csv` does not start at modelbout.yaml"),
        ("../../secret.csv", "`../../secret.csv` leaves the repository"),
        ("..\\..\\secret.csv", "`..\\..\\secret.csv` leaves the repository"),
        ("data/../../../secret.csv", "`data/../../../secret.csv` leaves the repository"),
        ("../../repo/shared.csv", "`../../repo/shared.csv` leaves the repository"),
        ("../../*.csv", "`../../*.csv` leaves the repository"),
        ("https://user:pass@host/x.csv", "`https://...` is an address"),
        ("s3://bucket/x.csv", "`s3://...` is an address"),
        ("a\0b", "the path `a\\u{0}b` holds a control character"),
        ("a\nb", "the path `a\\u{a}b` holds a control character"),
    ],
)
@pytest.mark.parametrize("follow", [True, False])
def test_outside(project: Path, text: str, why: str, follow: bool) -> None:  # noqa: FBT001 -- a parameter of pytest
    assert found(text, project, follow=follow) == why


@pytest.mark.parametrize("text", ["link.csv", "*.csv", "away/secret.csv", "away/*.csv", "li*"])
def test_links_are_followed(project: Path, tmp_path: Path, text: str) -> None:
    (project / "link.csv").symlink_to(tmp_path / "secret.csv")
    (project / "away").symlink_to(tmp_path)
    assert found(text, project) == f"`{text}` leaves the repository by a link"
    assert found(text, project, follow=False) is None


def test_a_link_inside_is_fine(project: Path) -> None:
    (project / "link.csv").symlink_to(project.parent / "shared.csv")
    assert found("link.csv", project) is None
    assert found("*.csv", project) is None


@pytest.mark.parametrize("error", [OSError(40, "Too many levels"), ValueError("Invalid pattern"), RuntimeError("loop")])
def test_a_path_that_cannot_be_followed(project: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    # Which links and patterns Python refuses, and how, differs from version to version.
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(paths, "_candidates", fail)
    said = found("x/*.csv", project)
    assert said is not None
    assert said.startswith("the path `x/*.csv` cannot be followed: ")


def test_has_glob() -> None:
    assert [has_glob(text) for text in ("a*", "a?", "[ab]", "a.csv")] == [True, True, True, False]
