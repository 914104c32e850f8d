"""Gather the results that a report tells of: from run directories of this job, or from the artifacts of a run."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from modelbout.errors import ConfigError, DataError, ModelboutError, Place, Problem
from modelbout.github.api.errors import GitHubError
from modelbout.github.comment.state import MODEL
from modelbout.report.escape import clean
from modelbout.stages.report import read_story
from modelbout.stages.workspace import RESULTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from modelbout.github.api.runs import Artifact
    from modelbout.report.story import Story

ARTIFACT = "modelbout-results"
"""Name of the artifact that holds results; several of one run are called ``modelbout-results-<anything>``."""

MOST_ARTIFACTS = 256
"""Jobs of a matrix: GitHub's own limit."""

ARTIFACT_LIMIT = 64 * 1024 * 1024
"""Bytes of one zip, and of all zips of one run: results are a hundred kilobytes, deflated. Our own choice."""


class Bringer(Protocol):
    """What was read out of an artifact."""

    @property
    def story(self) -> Story:
        """Return the results of one model."""


class Shelf(Protocol):
    """The artifacts of a run."""

    def artifacts(self, run: int) -> Sequence[Artifact]:
        """Return them, the newest first."""

    def download(self, artifact: Artifact, into: BinaryIO, limit: int) -> object:
        """Write one to a file."""


@dataclass(frozen=True)
class Found:
    """The results of one model, and the run directory where they lie; None where they came in an artifact."""

    story: Story
    directory: Path | None = None


@dataclass(frozen=True)
class Harvest:
    """All that was found, one for each model, and what had to be refused."""

    found: tuple[Found, ...] = ()
    refused: tuple[ModelboutError, ...] = ()


def from_directories(lines: Iterable[str], root: Path) -> Harvest:
    """Read run directories, or directories with a run directory for each model in them.

    Args:
        lines: paths or globs, relative to ``root``.
        root: the job's workspace.

    Raises:
        ConfigError: a line leads to no result, or what lies there is damaged.
    """
    found: list[Found] = []
    for line in lines:
        here = [Found(_named(read_story(run)), run) for run in _runs(line, root)]
        if not here:
            raise ConfigError(
                Problem(
                    found=f"there are no results in {line!r}",
                    allowed="run directories, one a line; globs are welcome",
                    fix="run the bout first, or name the directory to which its results were downloaded",
                    place=Place(key="run-directory"),
                )
            )
        found.extend(here)
    return Harvest(_one_each(found))


def from_run(shelf: Shelf, run: int, read: Callable[[BinaryIO], Sequence[Bringer]]) -> Harvest:
    """Read the artifacts of a run, each taken as hostile; of two with one name the newer one.

    Of two that speak of one model, the one that is named after it counts and the other is refused: the code of one
    model cannot pass for another's. Where none is, the newer one counts.

    Args:
        shelf: where artifacts are.
        run: the workflow run.
        read: reads the results out of a zip.

    Raises:
        GitHubError: GitHub cannot be asked.
    """
    newest: dict[str, Artifact] = {}
    for artifact in shelf.artifacts(run):
        if not artifact.expired and (artifact.name == ARTIFACT or artifact.name.startswith(f"{ARTIFACT}-")):
            newest.setdefault(artifact.name, artifact)
    found: dict[str, tuple[Found, str]] = {}
    refused: list[ModelboutError] = []
    room = ARTIFACT_LIMIT
    for artifact in sorted(newest.values(), key=lambda one: one.id)[:MOST_ARTIFACTS]:
        try:
            brought = _read(shelf, artifact, room, read)
        except GitHubError:
            raise
        except ModelboutError as error:
            refused.append(error)
            continue
        room -= artifact.bytes
        for one in brought:
            model = one.story.model
            own = f"{ARTIFACT}-{model}"
            known = found.get(model)
            if known is None or known[1] != own:
                found[model] = (one, artifact.name)
            if known is not None and own in {known[1], artifact.name}:
                stranger = artifact.name if known[1] == own else known[1]
                refused.append(_foreign(stranger, model))
    return Harvest(tuple(one for one, _ in found.values()), tuple(refused))


def _read(
    shelf: Shelf, artifact: Artifact, room: int, read: Callable[[BinaryIO], Sequence[Bringer]]
) -> tuple[Found, ...]:
    """Return what is in an artifact.

    Raises:
        GitHubError: GitHub cannot be asked.
        ModelboutError: the artifact is refused.
    """
    if artifact.bytes > room:
        raise DataError(
            Problem(
                found=f"the artifact {clean(artifact.name)} is refused: it has {artifact.bytes} bytes",
                allowed=f"at most {ARTIFACT_LIMIT} in all artifacts with results",
                fix="look at what the run uploaded",
            )
        )
    with tempfile.TemporaryFile() as file:
        shelf.download(artifact, file, room)
        file.seek(0)
        return tuple(Found(_named(brought.story)) for brought in read(file))


def _foreign(name: str, model: str) -> DataError:
    return DataError(
        Problem(
            found=f"the artifact {clean(name)} is refused in part: it speaks of the model {model}, which has its own",
            allowed=f"results of {model} in {ARTIFACT}-{model}",
            fix="give each model's artifact the name of its model, and look what wrote the other one",
        )
    )


def _runs(line: str, root: Path) -> Iterator[Path]:
    """Yield the run directories that a line means, in order."""
    given = Path(line)
    if given.is_absolute():
        base, pattern = Path(given.anchor), str(given.relative_to(given.anchor))
    else:
        base, pattern = root, line
    plain = (base / pattern) if not any(sign in pattern for sign in "*?[") else None
    places = [plain] if plain is not None else sorted(base.glob(pattern))
    for place in places:
        if _holds_results(place):
            yield place
        elif place.is_dir():
            yield from (inner for inner in sorted(place.iterdir()) if _holds_results(inner))


def _holds_results(place: Path) -> bool:
    return any((place / name).is_file() for name in RESULTS)


def _named(story: Story) -> Story:
    """Return the story if its model has a name that a configuration could give it."""
    try:
        model = story.model
    except ValueError:
        raise DataError(
            Problem(found="an artifact holds no result of any stage", allowed="at least one", fix="run the bout again")
        ) from None
    if not MODEL.fullmatch(model):
        raise DataError(
            Problem(
                found=f"an artifact tells of a model called {clean(model)!r}",
                allowed="small letters, digits and hyphens, at most 64",
                fix="no bout of Modelbout's writes such results: look at what the run did",
            )
        )
    return story


def _one_each(found: Iterable[Found]) -> tuple[Found, ...]:
    """Keep one for each model: the last, which is the newest artifact or the later line."""
    return tuple({one.story.model: one for one in found}.values())
