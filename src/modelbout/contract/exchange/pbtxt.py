"""Protocol buffers as text: messages in messages, repeated fields, texts with escapes; nothing is known of any schema.

The grammar is that of protobuf.dev/reference/protobuf/textformat-spec, without extensions and ``Any``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from modelbout.config.wording import printable, quoted
from modelbout.config.yaml_tree import child_key
from modelbout.errors import ConfigError, Place, Problem

# Ours: TFDV's schemas nest 4 deep; a schema of 5,000 features has 100,000 fields.
MAX_DEPTH: Final = 32
MAX_FIELDS: Final = 200_000

Scalar: TypeAlias = "str | int | float | bool"


@dataclass(frozen=True)
class Field:
    """One field of a message: a scalar (a word of an enum is a text) or a message, and its place."""

    name: str
    place: Place
    value: Scalar | Message


@dataclass(frozen=True)
class Message:
    """The fields of a message in the order of the text."""

    place: Place
    fields: tuple[Field, ...] = field(default=())

    def all(self, name: str) -> list[Field]:
        """Return the fields of one name."""
        return [one for one in self.fields if one.name == name]

    def last(self, name: str) -> Scalar | Message | None:
        """Return the value of a field that stands once, or None; of several the last counts, as protobuf reads it."""
        found = self.all(name)
        return found[-1].value if found else None


_TOKEN: Final = re.compile(
    r"""(?:\s|\#[^\n]*+)*+(?:
      (?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<number>-?\s*(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[fF]?|(?:inf|infinity|nan)\b))
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<sign>[{}<>\[\]:;,])
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_ESCAPE: Final = re.compile(
    r"\\(?:(?P<octal>[0-7]{1,3})|[xX](?P<hex>[0-9a-fA-F]{1,2})|u(?P<short>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8})|(?P<char>.))|(?P<plain>[^\\]+)",
    re.DOTALL,
)
_CHARS: Final = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, "'": 39, '"': 34, "?": 63}


