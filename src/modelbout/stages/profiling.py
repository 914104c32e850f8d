"""The stage that describes the table of a model: its profile, and what the contract and the configuration say of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modelbout.contract.suspects import MOST_ROWS, suspects
from modelbout.data.profile_scan import profile_scan
from modelbout.errors import RegistryError
from modelbout.report.datasheet import COLUMNS_LIMIT, About, datasheet
from modelbout.stages.drift import sample
from modelbout.stages.groups import group_columns
from modelbout.stages.policy import forbidden_in
from modelbout.stages.report import save
from modelbout.stages.tables import Role, contract_of, scans
from modelbout.stages.workspace import unwritable
from modelbout.training.signature import class_texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modelbout.config.model import Data
    from modelbout.contract.model import Contract
    from modelbout.profile import Profile
    from modelbout.progress import Progress
    from modelbout.report.plot import Plot
    from modelbout.stages.workspace import Workspace

PERSONAL = ("email", "ip", "ipv4", "ipv6")  # forms that name a person or a device
DESCRIBED: tuple[Role, ...] = ("source", "train")  # the first of these that is there


def describe(work: Workspace, progress: Progress) -> tuple[Profile, About]:
    """Return the profile of the model's table (of the training rows where there are two), and what is known of it.

    Raises:
        ConfigError: the configuration or the contract is at fault.
        DataError: the table cannot be read.
    """
    data = work.config.data
    contract = contract_of(work)
    opened = scans(work, contract)
    scan = next(opened[role] for role in DESCRIBED if role in opened)
    with progress.step("profiling the rows"):
        found = profile_scan(
            scan,
            slices=group_columns(work.config.compare),
            label=data.target if data.target in scan.columns else None,
            classes=work.config.task != "regression",
            texts=class_texts,
        )
    known = about(work, contract, scan.columns, tuple(source.shown for source in scan.sources))
    looked_at = [name for name in scan.columns[:COLUMNS_LIMIT] if name not in known.personal]
    with progress.step("looking for personal data"):
        suspected = suspects(sample(scan, looked_at, MOST_ROWS)) if looked_at else {}
    return found, replace(known, suspected=suspected)


@dataclass(frozen=True)
class Written:
    """What was written: the sheet, and where asked for its pictures and the page."""

    sheet: Path
    plots: tuple[Plot, ...]
    page: Path | None


def write_sheet(found: Profile, known: About, output: Path, progress: Progress, *, plots: bool, page: bool) -> Written:
    """Write the data sheet, its pictures into a directory beside it, and a page of both.

    Raises:
        RegistryError: the disk refuses.
    """
    drawn: tuple[Plot, ...] = ()
    if plots:
        from modelbout.report.datasheet_plots import draw_sheet

        directory = output.with_name(f"{output.stem}-plots")
        with progress.step("drawing plots"):
            try:
                drawn = draw_sheet(found, directory)
            except OSError as error:
                raise RegistryError(unwritable(directory, error)) from error
    markdown = datasheet(found, known, plots=drawn)
    written = save(output, markdown.encode())
    shown = None
    if page:
        from modelbout.report.preview import preview

        title = f"Data sheet: {known.title}"
        shown = save(output.with_suffix(".html"), preview(markdown, title=title).encode())
    return Written(written, drawn, shown)


def about(work: Workspace, contract: Contract | None, columns: tuple[str, ...], sources: tuple[str, ...]) -> About:
    """Return what the configuration and the contract say of a table."""
    data, forbidden = work.config.data, forbidden_in(work, columns)
    return About(
        title=work.config.model,
        sources=sources,
        description="" if contract is None else contract.description,
        target=data.target,
        keys=() if contract is None else tuple(_keys(contract)),
        contract=data.contract,
        uses={name: "left out" if name in forbidden else _use(name, data) for name in columns},
        notes={} if contract is None else {column.name: column.description for column in contract.columns},
        personal={} if contract is None else dict(_personal(contract)),
    )


def _use(name: str, data: Data) -> str:
    if name == data.target:
        return "predicted"
    if name == data.id:
        return "id"
    if name in data.exclude or (data.split is not None and data.split.by == name):
        return "left out"
    return "input"


def _keys(contract: Contract) -> Iterator[tuple[str, ...]]:
    """Yield what names a row by the contract: unique columns, then sets of columns."""
    for column in contract.columns:
        rule = column.rule("unique")
        if rule is not None and rule.value is True:
            yield (column.name,)
    for rule in contract.table:
        if rule.check == "compound" and isinstance(rule.value, tuple):
            yield rule.value


def _personal(contract: Contract) -> Iterator[tuple[str, str]]:
    for column in contract.columns:
        rule = column.rule("format")
        if rule is not None and str(rule.value) in PERSONAL:
            yield column.name, str(rule.value)
