"""The language of cross-column rules: text in, a typed tree out; nothing is ever evaluated as Python.

or      := and ("or" and)*
and     := not ("and" not)*
not     := "not" not | compare
compare := sum [ ("==" | "!=" | "<" | "<=" | ">" | ">=") sum
         | "is" ["not"] "null" | ["not"] "in" "[" literal ("," literal)* "]" | ["not"] "between" sum "and" sum ]
sum     := product (("+" | "-") product)*
product := sign (("*" | "/") sign)*
sign    := "-" sign | atom
atom    := number | "text" | 'text' | 2026-03-31 | 2026-03-31T14:30 | true | false
         | column | `any column` | function "(" or ("," or)* ")" | "(" or ")"
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NoReturn

from modelbout.catalogue import did_you_mean
from modelbout.config.wording import printable, quoted
from modelbout.contract.literals import read_date, read_datetime
from modelbout.contract.tokens import ExpressionError, Token, tokens_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from modelbout.manifest import ColumnType

# Ours: a rule that a reviewer reads in one glance has 100 characters; the longest of the examples has 60.
MAX_LENGTH: Final = 2_000
# Ours: far below Python's recursion limit of 1,000 with six functions a level, far above any rule that is read.
MAX_DEPTH: Final = 40
# Every integer up to here is a number of 64 bits exactly (IEEE 754 binary64), in which all arithmetic is done.
MAX_NUMBER: Final = 2**53

Kind = Literal["number", "string", "boolean", "date", "datetime"]


@dataclass(frozen=True)
class Term:
    """A node of the tree.

    Attributes:
        op: ``column``, ``literal``, an operator or a function's name.
        kind: the type of its value.
        args: its operands.
        value: the column's name, or the literal.
    """

    op: str
    kind: Kind
    args: tuple[Term, ...] = ()
    value: float | str | bool | date | datetime | None = None

    def columns(self) -> tuple[str, ...]:
        """Return the columns in it, each once, in the order of the text."""
        if self.op == "column":
            return (str(self.value),)
        return tuple(dict.fromkeys(name for arg in self.args for name in arg.columns()))


WORDS: Final = ("and", "or", "not", "is", "in", "between", "null", "true", "false")
_COMPARISONS: Final = ("==", "!=", "<", "<=", ">", ">=")

# name -> (kinds of the argument, kind of the answer; None = the argument's own)
FUNCTIONS: Final[Mapping[str, tuple[tuple[Kind, ...], Kind]]] = {
    "abs": (("number",), "number"),
    "round": (("number",), "number"),
    "len": (("string",), "number"),
    "lower": (("string",), "string"),
    "upper": (("string",), "string"),
    "strip": (("string",), "string"),
    "year": (("date", "datetime"), "number"),
    "month": (("date", "datetime"), "number"),
    "day": (("date", "datetime"), "number"),
    "weekday": (("date", "datetime"), "number"),
    "hour": (("datetime",), "number"),
}

_KINDS: Final[Mapping[ColumnType, Kind]] = {
    "integer": "number",
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
}


def parse(text: str, types: Mapping[str, ColumnType]) -> Term:
    """Return the tree of a rule that is true, false or (a missing operand) unknown for a row.

    Args:
        text: the rule.
        types: the columns that may be used, with their types.

    Raises:
        ExpressionError: it is no rule of this language, too long or too deep, uses an unknown column, or compares
            values of different types.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(0, f"an expression of {len(text):,} characters", f"at most {MAX_LENGTH:,}", "Split it.")
    parser = _Parser(tokens_of(text), types)
    return parser.whole()


