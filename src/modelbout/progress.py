"""How a stage tells of long work without knowing who watches."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from modelbout.errors import Problem


class Progress(Protocol):
    """Watches the steps of a stage."""

    def step(self, label: str) -> AbstractContextManager[None]:
        """Show that a step runs while the context is open, and how long it took after."""

    def tell(self, problem: Problem) -> None:
        """Show, here and now, what must not be kept: the words of a user's program may hold values of rows."""


class Quiet:
    """A Progress that shows nothing."""

    @contextmanager
    def step(self, label: str) -> Iterator[None]:  # noqa: ARG002 -- the protocol's signature
        """Do nothing around the step."""
        yield

    def tell(self, problem: Problem) -> None:
        """Show nothing."""
