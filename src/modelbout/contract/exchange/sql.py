"""Comparisons between columns in SQL and in the contract's own language, as far as both say the same.

Arithmetic with `/` is not among it (SQL divides whole numbers to whole numbers), nor are functions: each database has
its own.
"""

from __future__ import annotations

import re
from typing import Final

from modelbout.contract.exchange.draft import ref
from modelbout.contract.expressions import MAX_LENGTH, WORDS
from modelbout.contract.tokens import ExpressionError, Token, tokens_of

_SQL: Final = re.compile(
    r"""\s*(?:(?P<text>'(?:[^']|'')*') | "(?P<column>[^"`]+)" | (?P<number>\d+(?:\.\d+)?(?![\w.]))
    | (?P<word>[A-Za-z_]\w*)(?!\s*\.) (?P<call>\s*\()? | (?P<sign><=|>=|<>|!=|=|<|>|\+|-|\*|\(|\)|,))""",
    re.VERBOSE,
)
_SIGNS: Final = {"=": "==", "<>": "!="}
_PLAIN: Final = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)


def from_sql(text: str) -> str | None:
    """Return a condition of SQL in the contract's language, None for one that is not surely the same there."""
    words: list[str] = []
    position, listed = 0, False
    end = len(text.rstrip())
    if end > MAX_LENGTH:
        return None
    while position < end:
        found = _SQL.match(text, position)
        if found is None:
            return None
        position = found.end()
        if found["word"]:
            word = _word(found["word"])
            if found["call"]:
                if word not in ("and", "or", "not", "in"):
                    return None
                listed = word == "in"
            words += [word, *(["["] if listed and found["call"] else ["("] if found["call"] else [])]
        elif found["sign"] == ")" and listed:
            words.append("]")
            listed = False
        else:
            part = _part(found)
            if part is None:
                return None
            words.append(part)
    return " ".join(words)


def _part(found: re.Match[str]) -> str | None:
    if found["text"]:
        text = found["text"][1:-1].replace("''", "'")
        return f'"{text}"' if '"' not in text else None if "'" in text else f"'{text}'"
    if found["column"]:
        return ref(found["column"])
    return found["number"] or _SIGNS.get(found["sign"], found["sign"])


def _word(word: str) -> str:
    return word.lower() if word.lower() in WORDS else word


def to_sql(text: str) -> str | None:
    """Return a comparison of the contract in SQL, None for one with parts that databases say each in its own way."""
    try:
        tokens = tokens_of(text)
    except ExpressionError:
        return None
    parts = []
    for token, after in zip(tokens, [*tokens[1:], tokens[-1]], strict=True):
        if token.kind == "end":
            break
        part = _token(token, after)
        if part is None:
            return None
        parts.append(part)
    return " ".join(parts)


def _token(token: Token, after: Token) -> str | None:
    match token.kind:
        case "text" | "moment":
            return "'" + token.text.replace("'", "''") + "'"
        case "column":
            return f'"{token.text}"' if '"' not in token.text else None
        case "name":
            called = after.kind == "sign" and after.text == "(" and token.text not in WORDS
            return None if called or not _PLAIN.match(token.text) else token.text
        case "sign":
            signs = {"==": "=", "!=": "<>", "[": "(", "]": ")", "/": None}
            return signs.get(token.text, token.text)
    return token.text
