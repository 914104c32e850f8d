r"""Regular expressions between dialects: Rust's (ours, linear time), Python's, ECMAScript's and XML Schema's.

A pattern is cut into parts that all four have, and written anew part by part. What the other side has not (look-around,
back-references, flags), or would read in another sense without saying so (``[[a]`` in Rust), is refused or rewritten.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal

import polars as pl

Dialect = Literal["rust", "python", "ecma", "xsd"]
# Which part of a text a tool holds against a pattern: all of it, its start, or any part.
Anchoring = Literal["whole", "prefix", "search"]

# Ours: the contract's own limit on a pattern; see contract/checks/pattern.py.
MAX_LENGTH: Final = 1_000
MAX_DEPTH: Final = 50

_PYTHON_LINE_BREAK: Final = (
    "`$` in Python also matches before a line break at the very end of a text; here no such line break is let through"
)
_PUNCTUATION: Final = frozenset("\\.+*?()|[]{}^$#&-~/!\"%',:;<=>@`_ ")
_SPECIAL: Final = frozenset("\\.+*?()|[]{}^$")
# The letters behind a backslash that mean one character, the same in each dialect that has them.
_CONTROLS: Final = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v"}
# How Rust says what `\d`, `\w`, `\s` and `.` mean elsewhere (ECMA-262, 22.2.2; XML Schema Part 2, F.1).
_IN_RUST: Final[dict[str, dict[str, str]]] = {
    "python": {"d": r"\d", "w": r"\w", "s": r"\s"},
    "ecma": {"d": "0-9", "w": "0-9A-Za-z_", "s": r"\s\x{feff}"},
    # By its letter `\w` has no underscore and `\s` is ASCII; what runs these patterns are Python and JavaScript.
    "xsd": {"d": r"\d", "w": r"\w", "s": r"\s"},
    "rust": {"d": r"\d", "w": r"\w", "s": r"\s"},
}
_DOT: Final = {"ecma": r"[^\n\r\x{2028}\x{2029}]", "xsd": ".", "python": ".", "rust": "."}
_FLAGS: Final = frozenset("ism")


class RegexError(ValueError):
    """A pattern that the other dialect cannot say; its text says why."""


@dataclass(frozen=True)
class Regex:
    """A pattern in another dialect, and what it means otherwise than before."""

    pattern: str
    remark: str = ""


@dataclass
class _State:
    """What was read of a pattern, part by part."""

    text: str
    source: Dialect
    target: Dialect
    at: int = 0
    parts: list[str] = field(default_factory=list)
    depth: int = 0
    choice: bool = False
    repeatable: bool = False
    line_end: bool = False

    def peek(self, length: int = 1) -> str:
        return self.text[self.at : self.at + length]


def to_ours(pattern: str, dialect: Dialect, anchoring: Anchoring) -> Regex:
    """Return the pattern of a whole text, in Rust's syntax, that accepts what the other tool accepts.

    Raises:
        RegexError: there is none.
    """
    state = _parsed(pattern, dialect, "rust")
    parts = state.parts
    opened = anchoring in ("whole", "prefix")
    closed = anchoring == "whole"
    if not state.choice:
        while parts and parts[0] in ("^", r"\A"):
            parts, opened = parts[1:], True
        while parts and parts[-1] in ("$", r"\z"):
            parts, closed = parts[:-1], True
    text = "".join(parts)
    if not (opened and closed):
        text = ("" if opened else "(?s:.*)") + (f"(?:{text})" if state.choice else text) + ("" if closed else "(?s:.*)")
    text = text or "(?:)"
    if len(text) > MAX_LENGTH:
        raise RegexError(f"it would have {len(text):,} characters here, and {MAX_LENGTH:,} are allowed")
    try:
        pl.Series([""]).str.contains(rf"\A(?:{text})\z")
    except pl.exceptions.ComputeError:
        raise RegexError("the linear-time engine does not take it") from None
    # At the end of a whole match the line break would have to be consumed, and `$` consumes nothing.
    harmless = anchoring == "whole" and "$" not in state.parts[:-1]
    remark = _PYTHON_LINE_BREAK if state.line_end and not harmless else _words(state)
    return Regex(text, remark)


def from_ours(pattern: str, dialect: Dialect, anchoring: Anchoring) -> Regex:
    """Return our pattern of a whole text in another dialect, for a tool that anchors it so.

    Raises:
        RegexError: the dialect cannot say it.
    """
    state = _parsed(pattern, "rust", dialect)
    text = "".join(state.parts)
    if dialect == "python":
        try:
            re.compile(text)
        except (re.error, RecursionError):
            raise RegexError("Python cannot compile it") from None
    if anchoring == "whole":
        return Regex(text, _words(state))
    text = text if not state.choice else f"(?:{text})"
    end = r"\Z" if dialect == "python" else "$"
    return Regex(("^" if anchoring == "search" else "") + text + end, _words(state))


def _words(state: _State) -> str:
    r"""Return what a class such as ``\w`` means otherwise on the other side."""
    parts = "".join(state.parts)
    if "xsd" in (state.source, state.target) and re.search(r"\\[wW]", parts):
        return r"by the letter of XML Schema `\w` has no underscore; here it has, as in the programs that run it"
    if state.target == "ecma" and re.search(r"\\[dDwW]", parts):
        return r"`\d` and `\w` are all of Unicode's here and ASCII alone in ECMAScript"
    return ""


def _parsed(pattern: str, source: Dialect, target: Dialect) -> _State:
    state = _State(pattern, source, target)
    while state.at < len(pattern):
        _part(state)
    if state.depth:
        raise RegexError("a bracket is not closed")
    return state


def _part(state: _State) -> None:
    """Read one part and write it anew."""
    char = state.peek()
    state.at += 1
    if char in ("*", "+", "?", "{"):
        made = _count(state) if char == "{" else char + _greed(state)
        if made != r"\{" and not state.repeatable and state.target != "rust":
            raise RegexError("what it repeats is no character, class or group")
        state.repeatable = made == r"\{"
    else:
        state.repeatable = char not in ("|", "(", "^", "$")
        made = _PARTS[char](state) if char in _PARTS else _char(char, state, in_class=False)
    state.parts.append(made)


def _closed(state: _State) -> str:
    state.depth -= 1
    if state.depth < 0:
        raise RegexError("a bracket is closed that was not opened")
    return ")"


def _choice(state: _State) -> str:
    state.choice = state.choice or state.depth == 0
    return "|"


def _dot(state: _State) -> str:
    return _DOT[state.source] if state.target == "rust" else "."


def _anchor(state: _State, char: str) -> str:
    if state.target == "xsd":
        return _edge(state, first=char == "^")
    if char == "$":
        state.line_end = state.line_end or state.source == "python"
        # In Rust `$` stands at the very end alone.
        return r"\Z" if state.target == "python" else "$"
    return "^"


def _edge(state: _State, *, first: bool) -> str:
    """Return an anchor for XML Schema, which has none: at the ends of a whole match it says nothing."""
    outermost = not any(state.parts) if first else state.at == len(state.text)
    if state.depth == 0 and outermost:
        return ""
    raise RegexError("XML Schema has no anchors within a pattern")


def _greed(state: _State) -> str:
    if state.peek() == "+":
        raise RegexError("possessive quantifiers are not in it")
    if state.peek() != "?":
        return ""
    state.at += 1
    # Which of several matches is taken makes no difference to whether there is one.
    return "" if state.target == "xsd" else "?"


def _count(state: _State) -> str:
    found = re.compile(r"(\d*)(,?)(\d*)\}").match(state.text, state.at)
    if found is None or not (found[1] or (found[3] and state.source == "python")):
        return r"\{"
    state.at = found.end()
    return "{" + (found[1] or "0") + found[2] + found[3] + "}" + _greed(state)


_GROUP: Final = re.compile(r"\?(?:P?<(?P<name>[A-Za-z_]\w*)>|(?P<flags>[a-zA-Z-]*)(?P<end>[:)])|(?P<note>#[^)]*\)))")


def _group(state: _State) -> str:
    if state.peek() != "?":
        return _opened(state, "(")
    found = _GROUP.match(state.text, state.at)
    if found is None:
        raise RegexError("look-around, back-references and the like are not in a linear-time engine")
    state.at = found.end()
    if found["note"]:
        return ""
    if found["name"]:
        return _opened(state, {"xsd": "(", "ecma": f"(?<{found['name']}>"}.get(state.target, f"(?P<{found['name']}>"))
    flags = found["flags"]
    if set(flags) - _FLAGS or (flags and state.target not in ("rust", "python")):
        raise RegexError(f"the flags `{flags[:10]}` are not in both")
    if found["end"] == ")":
        if state.target == "python" and any(state.parts):
            raise RegexError("flags in the middle of a pattern are not in Python")
        return f"(?{flags})"
    return _opened(state, "(" if state.target == "xsd" else f"(?{flags}:")


def _opened(state: _State, text: str) -> str:
    state.depth += 1
    if state.depth > MAX_DEPTH:
        raise RegexError(f"it is nested deeper than {MAX_DEPTH} levels")
    return text


def _class(state: _State) -> str:
    parts = ["["]
    if state.peek() == "^":
        state.at += 1
        parts.append("^")
    first = True
    while True:
        char = state.peek()
        state.at += 1
        if not char:
            raise RegexError("a class of characters is not closed")
        if char == "]" and not (first and state.source in ("python", "rust")):
            break
        parts.append(_member(state, char))
        first = False
    if first:
        raise RegexError("an empty class of characters is not in it")
    return "".join(parts) + "]"


def _member(state: _State, char: str) -> str:
    """Return one member of a class, or the hyphen of a range."""
    if char == "\\":
        return _escape(state, in_class=True)
    if char == "[" and state.source == "rust":
        raise RegexError("nested classes of characters are in Rust's dialect alone")
    if char == "-":
        ends = state.peek() == "]" or state.text[state.at - 2] in "[^" or state.peek() == "-"
        if state.peek() == "[" and state.source == "xsd":
            raise RegexError("the difference of two classes is not carried over")
        return r"\-" if ends else "-"
    if state.source == "rust" and char in "&~" and state.peek() == char:
        raise RegexError("the intersection of classes is in Rust's dialect alone")
    return _char(char, state, in_class=True)


def _char(char: str, state: _State, *, in_class: bool) -> str:
    """Return one character as itself, escaped where the other dialect would take it for a sign."""
    if in_class:
        # Doubled, some are the operations of sets in Rust, and to come in Python.
        return f"\\{char}" if char in "\\[]^" or (char in "&~|" and state.target in ("rust", "python")) else char
    if char in _SPECIAL:
        return f"\\{char}"
    return char if char.isprintable() else _coded(char, state)


def _coded(char: str, state: _State) -> str:
    known = next((letter for letter, control in _CONTROLS.items() if control == char), None)
    if known is not None and not (state.target == "xsd" and known in "fv"):
        return f"\\{known}"
    match state.target:
        case "rust":
            return f"\\x{{{ord(char):x}}}"
        case "python":
            return f"\\U{ord(char):08x}"
        case "ecma" if ord(char) <= 0xFFFF:  # noqa: PLR2004 -- beyond it, ECMAScript wants its flag u
            return f"\\u{ord(char):04x}"
        case _:
            return char


_NUMBERED: Final = {
    "python": re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})"),
    "ecma": re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}"),
    "rust": re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|[xuU]\{([0-9a-fA-F]{1,8})\}"),
    "xsd": re.compile(r"(?!)"),
}


def _escape(state: _State, *, in_class: bool) -> str:
    char = _numbered(state)
    if char:
        return _char(char, state, in_class=in_class)
    char = state.peek()
    state.at += 1
    if char in _CONTROLS or (char == "b" and in_class and state.source in ("python", "ecma")):
        return _coded(_CONTROLS.get(char, "\b"), state)
    if char and char in "dwsDWS":
        return _kind(state, char, in_class=in_class)
    if char in ("p", "P"):
        return _property(state, char)
    if char in ("b", "B", "A", "z", "Z") and not in_class:
        return _boundary(state, char)
    if not char or char.isalnum():
        raise RegexError(f"`\\{char}` is not in both dialects")
    return _char(char, state, in_class=in_class) if char not in _PUNCTUATION or char != "-" else r"\-"


def _numbered(state: _State) -> str:
    """Return the character of a numbered escape such as ``x41``, or nothing."""
    found = _NUMBERED[state.source].match(state.text, state.at)
    if found is None:
        return ""
    state.at = found.end()
    code = int(next(group for group in found.groups() if group), 16)
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:  # noqa: PLR2004 -- Unicode's last code point, and its surrogates
        raise RegexError("it holds a number that is no character")
    return chr(code)


def _kind(state: _State, char: str, *, in_class: bool) -> str:
    if state.target != "rust":
        return f"\\{char}"
    members = _IN_RUST[state.source][char.lower()]
    if members == f"\\{char.lower()}":
        return f"\\{char}"
    if char.isupper():
        return f"[^{members}]"
    return members if in_class else f"[{members}]"


def _property(state: _State, char: str) -> str:
    found = re.compile(r"\{(\^?[A-Za-z]{1,2})\}|([A-Z])").match(state.text, state.at)
    if found is None or "python" in (state.source, state.target):
        raise RegexError("a Unicode property is not in both dialects")
    state.at = found.end()
    return f"\\{char}{{{found[1] or found[2]}}}"


def _boundary(state: _State, char: str) -> str:
    state.repeatable = False
    match char:
        case "b" | "B":
            if "xsd" in (state.source, state.target):
                raise RegexError("XML Schema has no word boundaries")
            if "ecma" in (state.source, state.target) and char == "B":
                raise RegexError("`\\B` is not the same in both")
            return rf"(?-u:\{char})" if state.source == "ecma" else f"\\{char}"
        case "A" if state.source in ("python", "rust"):
            return _edge(state, first=True) if state.target == "xsd" else "^" if state.target == "ecma" else r"\A"
        case "Z" if state.source == "python":
            return r"\z"
        case "z" if state.source == "rust":
            return _edge(state, first=False) if state.target == "xsd" else "$" if state.target == "ecma" else r"\Z"
    raise RegexError(f"`\\{char}` is not in both dialects")


_PARTS: Final = {
    "\\": lambda state: _escape(state, in_class=False),
    "[": _class,
    "(": _group,
    ")": _closed,
    "|": _choice,
    "^": lambda state: _anchor(state, "^"),
    "$": lambda state: _anchor(state, "$"),
    ".": _dot,
}