class _Parser:
    """Recursive descent, one function a line of the grammar."""

    def __init__(self, tokens: list[Token], types: Mapping[str, ColumnType]) -> None:
        self._tokens = tokens
        self._types = types
        self._at = 0
        self._depth = 0

    def whole(self) -> Term:
        first = self._now
        if first.kind == "end":
            raise ExpressionError(0, "the expression is empty", "a comparison such as `a >= b`")
        term = self._or()
        if self._now.kind != "end":
            self._unexpected("`and`, `or`, a comparison or the end")
        if term.kind != "boolean":
            raise ExpressionError(first.position, f"the rule is a {term.kind}, neither true nor false", "a comparison")
        if not term.columns():
            raise ExpressionError(first.position, "the rule names no column", "a comparison with a column in it")
        return term

    @property
    def _now(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._now
        self._at += 1
        return token

    def _is(self, *texts: str) -> bool:
        return self._now.kind in ("name", "sign") and self._now.text in texts

    def _take(self, text: str) -> None:
        if not self._is(text):
            self._unexpected(quoted(text))
        self._at += 1

    def _unexpected(self, allowed: str) -> NoReturn:
        token = self._now
        found = "the expression ends too early" if token.kind == "end" else f"{quoted(token.text)} stands here"
        fix = ""
        if token.kind == "name":
            fix = did_you_mean(token.text.lower(), WORDS).strip()
            if token.text in self._types:
                fix = "Is an operator missing before this column?"
        raise ExpressionError(token.position, found, allowed, fix)

    def _nested(self, rule: Callable[[], Term]) -> Term:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError(
                self._now.position, "the expression is nested too deep", f"at most {MAX_DEPTH} levels"
            )
        term = rule()
        self._depth -= 1
        return term

    def _or(self) -> Term:
        return self._chain(("or",), self._and, "boolean")

    def _and(self) -> Term:
        return self._chain(("and",), self._not, "boolean")

    def _sum(self) -> Term:
        return self._chain(("+", "-"), self._product, "number")

    def _product(self) -> Term:
        return self._chain(("*", "/"), self._sign, "number")

    def _chain(self, ops: tuple[str, ...], operand: Callable[[], Term], kind: Kind) -> Term:
        start = self._now
        left = operand()
        while self._is(*ops):
            self._want(left, (kind,), start, f"`{self._now.text}`")
            op = self._next().text
            start = self._now
            right = operand()
            self._want(right, (kind,), start, f"`{op}`")
            left = Term(op, kind, (left, right))
        return left

    def _not(self) -> Term:
        if not self._is("not"):
            return self._compare()
        self._at += 1
        start = self._now
        term = self._nested(self._not)
        self._want(term, ("boolean",), start, "`not`")
        return Term("not", "boolean", (term,))

    def _compare(self) -> Term:
        left = self._sum()
        if self._is(*_COMPARISONS):
            return self._comparison(left)
        if self._is("is"):
            self._at += 1
            negated = self._negated()
            self._take("null")
            return self._answer("is null", (left,), negated=negated)
        negated = self._negated()
        if self._is("in"):
            return self._answer("in", (left, *self._list(left)), negated=negated)
        if self._is("between"):
            self._at += 1
            low = self._operand(left, "between")
            self._take("and")
            return self._answer("between", (left, low, self._operand(left, "between")), negated=negated)
        if negated:
            self._unexpected("`in` or `between`")
        return left

    def _comparison(self, left: Term) -> Term:
        op = self._next().text
        right = self._operand(left, op)
        if self._is(*_COMPARISONS):
            fix = "Write `a < b and b < c`, or `b between a and c`."
            raise ExpressionError(self._now.position, "comparisons cannot be chained", "", fix)
        return Term(op, "boolean", (left, right))

    def _negated(self) -> bool:
        if self._is("not"):
            self._at += 1
            return True
        return False

    def _answer(self, op: str, args: tuple[Term, ...], *, negated: bool) -> Term:
        term = Term(op, "boolean", args)
        return Term("not", "boolean", (term,)) if negated else term

    def _operand(self, left: Term, op: str) -> Term:
        start = self._now
        if left.kind == "boolean" and op not in ("==", "!="):
            raise ExpressionError(start.position, f"true and false have no order for {quoted(op)}", "`==`, `!=`")
        right = self._sum()
        self._same(left, right, start)
        return right

    def _list(self, left: Term) -> tuple[Term, ...]:
        self._at += 1
        self._take("[")
        values: list[Term] = []
        while True:
            start = self._now
            value = self._sign()
            if value.op != "literal":
                raise ExpressionError(start.position, "only values can stand in a list", "numbers, texts, dates")
            self._same(left, value, start)
            if (left.kind, value.kind) == ("date", "datetime"):
                raise ExpressionError(start.position, "a moment stands in a list of days", "days such as 2026-03-31")
            values.append(value)
            if not self._is(","):
                break
            self._at += 1
        self._take("]")
        return tuple(values)

    def _same(self, left: Term, right: Term, start: Token) -> None:
        # A date is the midnight at which it begins, so it can be held against a moment.
        if left.kind == right.kind or {left.kind, right.kind} == {"date", "datetime"}:
            return
        fix = ""
        if {left.kind, right.kind} in ({"date", "string"}, {"datetime", "string"}):
            fix = "Dates are written without quotes: 2026-03-31."
        elif {left.kind, right.kind} == {"number", "string"}:
            fix = "Numbers are written without quotes; is the column's type right?"
        raise ExpressionError(start.position, f"a {right.kind} cannot be held against a {left.kind}", left.kind, fix)

    def _want(self, term: Term, kinds: tuple[Kind, ...], start: Token, where: str) -> None:
        if term.kind not in kinds:
            wanted = " or ".join(kinds)
            raise ExpressionError(start.position, f"this is a {term.kind}, and {where} needs a {wanted}", wanted)

    def _sign(self) -> Term:
        if not self._is("-"):
            return self._atom()
        self._at += 1
        start = self._now
        term = self._nested(self._sign)
        self._want(term, ("number",), start, "`-`")
        if term.op == "literal" and isinstance(term.value, float):
            return Term("literal", "number", value=-term.value)
        return Term("negative", "number", (term,))

    def _atom(self) -> Term:
        token = self._now
        if token.kind in ("number", "text", "moment") or (token.kind == "name" and token.text in ("true", "false")):
            self._at += 1
            return _literal(token)
        if token.kind == "column" or (token.kind == "name" and token.text not in WORDS):
            self._at += 1
            return self._call(token) if token.kind == "name" and self._is("(") else self._column(token)
        if not self._is("("):
            self._unexpected("a column, a value or `(`")
        self._at += 1
        term = self._nested(self._or)
        self._take(")")
        return term

    def _call(self, name: Token) -> Term:
        if name.text not in FUNCTIONS:
            allowed = ", ".join(f"`{known}`" for known in FUNCTIONS)
            fix = did_you_mean(name.text, FUNCTIONS).strip()
            raise ExpressionError(name.position, f"there is no function {quoted(name.text)}", allowed, fix)
        self._at += 1
        kinds, answer = FUNCTIONS[name.text]
        start = self._now
        term = self._nested(self._or)
        self._want(term, kinds, start, quoted(name.text))
        self._take(")")
        return Term(name.text, answer, (term,))

    def _column(self, token: Token) -> Term:
        if token.text not in self._types:
            word = token.text if token.kind == "column" else token.text.casefold()
            fix = did_you_mean(token.text, self._types).strip()
            if word in ("null", "none", "nan"):
                fix = "Write `is null` or `is not null`."
            fix = fix or "Name it below `columns:`, or put a text in quotes."
            raise ExpressionError(token.position, f"{quoted(token.text)} is no column of this contract", "", fix)
        return Term("column", _KINDS[self._types[token.text]], value=token.text)


def _literal(token: Token) -> Term:
    match token.kind:
        case "number":
            return _number(token)
        case "moment":
            return _moment(token)
        case "text":
            return Term("literal", "string", value=token.text)
        case _:
            return Term("literal", "boolean", value=token.text == "true")


def _number(token: Token) -> Term:
    value = float(token.text)
    if value == float("inf") or (value > MAX_NUMBER and token.text.isdigit()):
        found = f"the number {printable(token.text, 30)} is too large to be exact"
        raise ExpressionError(token.position, found, f"up to {MAX_NUMBER:,}")
    return Term("literal", "number", value=value)


def _moment(token: Token) -> Term:
    day = read_date(token.text)
    if day is not None:
        return Term("literal", "date", value=day)
    moment = read_datetime(token.text)
    if moment is None:
        raise ExpressionError(token.position, f"there is no day or moment {quoted(token.text)}", "such as 2026-03-31")
    return Term("literal", "datetime", value=moment)
