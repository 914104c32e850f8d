"""Results gathered from directories and artifacts: each model once, nothing taken on trust."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

import pytest

from modelbout.errors import ConfigError, DataError, Problem
from modelbout.github.api.errors import UnreachableError
from modelbout.github.api.runs import Artifact
from modelbout.github.harvest import ARTIFACT, ARTIFACT_LIMIT, Found, from_directories, from_run
from modelbout.record import to_json, write_atomically
from modelbout.report.story import Story
from modelbout.results import BOUT_FILE, VALIDATION_FILE
from tests.unit.github.comment.sections import story_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def lay(place: Path, model: str, kind: str = "win") -> Path:
    story = story_of(model, kind)
    assert story.bout is not None
    write_atomically(place / BOUT_FILE, to_json(story.bout))
    return place


def models(found: Sequence[Found]) -> list[str]:
    return [one.story.model for one in found]


def test_a_run_directory(tmp_path: Path) -> None:
    lay(tmp_path / "run", "churn")
    (found,) = from_directories(["run"], tmp_path).found
    assert found.story.model == "churn"
    assert found.directory == tmp_path / "run"


def test_one_directory_with_a_run_of_each_model(tmp_path: Path) -> None:
    for model in ("b", "a"):
        lay(tmp_path / "all" / f"modelbout-results-{model}", model)
    (tmp_path / "all" / "notes").mkdir()
    assert models(from_directories(["all"], tmp_path).found) == ["a", "b"]


def test_globs_and_absolute_paths(tmp_path: Path) -> None:
    for model in ("a", "b", "c"):
        lay(tmp_path / "models" / model / "run", model)
    elsewhere = lay(tmp_path / "elsewhere", "d")
    found = from_directories(["models/*/run", str(elsewhere)], tmp_path / ".").found
    assert models(found) == ["a", "b", "c", "d"]
    assert models(from_directories([f"{tmp_path}/models/[ab]/run"], tmp_path).found) == ["a", "b"]


def test_a_contract_that_broke_is_a_result_too(tmp_path: Path) -> None:
    story = story_of("churn", "contract")
    assert story.validation is not None
    write_atomically(tmp_path / VALIDATION_FILE, to_json(story.validation))
    assert models(from_directories(["."], tmp_path).found) == ["churn"]


def test_of_one_model_twice_the_later_line_counts(tmp_path: Path) -> None:
    lay(tmp_path / "one", "churn", "loss")
    lay(tmp_path / "two", "churn", "win")
    (found,) = from_directories(["one", "two"], tmp_path).found
    assert found.directory == tmp_path / "two"


@pytest.mark.parametrize("line", ["nowhere", "no*where", "empty", "/nowhere/at/all"])
def test_a_line_without_results_is_told(tmp_path: Path, line: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match="there are no results in"):
        from_directories([line], tmp_path)


def test_a_damaged_result_is_told(tmp_path: Path) -> None:
    write_atomically(tmp_path / BOUT_FILE, b'{"model": 1}')
    with pytest.raises(ConfigError, match="not a result of this version"):
        from_directories(["."], tmp_path)


class Shelf:
    """Artifacts whose bytes are the names of models."""

    def __init__(self, *artifacts: tuple[str, str], expired: str = "") -> None:
        self.kept = [
            Artifact(number, name, 1, expired=name == expired, digest=None)
            for number, (name, _) in enumerate(artifacts)
        ][::-1]
        self.contents = dict(enumerate(content for _, content in artifacts))
        self.downloaded: list[str] = []

    def artifacts(self, run: int) -> list[Artifact]:
        assert run == 7
        return self.kept

    def download(self, artifact: Artifact, into: BinaryIO, limit: int) -> None:
        assert limit > 0
        self.downloaded.append(artifact.name)
        if self.contents[artifact.id] == "down":
            raise UnreachableError(Problem(found="GitHub is down"))
        into.write(self.contents[artifact.id].encode())


class Brought:
    def __init__(self, story: Story) -> None:
        self.story = story


def read(file: BinaryIO) -> list[Brought]:
    content = file.read().decode()
    if content == "bomb":
        raise DataError(Problem(found="a bomb"))
    if content == "empty":
        return [Brought(Story())]
    return [Brought(story_of(model)) for model in content.split()]


def test_all_artifacts_of_results_and_no_others() -> None:
    shelf = Shelf((ARTIFACT, "a b"), (f"{ARTIFACT}-x", "c"), ("modelbout-bundle", "d"), (f"{ARTIFACT}s", "e"))
    assert models(from_run(shelf, 7, read).found) == ["a", "b", "c"]
    assert shelf.downloaded == [ARTIFACT, f"{ARTIFACT}-x"]


def test_of_two_attempts_the_newer_artifact_counts_and_an_expired_one_does_not() -> None:
    shelf = Shelf((ARTIFACT, "old"), (ARTIFACT, "new"))
    assert models(from_run(shelf, 7, read).found) == ["new"]
    assert from_run(Shelf((ARTIFACT, "a"), expired=ARTIFACT), 7, read).found == ()


def test_a_refused_artifact_costs_no_other() -> None:
    harvest = from_run(Shelf((f"{ARTIFACT}-a", "bomb"), (f"{ARTIFACT}-b", "b")), 7, read)
    assert models(harvest.found) == ["b"]
    (refused,) = harvest.refused
    assert refused.exit_code == 3


@pytest.mark.parametrize("content", ["No\N{NO-BREAK SPACE}Name", "x" * 65, "-x", "../x", "<b>", "empty"])
def test_a_model_that_no_configuration_could_name_is_refused(content: str) -> None:
    harvest = from_run(Shelf((ARTIFACT, content)), 7, read)
    assert harvest.found == ()
    assert len(harvest.refused) == 1


def test_a_github_that_is_down_is_no_refusal() -> None:
    with pytest.raises(UnreachableError):
        from_run(Shelf((ARTIFACT, "down")), 7, read)


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_the_code_of_one_model_cannot_pass_for_another_s(order: tuple[str, str]) -> None:
    contents = {"a": "a b", "b": "b"}
    shelf = Shelf(*((f"{ARTIFACT}-{model}", contents[model]) for model in order))
    brought: list[Brought] = []

    def reading(file: BinaryIO) -> list[Brought]:
        found = read(file)
        brought.extend(one for one in found if len(found) == 1)
        return found

    harvest = from_run(shelf, 7, reading)
    assert sorted(models(harvest.found)) == ["a", "b"]
    (mine,) = [one.story for one in harvest.found if one.story.model == "b"]
    assert mine is brought[0].story
    (refused,) = harvest.refused
    assert f"{ARTIFACT}-a is refused in part: it speaks of the model b" in refused.problems[0].found


def test_all_artifacts_of_a_run_share_one_limit() -> None:
    shelf = Shelf((f"{ARTIFACT}-a", "a"), (f"{ARTIFACT}-b", "b"), (f"{ARTIFACT}-c", "c"))
    shelf.kept = [replace(one, bytes=ARTIFACT_LIMIT // 2 + 1 if one.id < 2 else 1) for one in shelf.kept]
    harvest = from_run(shelf, 7, read)
    assert models(harvest.found) == ["a", "c"]
    assert shelf.downloaded == [f"{ARTIFACT}-a", f"{ARTIFACT}-c"]
    assert len(harvest.refused) == 1
