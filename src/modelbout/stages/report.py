"""The stage that writes what people read: Markdown always, a page and plots on request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from modelbout.contract_diff import ContractDiff
from modelbout.drift_result import DriftResult
from modelbout.errors import ConfigError, RegistryError
from modelbout.record import Record, to_json, write_atomically
from modelbout.report.plot import Plot
from modelbout.report.render import render
from modelbout.report.story import Story
from modelbout.results import (
    BOUT_FILE,
    CONTRACT_DIFF_FILE,
    DRIFT_FILE,
    PROMOTION_FILE,
    TRAINING_FILE,
    VALIDATION_FILE,
    BoutResult,
    PromotionResult,
    TrainingResult,
    ValidationResult,
)
from modelbout.stages.workspace import digest_of, read_result, unwritable

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.progress import Progress

RecordT = TypeVar("RecordT", bound=Record)

REPORT_FILE = "report.md"
PAGE_FILE = "report.html"
PLOTS = "plots"
PLOTS_FILE = "plots.json"


class Drawn(Record, frozen=True):
    """Which plots were drawn, and of which bout: plots of an older bout are not shown with a newer one."""

    bout_digest: str
    plots: tuple[Plot, ...]


@dataclass(frozen=True)
class Report:
    """What was written: Markdown, and where asked for the page and the plots."""

    markdown: Path
    page: Path | None
    plots: tuple[Plot, ...]


def report(run: Path, progress: Progress, *, plots: bool, page: bool) -> Report:
    """Write the report of a run directory from its results alone.

    Raises:
        ConfigError: the directory holds no result.
        RegistryError: the disk refuses.
    """
    story = read_story(run)
    drawn = draw_plots(run, story.bout, progress) if plots and story.bout is not None else known_plots(run)
    markdown = render(story, plots=drawn)
    written = save(run / REPORT_FILE, markdown.encode())
    shown = None
    if page:
        from modelbout.report.preview import preview

        shown = save(run / PAGE_FILE, preview(markdown, title=f"Modelbout: {story.model}").encode())
    return Report(written, shown, drawn)


def read_story(run: Path) -> Story:
    """Read whatever results lie in the run directory.

    Raises:
        ConfigError: there is none, or one of them is damaged.
    """
    story = Story(
        validation=optional(run / VALIDATION_FILE, ValidationResult, "validate"),
        training=optional(run / TRAINING_FILE, TrainingResult, "train"),
        bout=optional(run / BOUT_FILE, BoutResult, "compare"),
        promotion=optional(run / PROMOTION_FILE, PromotionResult, "promote"),
        contract_diff=optional(run / CONTRACT_DIFF_FILE, ContractDiff, "validate"),
        drift=optional(run / DRIFT_FILE, DriftResult, "drift"),
    )
    if not any((story.validation, story.training, story.bout, story.drift)):
        read_result(run / BOUT_FILE, BoutResult, made_by="run")
    return story


def draw_plots(run: Path, bout: BoutResult, progress: Progress) -> tuple[Plot, ...]:
    """Draw the plots of a bout and note of which bout they are."""
    from modelbout.report.plots import draw

    with progress.step("drawing plots"):
        try:
            drawn = draw(bout, run / PLOTS)
        except OSError as error:
            raise RegistryError(unwritable(run / PLOTS, error)) from error
    save(run / PLOTS / PLOTS_FILE, to_json(Drawn(bout_digest=bout_digest(run), plots=drawn)))
    return drawn


def known_plots(run: Path) -> tuple[Plot, ...]:
    """Return the plots that were drawn of this very bout earlier."""
    try:
        drawn = read_result(run / PLOTS / PLOTS_FILE, Drawn, made_by="report --plots")
        return drawn.plots if drawn.bout_digest == bout_digest(run) else ()
    except (ConfigError, OSError):
        return ()


def bout_digest(run: Path) -> str:
    """Return the digest of the stored verdict."""
    return digest_of((run / BOUT_FILE).read_bytes())


def optional(path: Path, kind: type[RecordT], made_by: str) -> RecordT | None:
    """Read a result that may not be there."""
    return read_result(path, kind, made_by=made_by) if path.exists() else None


def save(path: Path, data: bytes) -> Path:
    """Write one file of the report."""
    try:
        write_atomically(path, data)
    except OSError as error:
        raise RegistryError(unwritable(path, error)) from error
    return path
