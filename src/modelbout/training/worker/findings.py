"""What the child tells the parent when a job cannot be done; the user's failures become findings here."""

from __future__ import annotations

import contextlib
import difflib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

INSTALL = "install the versions in the bundle's requirements.lock, or train again"


class Stop(Exception):  # noqa: N818 -- not an error of ours, but what the parent tells the user
    """The job cannot be done, and why."""

    def __init__(self, found: str, *, allowed: str = "", fix: str = "", kind: str = "user") -> None:
        super().__init__(found)
        self.answer: dict[str, Any] = {"ok": False, "kind": kind, "found": found, "allowed": allowed, "fix": fix}


@contextlib.contextmanager
def user_code(place: str, what: str) -> Iterator[None]:
    """Turn whatever the user's code raises, SystemExit too, into one finding; the traceback goes to the log."""
    try:
        yield
    except (Stop, MemoryError):
        raise
    except SystemExit as error:
        found = f"{place}: {what} ended the program with sys.exit({one_line(error.code)})"
        raise Stop(found, fix="take sys.exit out, or keep it under `if __name__ == '__main__':`") from error
    except Exception as error:
        missing = isinstance(error, ImportError)
        fix = "install what is missing for the interpreter in `train.python`" if missing else "mend it"
        raise Stop(f"{place}: {what} failed: {type(error).__name__}: {one_line(error)}", fix=fix) from error


@contextlib.contextmanager
def as_on_its_day(name: str) -> Iterator[None]:
    """Say that the bundle, or what is installed here, is at fault when a model fails at what it could do once."""
    try:
        yield
    except Stop as stop:
        found, allowed = stop.answer["found"], stop.answer["allowed"]
        raise Stop(f"{name}: {found}", allowed=allowed, fix=INSTALL, kind="bundle") from stop.__cause__


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return a suggestion with its leading space, or nothing."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f" Did you mean `{close[0]}`?" if close else ""


def one_line(message: object, limit: int = 300) -> str:
    """Return a message as one line of bounded length."""
    text = " ".join(str(message).split())
    return text if len(text) <= limit else text[: limit - 3] + "..."
