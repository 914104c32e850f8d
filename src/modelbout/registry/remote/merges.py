"""Up to which commit of the default branch promotion has dealt with all merges, and what these asked of holdouts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from modelbout.errors import Place, Problem, RegistryError, cause
from modelbout.github.api.errors import ConflictError, UnreachableError
from modelbout.record import Record, from_json, to_json
from modelbout.registry.queries import Query, with_new
from modelbout.registry.remote.ledger import ATTEMPTS, BRANCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.github.api.git import Tip
    from modelbout.registry.remote.ledger import LedgerBranch

MERGES_FILE = "merges.json"
MERGES_LIMIT = 32 * 2**20  # ours: a model takes 120 bytes, and 350 for each question that is kept
MOST_QUERIES = 1000  # of a model, the newest: as many as the largest budget
SHOWN_SHA = 7  # characters by which people know a commit


class Marks(Record, frozen=True):
    """``merges.json``: by model, the last commit that was dealt with, and what merges asked of their holdouts.

    The questions stand here and not in a file of their own, so that a promotion takes no more calls for them.
    """

    models: dict[str, str]
    asked: dict[str, tuple[Query, ...]] = msgspec.field(default_factory=dict)
    schema_version: int = 1


class Merges:
    """Reads and moves the marks; remembers what it read, so that a mark that somebody else moved is left alone."""

    def __init__(self, ledger: LedgerBranch) -> None:
        self._ledger = ledger
        self._seen: dict[str, str | None] = {}

    def last(self, model: str) -> str | None:
        """Return a model's mark.

        Raises:
            RegistryError: the file is something else, or the branch is gone.
        """
        mark = self._marks(self._ledger.tip()).models.get(model)
        self._seen[model] = mark
        return mark

    def queries(self, model: str) -> tuple[Query, ...]:
        """Return what merged challengers of a model asked of their holdouts.

        Raises:
            RegistryError: the file is something else, or the branch is gone.
        """
        return self._marks(self._ledger.last_tip()).asked.get(model, ())

    def note(self, model: str, commit: str, queries: Sequence[Query] = (), *, dry_run: bool) -> None:
        """Move a model's mark, unless somebody else did since it was read; and add new questions to holdouts.

        Raises:
            RegistryError: the file cannot be read or written.
        """
        unanswered = False
        for attempt in range(ATTEMPTS):
            # Often just written by us: GitHub refuses the commit when it is not the tip any more.
            tip = self._ledger.tip() if attempt else self._ledger.last_tip()
            marks = self._marks(tip)
            present = marks.models.get(model)
            if present == commit or present != self._seen.setdefault(model, present):
                return
            message = f"The merges of {model} are dealt with up to {commit[:SHOWN_SHA]}"
            if dry_run or self._ledger.session.dry_run:
                if self._ledger.session.dry_run:
                    self._ledger.session.writes(f"commit to {BRANCH}: {message}")
                return
            models = dict(sorted((marks.models | {model: commit}).items()))
            asked = marks.asked
            if queries:
                asked = asked | {model: with_new(asked.get(model, ()), queries)[-MOST_QUERIES:]}
            try:
                self._ledger.put(tip, {MERGES_FILE: to_json(Marks(models=models, asked=asked))}, message)
            except ConflictError:
                continue
            except UnreachableError:
                if unanswered:
                    raise
                unanswered = True
                continue
            self._seen[model] = commit
            return
        raise self._ledger.crowded()

    def _marks(self, tip: Tip | None) -> Marks:
        raw = None if tip is None else self._ledger.file(tip, MERGES_FILE, MERGES_LIMIT)
        if raw is None:
            return Marks(models={})
        try:
            return from_json(raw, Marks)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            found = f"this is no list of merges: {cause(error)}"
            fix = f"restore {MERGES_FILE} from an earlier commit of {BRANCH}, or remove it: promotion then starts with "
            fix += "the push that it runs for"
            place = Place(file=self._ledger.shown(MERGES_FILE))
            raise RegistryError(Problem(found=found, fix=fix, place=place)) from error
