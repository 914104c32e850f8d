"""What can be done with contracts alone: draft one from a table, compare two."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from modelbout.config.yaml_tree import parse_yaml
from modelbout.contract.diff import diff
from modelbout.contract.load import load_contract, parse_contract
from modelbout.contract_diff import ContractChange, ContractDiff
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
    from modelbout.contract.infer import infer

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
    try:
        new = load_contract(work.root / path, shown=path)
    except ConfigError:
        return "it cannot be read, which its check tells"
    old = _contract_before(before, f"{path} at {base}")
    if old is None:
        return f"the one at {base} is none that this version reads"
    found = compared(old, new, base=base, model=work.config.model)
    if not found.changes:
        return f"it asks for the same as at {base}"
    work.write(CONTRACT_DIFF_FILE, found)
    return ""


def note_removal(work: Workspace, before: bytes, *, path: str, base: str) -> str:
    """Leave ``contract_diff.json`` of a model that had a contract at the base and has none now: one breaking change.

    Nothing fails without a contract; whoever relies on what it promised loses all of it.

    Args:
        work: the model.
        before: the contract's file as it was there; a stranger may have written it.
        path: of that file, as the configuration named it there.
        base: as for ``note_changes``, like what is returned and raised.
    """
    (work.run / CONTRACT_DIFF_FILE).unlink(missing_ok=True)
    old = _contract_before(before, f"{path} at {base}")
    if old is None:
        return f"the one at {base} is none that this version reads"
    change = ContractChange(
        key="data.contract",
        breaking=True,
        what=f"contract removed, with all of its {len(old.rules):,} rules",
        reason="no run checks the data any more, and who uses it loses every guarantee",
    )
    found = ContractDiff(
        model=work.config.model, contract=path, base=base, breaking=1, fine=0, changes=(change,), created=now()
    )
    work.write(CONTRACT_DIFF_FILE, found)
    return ""


def contract_named(config: bytes, *, shown: str) -> str | None:
    """Return the contract that a configuration's text names, whatever else is wrong with it; None for none."""
    text = _decoded(config)
    if text is None:
        return None
    try:
        data = parse_yaml(text, shown=shown).get("data")
    except (ConfigError, RecursionError):
        return None
    named = None if data is None else data.get("contract")
    return named.text if named is not None and named.kind == "scalar" and named.tag == "str" else None


def _contract_before(text: bytes, shown: str) -> Contract | None:
    """Return a contract as it was, None where it cannot be read any more."""
    decoded = _decoded(text)
    try:
        return None if decoded is None else parse_contract(decoded, shown=shown)
    except (ConfigError, RecursionError):
        return None


def _decoded(text: bytes) -> str | None:
    try:
        return text.decode() if len(text) <= MOST_BYTES else None
    except UnicodeDecodeError:
        return None