def parse_pbtxt(text: str, shown: str) -> Message:
    """Return the message of a text.

    Raises:
        ConfigError: it is none, or is nested or long beyond the limits of this module.
    """
    return _Parser(text, shown).message(None, "", 1)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    start: int


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, text: str, shown: str) -> None:
        self._text = text
        self._shown = shown
        self._at = 0
        self._fields = 0
        # Lines are counted on the way: to count them from the start for each place would take the square of the time.
        self._line, self._line_start, self._counted = 1, 0, 0
        self._now = self._scan()

    def _scan(self) -> _Token:
        found = _TOKEN.match(self._text, self._at)
        if found is None or found.lastgroup is None:
            rest = re.compile(r"(?:\s|#[^\n]*)*").match(self._text, self._at)
            start = rest.end() if rest is not None else self._at
            if start < len(self._text):
                raise self._refuse(start, f"{quoted(self._text[start])} has no meaning here")
            return _Token("end", "", start)
        self._at = found.end()
        return _Token(found.lastgroup, found[found.lastgroup], found.start(found.lastgroup))

    def _next(self) -> _Token:
        token = self._now
        self._now = self._scan()
        return token

    def _place(self, start: int, key: str | None = None) -> Place:
        if start >= self._counted:
            self._line += self._text.count("\n", self._counted, start)
            self._line_start = self._text.rfind("\n", 0, start) + 1
            self._counted = start
            return Place(self._shown, self._line, start - self._line_start + 1, key)
        line = self._text.count("\n", 0, start) + 1
        return Place(self._shown, line, start - self._text.rfind("\n", 0, start), key)

    def _refuse(self, start: int, found: str, allowed: str = "") -> ConfigError:
        fix = "Check brackets and quotes here or just before."
        return ConfigError(Problem(found, allowed, fix, self._place(start)))

    def _is(self, *signs: str) -> bool:
        return self._now.kind == "sign" and self._now.text in signs

    def message(self, end: str | None, key: str, depth: int) -> Message:
        """Read fields up to a closing bracket, or the end of the text."""
        place = self._place(self._now.start, key or None)
        if depth > MAX_DEPTH:
            raise self._refuse(self._now.start, "the text is nested too deep", f"at most {MAX_DEPTH} levels")
        fields: list[Field] = []
        while not (self._now.kind == "end" if end is None else self._is(end)):
            if self._now.kind != "name":
                what = "the text ends too early" if self._now.kind == "end" else f"found {quoted(self._now.text)}"
                raise self._refuse(self._now.start, what, "the name of a field")
            fields += self._field(key, depth)
            while self._is(",", ";"):
                self._next()
        if end is not None:
            self._next()
        return Message(place, tuple(fields))

    def _field(self, parent: str, depth: int) -> list[Field]:
        name = self._next()
        key = child_key(parent or None, name.text)
        place = self._place(name.start, key)
        colon = self._is(":")
        if colon:
            self._next()
        if self._is("["):
            self._next()
            values = []
            while not self._is("]"):
                values.append(self._value(key, depth, colon=True))
                if not self._is("]"):
                    if not self._is(","):
                        raise self._refuse(self._now.start, f"found {quoted(self._now.text)}", "`,` or `]`")
                    self._next()
            self._next()
            return [Field(name.text, place, value) for value in values]
        return [Field(name.text, place, self._value(key, depth, colon=colon))]

    def _value(self, key: str, depth: int, *, colon: bool) -> Scalar | Message:
        self._fields += 1
        if self._fields > MAX_FIELDS:
            raise self._refuse(self._now.start, "the text has too many fields", f"at most {MAX_FIELDS:,}")
        if self._is("{", "<"):
            end = "}" if self._next().text == "{" else ">"
            return self.message(end, key, depth + 1)
        token = self._now
        if not colon or token.kind in ("sign", "end"):
            what = "the text ends too early" if token.kind == "end" else f"found {quoted(token.text)}"
            raise self._refuse(token.start, what, "a value, or `{`")
        self._next()
        match token.kind:
            case "text":
                made = self._unescaped(token)
                while self._now.kind == "text":
                    made += self._unescaped(self._next())
                return made
            case "number":
                return self._number(token)
        return {"true": True, "True": True, "t": True, "false": False, "False": False, "f": False}.get(
            token.text, token.text
        )

    def _number(self, token: _Token) -> int | float:
        text = re.sub(r"\s", "", token.text).casefold()
        sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
        if digits.startswith("0x"):
            return sign * int(digits, 16)
        if re.fullmatch(r"0[0-7]+", digits):
            return sign * int(digits, 8)
        # Python refuses to convert more than 4,300 digits, and no field has more than 64 bits.
        if digits.isdigit() and len(digits) <= 20:  # noqa: PLR2004 -- 2^64 has 20 digits
            return sign * int(digits)
        return sign * float(digits.removesuffix("f") if digits != "inf" else math.inf)

    def _unescaped(self, token: _Token) -> str:
        made = bytearray()
        for part in _ESCAPE.finditer(token.text[1:-1]):
            if part["plain"]:
                made += part["plain"].encode()
            elif part["octal"] or part["hex"]:
                made.append(int(part["octal"], 8) & 0xFF if part["octal"] else int(part["hex"], 16))
            elif part["short"] or part["long"]:
                made += self._char(token, int(part["short"] or part["long"], 16))
            elif part["char"] in _CHARS:
                made.append(_CHARS[part["char"]])
            else:
                raise self._refuse(token.start, f"the escape {quoted(part[0])} is not known")
        try:
            return made.decode()
        except UnicodeDecodeError:
            raise self._refuse(token.start, "a text is not UTF-8") from None

    def _char(self, token: _Token, code: int) -> bytes:
        try:
            return chr(code).encode()
        except (ValueError, UnicodeEncodeError, OverflowError):
            raise self._refuse(token.start, f"there is no character {printable(hex(code))}") from None


def pbtxt(fields: list[tuple[str, object]], indent: str = "") -> str:
    """Return the text of a message: texts, numbers, booleans; ``_Word`` for enums, lists of pairs for messages."""
    lines = []
    for name, value in fields:
        if isinstance(value, list):
            lines.append(f"{indent}{name} {{\n{pbtxt(value, indent + '  ')}{indent}}}\n")
        else:
            lines.append(f"{indent}{name}: {_written(value)}\n")
    return "".join(lines)


class Word(str):
    """A word of an enum, which has no quotes."""

    __slots__ = ()


def _written(value: object) -> str:
    match value:
        case Word():
            return value
        case bool():
            return str(value).lower()
        case str():
            return '"' + "".join(_escaped(char) for char in value) + '"'
    return repr(value)


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return char if char.isprintable() else "".join(f"\\{byte:03o}" for byte in char.encode())
