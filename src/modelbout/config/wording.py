"""How outside text and the types of the configuration are put into words."""

from __future__ import annotations

import re

import msgspec.inspect as types

# Ours: a message is one line; what is cut off stands in the file at the named place.
MAX_SHOWN = 60


def printable(text: str, limit: int = MAX_SHOWN) -> str:
    """Return the text cut to ``limit`` characters, with every unprintable one written as its code."""
    cut = text if len(text) <= limit else text[: limit - 1] + "\u2026"
    return "".join(char if char.isprintable() else f"\\u{{{ord(char):x}}}" for char in cut)


def quoted(text: str) -> str:
    """Return outside text between backticks, safe in one line of a message."""
    return f"`{printable(text).replace('`', chr(0x2CB))}`"


def listed(words: tuple[str, ...], last: str = "or") -> str:
    """Return ``a``, ``a or b``, ``a, b or c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def bare(kind: types.Type) -> types.Type:
    """Return the type without its description."""
    return bare(kind.type) if isinstance(kind, types.Metadata) else kind


def in_words(kind: types.Type) -> str:
    """Return what a value of the type looks like, as in ``a number above 0 and below 1``."""
    match bare(kind):
        case types.UnionType() as union:
            # "or null" is true of every optional key and helps nobody: leaving the key out says the same.
            return listed(tuple(in_words(one) for one in union.types if not isinstance(one, types.NoneType)))
        case types.LiteralType() as literal:
            return listed(tuple(f"`{value}`" for value in literal.values))
        case types.StrType() as text:
            return _text_in_words(text)
        case types.IntType() | types.FloatType() as number:
            word = "a whole number" if isinstance(number, types.IntType) else "a number"
            return word + _bounds(number)
        case types.VarTupleType() | types.ListType() as items:
            return f"a list of {_plural(in_words(items.item_type))}"
        case other:
            return _WORDS.get(type(other), "any value")


_WORDS: dict[type[types.Type], str] = {
    types.BoolType: "`true` or `false`",
    types.NoneType: "nothing",
    types.StructType: "a mapping (`key: value`)",
    types.DictType: "a mapping (`key: value`)",
}


def _text_in_words(kind: types.StrType) -> str:
    if kind.pattern is not None:
        return f"text like `{kind.pattern}`" + (f", at most {kind.max_length} characters" if kind.max_length else "")
    if kind.max_length is not None:
        return f"text of at most {kind.max_length} characters"
    return "text"


def _bounds(kind: types.IntType | types.FloatType) -> str:
    parts = [
        f"{word} {_number(bound)}"
        for word, bound in (("above", kind.gt), ("from", kind.ge), ("below", kind.lt), ("up to", kind.le))
        if bound is not None
    ]
    return " " + " and ".join(parts).replace(" and up to", " to") if parts else ""


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) or not value.is_integer() else str(int(value))


def _plural(words: str) -> str:
    return re.sub(r"^(?:a )?(text|whole number|number|mapping)\b", r"\1s", words)
