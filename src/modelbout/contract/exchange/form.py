"""What a format is: one file of ``formats/`` that reads and writes, and tells each loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from modelbout.catalogue import member, names
from modelbout.errors import Place
from modelbout.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.exchange.draft import Draft
    from modelbout.contract.model import Contract

FORMATS_PACKAGE: Final = "modelbout.contract.exchange.formats"


class Loss(Record, frozen=True):
    """Something that the other side cannot say: its place in the source, what it is, why, and what to do."""

    place: Place
    what: str
    why: str
    fix: str = ""

    def __str__(self) -> str:
        """Return the loss as plain text, one line for what and why, one for the next step."""
        place = str(self.place)
        text = f"{place}: {self.what}: {self.why}" if place else f"{self.what}: {self.why}"
        return f"{text}\n  -> {self.fix}" if self.fix else text


@dataclass(frozen=True)
class Imported:
    """A contract made from another tool's schema: its text, and what the text does not say."""

    contract: Contract
    text: str
    losses: tuple[Loss, ...]


@dataclass(frozen=True)
class Exported:
    """Another tool's schema made from a contract, and what it does not say."""

    text: str
    losses: tuple[Loss, ...]


@dataclass(frozen=True)
class Format:
    """One format; each module of ``formats/`` has one as ``FORMAT``.

    Attributes:
        title: what it is called in messages.
        read: makes a draft from a file's text, the file's path as shown, and the table's name (None = the only one).
        write: makes the text from a contract and the table's name.
    """

    title: str
    read: Callable[[str, str, str | None], Draft]
    write: Callable[[Contract, str], Exported]


def format_names() -> tuple[str, ...]:
    """Return the formats as they are called on the command line."""
    return tuple(name.replace("_", "-") for name in names(FORMATS_PACKAGE))


def format_named(name: str) -> Format:
    """Return a format by its name on the command line.

    Raises:
        KeyError: there is no such format.
    """
    return cast("Format", member(FORMATS_PACKAGE, name.replace("-", "_")).FORMAT)
