"""The frozen comparison of a contract with the one that it replaces: what a pull request changes for others."""

from __future__ import annotations

from modelbout.errors import Place
from modelbout.record import Record
from modelbout.results import RESULT_SCHEMA_VERSION


class ContractChange(Record, frozen=True):
    """One change of a contract: where it stands (in the new one when it is there), and why it breaks somebody or not.

    ``before`` and ``after`` are the rule as its author wrote it; None where there is none.
    """

    key: str
    breaking: bool
    what: str
    reason: str
    column: str | None = None
    before: str | None = None
    after: str | None = None
    place: Place = Place()

    def __str__(self) -> str:
        """Return the change as one line."""
        word = "breaking" if self.breaking else "fine"
        moved = [side for side in (self.before, self.after) if side is not None]
        shown = f" {' -> '.join(moved)}" if moved else ""
        return f"{word}: {self.key}: {self.what}{shown} ({self.reason})"


class ContractDiff(Record, frozen=True):
    """What a change of contract.yaml asks of those who write or read the data; breaking changes first.

    ``base`` says what it was compared with: a commit's name, or a file. ``breaking`` and ``fine`` count all changes,
    also those beyond what is listed.
    """

    contract: str
    base: str
    breaking: int
    fine: int
    changes: tuple[ContractChange, ...]
    created: str
    model: str | None = None
    schema_version: int = RESULT_SCHEMA_VERSION
