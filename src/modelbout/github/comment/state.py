"""What a section of the comment says of itself, in a line that readers do not see."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import msgspec

from modelbout.record import Record
from modelbout.report.overview import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

DIGEST_CHARACTERS = 16
"""Of a sha256: it finds what was edited by hand; it keeps nobody out who may edit the comment."""

MODEL = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
"""What a model may be called, as `modelbout.yaml` has it."""

_HEAD = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
# Two hyphens could end an HTML comment, and so could what looks like its end.
_RISKY = str.maketrans({"-": "\\u002d", "<": "\\u003c", ">": "\\u003e"})


class State(Record, frozen=True):
    """Which run said this of a model, and the line that stands above all sections.

    Attributes:
        model: the model's name.
        head: the commit that was judged: the pull request's head at that time.
        run: the workflow run's number; 0 outside of one.
        attempt: of the run, from 1.
        told: the model in one line.
        dropped: the rank up to which parts of the section have left to fit; 0 for none.
    """

    model: str
    head: str
    run: int
    attempt: int
    told: Line
    dropped: int = 0


class Stamp(State, frozen=True):
    """A state as it is written: with a digest of the section's parts and one of the state itself."""

    parts: str = ""
    seal: str = ""


def stamp(state: State, parts: Iterable[tuple[str, str]]) -> str:
    """Return the state as text for an HTML comment, sealed.

    Args:
        state: what to write.
        parts: name and Markdown of each part of the section.
    """
    fields = {name: getattr(state, name) for name in State.__struct_fields__}
    open_stamp = Stamp(**fields, parts=digest(parts))
    written = msgspec.json.encode(msgspec.structs.replace(open_stamp, seal=_seal(open_stamp))).decode()
    return written.translate(_RISKY)


def read_stamp(written: str) -> Stamp | None:
    """Return the state if it is one of ours and nobody has touched it; else None."""
    try:
        found = msgspec.json.decode(written, type=Stamp)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None
    named = MODEL.fullmatch(found.model) and _HEAD.fullmatch(found.head)
    if not named or found.run < 0 or found.attempt < 1 or found.seal != _seal(found):
        return None
    return found


def state_of(found: Stamp) -> State:
    """Return the state without its digests."""
    return State(**{name: getattr(found, name) for name in State.__struct_fields__})


def digest(parts: Iterable[tuple[str, str]]) -> str:
    """Return the digest of a section's parts."""
    return _short("\0".join(f"{name}\n{markdown}" for name, markdown in parts).encode())


def replaces(new: State, old: State, head: Callable[[], str | None]) -> bool:
    """Tell whether a section may take the place of another one of the same model.

    What was said of the pull request's present head stands against what was said of any other commit. Where that does
    not decide, the higher run does, and within one run the higher attempt.

    Args:
        new: of the section that a job brings.
        old: of the section in the comment.
        head: asks for the pull request's present head; called only where it matters.
    """
    if new.head != old.head:
        present = head()
        if (new.head == present) != (old.head == present):
            return new.head == present
    return (new.run, new.attempt) >= (old.run, old.attempt)


def _seal(found: Stamp) -> str:
    return _short(msgspec.json.encode(msgspec.structs.replace(found, seal="")))


def _short(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:DIGEST_CHARACTERS]
