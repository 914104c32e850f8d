"""Fill a typed record from a YAML tree, telling of every fault at once with its place and the nearest right word."""

from __future__ import annotations

import math
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar, cast

import msgspec.inspect as types

from modelbout.catalogue import did_you_mean, nearest
from modelbout.config.wording import bare, in_words, quoted
from modelbout.config.yaml_tree import Node, scalar_value
from modelbout.errors import Place, Problem, cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

T = TypeVar("T")

_NOTHING_LATER: Mapping[str, str] = MappingProxyType({})


def decode(
    node: Node, kind: type[T], problems: list[Problem], *, later: Mapping[str, str] = _NOTHING_LATER
) -> T | None:
    """Return the node as a value of the type, or None when anything in it is wrong.

    Args:
        node: what ``read_yaml`` gave.
        kind: a Record type, or any other type of records, unions, tuples, mappings, literals, text, numbers.
        problems: every fault is added here, with its place.
        later: key paths (``policy``) and values (``data.engine: duckdb``) that a later version will know, each with
            a sentence that says so.

    Numbers are finite. A date without quotes is text; a number or a boolean is text only in quotes.
    """
    value = _Decoder(problems, later, forgiving=False).value(node, types.type_info(kind))
    return None if value is _WRONG else cast("T", value)


def decode_what_fits(node: Node, kind: type[T], *, later: Mapping[str, str] = _NOTHING_LATER) -> T | None:
    """Return the node as ``decode`` does, but pass over faults from which no other fault can follow.

    These are unknown keys that resemble no known one, and wrong values of keys that have a default other than None.
    It lets a reader learn of contradictions at once, and not after each round of mending.
    """
    value = _Decoder([], later, forgiving=True).value(node, types.type_info(kind))
    return None if value is _WRONG else cast("T", value)


class _Wrong:
    """What stands for a value that could not be made."""


_WRONG = _Wrong()


class _Decoder:
    def __init__(self, problems: list[Problem], later: Mapping[str, str], *, forgiving: bool) -> None:
        self._problems = problems
        self._forgiving = forgiving
        self._later = later

    def value(self, node: Node, kind: types.Type) -> object:
        kind = bare(kind)
        if isinstance(kind, types.UnionType):
            return self._union(node, kind)
        if not _has_form(node, kind):
            return self._mismatch(node, kind)
        match kind:
            case types.StructType():
                return self._struct(node, kind)
            case types.DictType():
                return self._dict(node, kind)
            case types.VarTupleType() | types.ListType():
                return self._items(node, kind)
            case _:
                return node.plain() if isinstance(kind, types.AnyType) else self._scalar(node, kind)

    def _refuse(self, place: Place, found: str, allowed: str = "", fix: str = "") -> _Wrong:
        self._problems.append(Problem(found, allowed, fix or AS_ALLOWED, place))
        return _WRONG

    def _union(self, node: Node, kind: types.UnionType) -> object:
        fitting = tuple(member for member in kind.types if _has_form(node, bare(member)))
        if not fitting:
            return self._mismatch(node, kind)
        # The exact type before the wider one: 7 is an integer where both integers and numbers are allowed.
        return self.value(node, min(fitting, key=lambda member: isinstance(bare(member), types.FloatType)))

    def _struct(self, node: Node, kind: types.StructType) -> object:
        fields = {field.encode_name: field for field in kind.fields}
        values: dict[str, object] = {}
        for key, child, place in node.entries:
            field = fields.get(key)
            if field is not None:
                values[field.name] = self.value(child, field.type)
                if self._forgiving and values[field.name] is _WRONG and _has_own_default(field):
                    del values[field.name]
            elif not (self._forgiving and self._names_nothing(key, place, fields)):
                values[key] = self._unknown(key, place, tuple(fields))
        meant = {nearest(key, fields) for key in values if key not in fields}
        for field in kind.fields:
            if field.required and field.name not in values:
                values[field.name] = self._missing(node, field, told=field.encode_name in meant)
        if any(value is _WRONG for value in values.values()):
            return _WRONG
        try:
            return kind.cls(**values)
        except (TypeError, ValueError) as error:
            return self._refuse(node.place, cause(error))

    def _missing(self, node: Node, field: types.Field, *, told: bool) -> _Wrong:
        if told:
            # The fix of the unknown key names this one already.
            return _WRONG
        fix = f"Add `{field.encode_name}:`, which is {in_words(field.type)}."
        return self._refuse(node.place, f"the key `{field.encode_name}` is missing", "", fix)

    def _names_nothing(self, key: str, place: Place, known: Iterable[str]) -> bool:
        return nearest(key, known) is None or place.key in self._later

    def _unknown(self, key: str, place: Place, known: tuple[str, ...]) -> _Wrong:
        sentence = self._later.get(place.key or "")
        if sentence:
            return self._refuse(place, f"the key {quoted(key)} is not in this version", "", sentence)
        allowed = ", ".join(f"`{name}`" for name in known)
        fix = did_you_mean(key, known).strip() or "Remove it, or write one of the known keys."
        return self._refuse(place, f"unknown key {quoted(key)}", allowed, fix)

    def _dict(self, node: Node, kind: types.DictType) -> object:
        pairs = [
            (self._scalar(Node("scalar", place, text=key), kind.key_type), self.value(child, kind.value_type))
            for key, child, place in node.entries
        ]
        return _WRONG if any(part is _WRONG for pair in pairs for part in pair) else dict(pairs)

    def _items(self, node: Node, kind: types.VarTupleType | types.ListType) -> object:
        least, most = kind.min_length or 0, kind.max_length
        if len(node.items) < least or (most is not None and len(node.items) > most):
            allowed = f"at least {least}" if len(node.items) < least else f"at most {most}"
            return self._refuse(node.place, f"a list of {len(node.items)}", allowed)
        values = [self.value(item, kind.item_type) for item in node.items]
        if any(value is _WRONG for value in values):
            return _WRONG
        return values if isinstance(kind, types.ListType) else tuple(values)

    def _scalar(self, node: Node, kind: types.Type) -> object:
        if isinstance(kind, types.StrType):
            return self._text(node, kind)
        value = scalar_value(node)
        if isinstance(kind, types.FloatType):
            value = _as_float(value)
        if isinstance(kind, types.IntType | types.FloatType) and not _within(cast("float", value), kind):
            return self._refuse(node.place, f"found {quoted(node.text)}", in_words(kind))
        return value

    def _text(self, node: Node, kind: types.StrType) -> object:
        text = node.text
        if kind.min_length and len(text) < kind.min_length:
            return self._refuse(
                node.place, "found an empty text" if not text else f"found {quoted(text)}", in_words(kind)
            )
        if kind.max_length is not None and len(text) > kind.max_length:
            return self._refuse(node.place, f"found {quoted(text)}", in_words(kind))
        # `$` also matches before a last newline, which must not slip into names of files and tags.
        if kind.pattern is not None and (not re.search(kind.pattern, text) or text.endswith("\n")):
            return self._refuse(node.place, f"found {quoted(text)}", in_words(kind))
        return text

    def _mismatch(self, node: Node, kind: types.Type) -> _Wrong:
        allowed = in_words(kind)
        if node.kind != "scalar":
            return self._refuse(node.place, f"found a {_KINDS[node.kind]}", allowed)
        if node.tag == "null":
            return self._refuse(node.place, "found no value", allowed, "Write a value, or remove the key.")
        literals = _literals(kind)
        # What follows a colon may be an address with a password in it: it is never shown.
        word = node.text.partition(":")[0]
        sentence = self._later.get(f"{node.place.key}: {word}")
        if sentence:
            return self._refuse(node.place, f"{quoted(word)} is not in this version", allowed, sentence)
        if literals:
            found, fix = f"found {quoted(node.text)}", did_you_mean(node.text, literals).strip()
            if node.quoted and node.text in literals:
                found, fix = "found it in quotes, as text", "Take the quotes off."
            return self._refuse(node.place, found, allowed, fix)
        if node.tag not in ("str", "timestamp") and _accepts_text(kind):
            meant = "`true` or `false`" if node.tag == "bool" else "a number"
            fix = f'Quote it: "{node.text}".' if len(node.text) <= _QUOTABLE else "Quote it."
            return self._refuse(node.place, f"found {quoted(node.text)}, which YAML reads as {meant}", allowed, fix)
        return self._refuse(node.place, f"found {quoted(node.text)}", allowed)


