"""From the text of a rule to its words, each with its position."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from modelbout.config.wording import quoted

# Ours: the longest of the examples has 20 words.
MAX_TOKENS: Final = 500


class ExpressionError(ValueError):
    """An expression that cannot be understood.

    Attributes:
        position: index of the character where, from 0.
        found: what stands there.
        allowed: what could stand there.
        fix: the next step.
    """

    def __init__(self, position: int, found: str, allowed: str = "", fix: str = "") -> None:
        super().__init__(found)
        self.position = position
        self.found = found
        self.allowed = allowed
        self.fix = fix


@dataclass(frozen=True)
class Token:
    """One word: its kind, its text without quotes, and its position in the rule, from 0."""

    kind: Literal["number", "text", "moment", "name", "column", "sign", "end"]
    text: str
    position: int


_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<moment>\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)?(?![\w.]))
    | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))
    | "(?P<double>[^"]*)" | '(?P<single>[^']*)' | `(?P<column>[^`]+)`
    | (?P<name>[^\W\d]\w*)
    | (?P<sign>==|!=|<=|>=|[-+*/<>()\[\],])
    )""",
    re.VERBOSE,
)
_HINTS: Final = {
    "=": "Equality is `==`.",
    "&": "Write `and`.",
    "|": "Write `or`.",
    "!": "Write `not`, or `!=`.",
    "~": "Write `not`.",
    "%": "There is no remainder; see docs/contract.md for what there is.",
    ".": "There are no methods and attributes; put an odd column name between backticks.",
    '"': "The text has no closing quote.",
    "'": "The text has no closing quote.",
    "`": "The column name has no closing backtick.",
}


def tokens_of(text: str) -> list[Token]:
    """Return the words of the text, the last of kind ``end``.

    Raises:
        ExpressionError: a character means nothing here, or there are too many words.
    """
    tokens: list[Token] = []
    position = 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            position += len(text[position:]) - len(text[position:].lstrip())
            sign = text[position]
            raise ExpressionError(position, f"{quoted(sign)} has no meaning here", "", _HINTS.get(sign, ""))
        group = match.lastgroup
        kind = {"double": "text", "single": "text"}.get(group, group)
        # The position is that of the opening quote.
        quotes = group in ("double", "single", "column")
        tokens.append(Token(kind, match[group], match.start(group) - quotes))  # type: ignore[arg-type]  # groups are kinds
        position = match.end()
        if len(tokens) > MAX_TOKENS:
            raise ExpressionError(position, "the expression is too long", f"at most {MAX_TOKENS} words", "Split it.")
    tokens.append(Token("end", "", len(text)))
    return tokens
