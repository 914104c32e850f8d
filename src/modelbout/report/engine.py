"""Jinja2 set up so that forgetting to escape is impossible: every string that is no Markdown of ours is escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined

from modelbout.report.escape import Markdown, code, text

if TYPE_CHECKING:
    from collections.abc import Callable


def _finalize(value: object) -> Markdown:
    """Let our own Markdown through and escape everything else as a sentence; nothing at all for None."""
    if isinstance(value, Markdown):
        return value
    return Markdown() if value is None else text(value)


_ENVIRONMENT = Environment(
    autoescape=True,
    finalize=_finalize,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters["code"] = code


def template(source: str) -> Callable[..., str]:
    """Compile a section's template; what it is called with by name, it may use.

    Values that are plain strings come out escaped, whatever the template forgets.
    """
    compiled = _ENVIRONMENT.from_string(source)

    def fill(**values: object) -> str:
        return compiled.render(**values).strip("\n")

    return fill
