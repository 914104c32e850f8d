"""How many rows the champion's table had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.errors import ModelboutError

if TYPE_CHECKING:
    from modelbout.contract.model import Contract
    from modelbout.stages.workspace import Workspace


def champion_rows(work: Workspace, contract: Contract | None, role: str) -> int | None:
    """Return the rows of the champion's training table, of its holdout, or (role ``source``) of both together.

    None when no rule asks, when nobody holds the title, or when registry or bundle cannot be read: the check of the
    data does not depend on them, and the rule says that it was not held.
    """
    from modelbout.contract.checks.rows import Height

    rules = () if contract is None else contract.table
    if not any(isinstance(rule.value, Height) and rule.value.reference is not None for rule in rules):
        return None
    # The room of the bundles brings the templates of reports: a check of data that asks for neither waits for neither.
    from modelbout.seal import verify_files
    from modelbout.training.bundle import predictions_of

    try:
        book = work.registry(None)
        title = book.champion(work.config.model, work.final_stage)
        if title is None:
            return None
        bundle = book.fetch(work.config.model, title.version, work.run / "champion")
        trained = verify_files(bundle, digest=title.bundle_digest).lineage.train_rows
        if role == "train":
            return trained
        held = int(predictions_of(bundle)[0].size)
    except ModelboutError:
        return None
    return held if role == "holdout" else trained + held
