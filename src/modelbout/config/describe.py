"""The table of all keys in docs/configuration.md, made from the types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import msgspec.inspect as types

from modelbout.config.model import Config
from modelbout.config.wording import bare, in_words
from modelbout.config.yaml_tree import child_key

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGIN = "<!-- keys: begin (made from the types by modelbout.config.describe) -->"
END = "<!-- keys: end -->"


@dataclass(frozen=True)
class Key:
    """One key of modelbout.yaml: its path (``compare.guardrails[].max``), type, default and meaning in words."""

    path: str
    type: str
    default: str
    meaning: str


def keys(kind: type[msgspec.Struct] = Config) -> tuple[Key, ...]:
    """Return every key of a record and of the records in it, in declared order."""
    return tuple(_keys(types.type_info(kind), None))


def key_table() -> str:
    """Return the keys of modelbout.yaml as a Markdown table."""
    head = ("| key | value | default | meaning |", "|---|---|---|---|")
    rows = (f"| `{key.path}` | {_cell(key.type)} | {_cell(key.default)} | {_cell(key.meaning)} |" for key in keys())
    return "\n".join((*head, *rows))


def with_table(page: str) -> str:
    """Return the page with the table between its markers made anew.

    Raises:
        ValueError: the page lacks a marker.
    """
    before, rest = page.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return f"{before}{BEGIN}\n{key_table()}\n{END}{after}"


def _keys(kind: types.Type, parent: str | None) -> Iterator[Key]:
    if not isinstance(kind, types.StructType):
        return
    for field in kind.fields:
        path = child_key(parent, field.encode_name)
        inner, suffix = _record_in(field.type)
        meaning = _description(field.type) or (inner.cls.__doc__ or "" if inner else "")
        yield Key(path, in_words(field.type), _default(field), meaning.splitlines()[0])
        if inner is not None:
            yield from _keys(inner, path + suffix)


def _record_in(kind: types.Type) -> tuple[types.StructType | None, str]:
    """Return the record that a field holds, and ``[]`` when it holds a list of them."""
    kind = bare(kind)
    if isinstance(kind, types.StructType):
        return kind, ""
    if isinstance(kind, types.VarTupleType):
        return _record_in(kind.item_type)[0], "[]"
    if isinstance(kind, types.UnionType):
        return next((found for one in kind.types if (found := _record_in(one))[0]), (None, ""))
    return None, ""


def _description(kind: types.Type) -> str:
    if not isinstance(kind, types.Metadata):
        return ""
    return (kind.extra_json_schema or {}).get("description", "") or _description(kind.type)


def _default(field: types.Field) -> str:
    if field.required:
        return "required"
    if isinstance(field.default, msgspec.Struct):
        return "see below"
    if field.default is None or field.default is msgspec.NODEFAULT:
        return "none"
    if isinstance(field.default, tuple):
        return ", ".join(f"`{item}`" for item in field.default) or "empty"
    return f"`{field.default}`"


def _cell(text: str) -> str:
    return text.replace("``", "`").replace("|", "\\|")
