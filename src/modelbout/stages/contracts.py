"""What can be done with contracts alone: draft one from a table, compare two."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from modelbout.contract.diff import diff
from modelbout.contract.infer import infer
from modelbout.contract.load import load_contract, parse_contract
from modelbout.contract_diff import ContractDiff
from modelbout.data.reading import Reading
from modelbout.data.sources import scan
from modelbout.errors import ConfigError
from modelbout.results import CONTRACT_DIFF_FILE
from modelbout.stages.workspace import now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.contract.model import Contract
    from modelbout.stages.workspace import Workspace

# Ours: a pull request that changes more rules is another contract; all are counted.
MOST_CHANGES: Final = 500
# As GitHub's own limit on a file that its API hands out.
MOST_BYTES: Final = 1_000_000


def draft(tables: Sequence[str], *, snapshots: bool = False, others: Sequence[str] = ()) -> str:
    """Return the text of a contract for one table.

    Args:
        tables: paths and globs.
        snapshots: whether each of them is the whole table at another time, the oldest first, rather than a part of it.
        others: paths and globs of other tables, whose keys columns of this one may name.

    Raises:
        DataError: a file cannot be read as a table, or the snapshots cannot be of one table.
    """
    samples = [(table,) for table in tables] if snapshots else [tuple(tables)]
    opened = [scan(sample, root=Path.cwd(), reading=Reading()) for sample in samples]
    beside = {other: scan(other, root=Path.cwd(), reading=Reading()) for other in others}
    return infer(*opened, shown=", ".join(tables), others=beside)


def changes(old: Path, new: Path) -> ContractDiff:
    """Return what changed between two contracts, breaking changes first.

    Raises:
        ConfigError: one of them cannot be read, or is no contract.
    """
    return compared(load_contract(old, shown=str(old)), load_contract(new, shown=str(new)), base=str(old))


def compared(old: Contract, new: Contract, *, base: str, model: str | None = None) -> ContractDiff:
    """Return what changed between two contracts that were read, breaking changes first."""
    found = sorted(diff(old, new), key=lambda change: not change.breaking)
    breaking = sum(change.breaking for change in found)
    return ContractDiff(
        model=model,
        contract=new.shown,
        base=base,
        breaking=breaking,
        fine=len(found) - breaking,
        changes=tuple(found[:MOST_CHANGES]),
        created=now(),
    )


def note_changes(work: Workspace, before: bytes, *, base: str) -> str:
    """Leave ``contract_diff.json``: what changed in the model's contract since the base; none when nothing did.

    Args:
        work: the model.
        before: the contract's file as it was there; a stranger may have written it.
        base: what a reader knows that state by, such as a commit's name.

    Returns:
        why there is no record, in words for the log; empty when there is one.

    Raises:
        RegistryError: the disk refuses.
    """
    (work.run / CONTRACT_DIFF_FILE).unlink(missing_ok=True)
    path = work.config.data.contract
    if path is None:
        return "there is no contract"
    if len(before) > MOST_BYTES:
        return f"the one at {base} has more than {MOST_BYTES:,} bytes"
    try:
        new = load_contract(work.root / path, shown=path)
    except ConfigError:
        return "it cannot be read, which its check tells"
    try:
        old = parse_contract(before.decode(), shown=f"{path} at {base}")
    except (ConfigError, UnicodeDecodeError, RecursionError):
        return f"the one at {base} is none that this version reads"
    found = compared(old, new, base=base, model=work.config.model)
    if not found.changes:
        return f"it asks for the same as at {base}"
    work.write(CONTRACT_DIFF_FILE, found)
    return ""