AS_ALLOWED = "Write what is allowed there."
_KINDS = {"mapping": "mapping", "sequence": "list"}
# An unquoted date is what its author would have quoted, had they known YAML; a number or `true` may mean two things.
_TAGS: Mapping[type[types.Type], tuple[str, ...]] = {
    types.StrType: ("str", "timestamp"),
    types.IntType: ("int",),
    types.FloatType: ("int", "float"),
    types.BoolType: ("bool",),
    types.NoneType: ("null",),
}
_QUOTABLE = 40


def _has_form(node: Node, kind: types.Type) -> bool:
    """Say whether the node can be of the type at all; bounds and members are not looked at."""
    if isinstance(kind, types.AnyType):
        return True
    if isinstance(kind, types.UnionType):
        return any(_has_form(node, bare(member)) for member in kind.types)
    if isinstance(kind, types.StructType | types.DictType):
        return node.kind == "mapping"
    if isinstance(kind, types.VarTupleType | types.ListType):
        return node.kind == "sequence"
    if isinstance(kind, types.LiteralType):
        # 1 == True in Python, not in a file.
        found = scalar_value(node)
        return node.kind == "scalar" and any(found == one and type(found) is type(one) for one in kind.values)
    return node.kind == "scalar" and node.tag in _TAGS[type(kind)]


def _has_own_default(field: types.Field) -> bool:
    return not field.required and field.default is not None


def _as_float(value: object) -> float:
    try:
        return float(cast("float", value))
    except OverflowError:
        return math.inf


def _within(value: float, kind: types.IntType | types.FloatType) -> bool:
    return (
        math.isfinite(value)
        and (kind.gt is None or value > kind.gt)
        and (kind.ge is None or value >= kind.ge)
        and (kind.lt is None or value < kind.lt)
        and (kind.le is None or value <= kind.le)
    )


def _literals(kind: types.Type) -> tuple[str, ...]:
    if isinstance(kind, types.UnionType):
        return tuple(word for member in kind.types for word in _literals(bare(member)))
    return tuple(str(value) for value in kind.values) if isinstance(kind, types.LiteralType) else ()


def _accepts_text(kind: types.Type) -> bool:
    if isinstance(kind, types.UnionType):
        return any(_accepts_text(bare(member)) for member in kind.types)
    return isinstance(kind, types.StrType)
