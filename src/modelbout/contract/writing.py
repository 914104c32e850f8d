"""Write contract.yaml: scalars that no YAML reader takes for something else, rules in one line where they fit."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Plain: TypeAlias = "str | int | float | bool | Sequence[Plain] | Mapping[str, Plain]"

# A column's rules stand in one line up to here, as the contracts that people write have them.
LINE: Final = 120

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[ -][A-Za-z0-9_()]+)*\Z")
# YAML 1.1 readers take these for booleans or nothing.
_NOT_PLAIN: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def contract_text(
    head: Sequence[str], sections: Mapping[str, Plain], columns: Mapping[str, Mapping[str, Plain]], *, version: int
) -> str:
    """Return the text of a contract.

    Args:
        head: lines of comment above all.
        sections: ``description``, ``table`` and ``read``, those that there are; empty ones are left out.
        columns: the keys of each column.
        version: of the contract's format.
    """
    lines = [f"# {comment(line)}" for line in head]
    lines.append(f"version: {version}")
    for key, value in sections.items():
        if not isinstance(value, str) and not value:
            continue
        lines += ["", *_entry(key, value, "")]
    lines += ["", "columns:"]
    for name, keys in columns.items():
        lines += _entry(name, keys, "  ")
    return "\n".join(lines) + "\n"


def _entry(key: str, value: Plain, indent: str) -> Iterator[str]:
    """Yield one key in one line if it fits, else its parts in lines of their own."""
    line = f"{indent}{scalar(key)}: {flow(value)}"
    if isinstance(value, str | int | float) or (indent and len(line) <= LINE) or not value:
        yield line
        return
    yield f"{indent}{scalar(key)}:"
    deeper = indent + "  "
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _entry(name, part, deeper)
    else:
        yield from (f"{deeper}- {flow(part)}" for part in value)


def flow(value: Plain) -> str:
    """Return a value as YAML in one line.

    Raises:
        ValueError: a number that is not finite has no place in a contract.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return scalar(value)
        case int():
            return str(value)
        case float():
            return number(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(part)}" for key, part in value.items()) + "}"
    return "[" + ", ".join(flow(part) for part in value) + "]"


def number(value: float) -> str:
    """Return a number with all its digits, 100 rather than 100.0.

    Raises:
        ValueError: it is not finite.
    """
    if not math.isfinite(value):
        raise ValueError(value)
    return repr(value).removesuffix(".0")


def scalar(text: str) -> str:
    """Return a text as a YAML scalar: plain where no reader could take it for something else."""
    return text if _PLAIN.match(text) and text.casefold() not in _NOT_PLAIN else quote(text)


def quote(text: str) -> str:
    """Return a text as a double-quoted YAML scalar."""
    return '"' + "".join(_escaped(char) for char in text) + '"'


def comment(text: str) -> str:
    """Return a text that cannot leave its comment."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return char if char.isprintable() else f"\\U{ord(char):08x}"
