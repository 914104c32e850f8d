from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelbout.contract.expressions import MAX_DEPTH, MAX_LENGTH, Term, parse
from modelbout.contract.formula import to_expression
from modelbout.contract.table import describe
from modelbout.contract.tokens import MAX_TOKENS, ExpressionError

if TYPE_CHECKING:
    from modelbout.manifest import ColumnType

TYPES: Final[dict[str, ColumnType]] = {
    "a": "number",
    "b": "number",
    "i": "integer",
    "s": "string",
    "flag": "boolean",
    "day": "date",
    "at": "datetime",
    "total charges": "number",
}
ROW: Final[dict[str, Any]] = {
    "a": 3.0,
    "b": 4.0,
    "i": 5,
    "s": " Ab ",
    "flag": True,
    "day": dt.date(2026, 3, 31),
    "at": dt.datetime(2026, 3, 31, 14, 30),  # noqa: DTZ001 -- a column without zone
    "total charges": 7.0,
}


def answer(text: str, **changed: Any) -> bool | None:
    frame = pl.DataFrame({**ROW, **changed}, schema_overrides={"a": pl.Float64, "b": pl.Float64, "i": pl.Int8}).lazy()
    schema = nw.from_native(frame).collect_schema()
    fields = {name: describe(name, schema[name], TYPES[name]) for name in TYPES}
    made = nw.from_native(frame).select(answer=to_expression(parse(text, TYPES), fields)).collect()
    value: bool | None = made["answer"][0]
    return value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b", True),
        ("a >= b or i == 5", True),
        ("not a < b", False),
        ("not (a < b and b < i)", False),
        ("a + 1 == b", True),
        ("a - 1 - 1 == 1", True),
        ("a + 2 * b == 11", True),
        ("(a + 2) * b == 20", True),
        ("b / 2 / 2 == 1", True),
        ("-a < 0", True),
        ("--a == 3", True),
        ("abs(a - b) <= 1e0", True),
        ("round(a / b) == 1", True),
        ("a == .3e1", True),
        ("a between 3 and 4", True),
        ("a not between 3 and 4", False),
        ("a between 1 and 2 or b between 4 and 5", True),
        ("i in [1, 5, -2]", True),
        ("i not in [1, 5]", False),
        ("a is null", False),
        ("a is not null", True),
        ("s is not null and flag", True),
        ("flag == true", True),
        ("flag != false", True),
        ("s == ' Ab '", True),
        ('strip(s) == "Ab"', True),
        ("lower(strip(s)) == 'ab' and upper(strip(s)) == 'AB'", True),
        ("len(s) == 4", True),
        ("s in ['x', ' Ab ']", True),
        ("`total charges` > a", True),
        ("day == 2026-03-31", True),
        ("day in [2026-03-30, 2026-03-31]", True),
        ("at > 2026-03-31T14:29:59.5", True),
        ("at in [2026-03-31, 2026-03-31T14:30]", True),
        ("at > 2026-03-31", True),
        ("day <= at", True),
        ("day between 2026-01-01 and 2026-12-31", True),
        ("year(day) == 2026 and month(day) == 3 and day(day) == 31 and weekday(day) == 2", True),
        ("hour(at) == 14", True),
        ("a<b and b>a", True),
        ("1 < a", True),
    ],
)
def test_what_the_language_says(text: str, expected: bool) -> None:  # noqa: FBT001 -- a table of answers
    assert answer(text) is expected


@pytest.mark.parametrize(
    ("text", "changed", "expected"),
    [
        ("a < b", {"a": None}, None),
        ("a < b", {"a": float("nan")}, None),
        ("a < b or i == 5", {"a": None}, True),
        ("a < b and i == 6", {"a": None}, False),
        ("a < b and i == 5", {"a": None}, None),
        ("not a < b", {"a": None}, None),
        ("a is null", {"a": float("nan")}, True),
        ("a in [1, 2]", {"a": None}, None),
        ("b / a > 1", {"a": 0.0}, None),
        ("a between 1 and b", {"b": None}, None),
        ("i + i + i == 381", {"i": 127}, True),
        ("a + b == 0.3", {"a": 0.1, "b": 0.2}, False),
    ],
)
def test_missing_operands_make_it_unknown_and_small_integers_do_not_wrap(
    text: str,
    changed: dict[str, Any],
    expected: bool | None,  # noqa: FBT001 -- a table of answers
) -> None:
    assert answer(text, **changed) is expected


@pytest.mark.parametrize(
    ("text", "position", "found", "hint"),
    [
        ("", 0, "the expression is empty", ""),
        ("   ", 0, "the expression is empty", ""),
        ("a = b", 2, "`=` has no meaning here", "Equality is `==`."),
        ("a & b", 2, "`&` has no meaning here", "Write `and`."),
        ("a.b > 1", 1, "`.` has no meaning here", "There are no methods"),
        ("s == 'x", 5, "`'` has no meaning here", "no closing quote"),
        ("a > ", 4, "the expression ends too early", ""),
        ("a > 1 b", 6, "`b` stands here", "Is an operator missing"),
        ("a > 1 adn b > 1", 6, "`adn` stands here", "Did you mean `and`?"),
        ("aa > 1", 0, "`aa` is no column of this contract", "Did you mean `a`?"),
        ("a == None", 5, "`None` is no column of this contract", "Write `is null`"),
        ("qwerty > 1", 0, "`qwerty` is no column of this contract", "put a text in quotes"),
        ("a", 0, "the rule is a number, neither true nor false", ""),
        ("1 == 1", 0, "the rule names no column", ""),
        ("a > 's'", 4, "a string cannot be held against a number", "without quotes"),
        ("day > '2026-01-01'", 6, "a string cannot be held against a date", "without quotes"),
        ("flag > a", 7, "true and false have no order for `>`", ""),
        ("flag == 1", 8, "a number cannot be held against a boolean", ""),
        ("a < b < i", 6, "comparisons cannot be chained", "a < b and b < c"),
        ("a and b > 1", 0, "this is a number, and `and` needs a boolean", ""),
        ("b > 1 and a", 10, "this is a number, and `and` needs a boolean", ""),
        ("not a", 4, "this is a number, and `not` needs a boolean", ""),
        ("s + s == s", 0, "this is a string, and `+` needs a number", ""),
        ("-s == s", 1, "this is a string, and `-` needs a number", ""),
        ("len(a) > 1", 4, "this is a number, and `len` needs a string", ""),
        ("lenn(s) > 1", 0, "there is no function `lenn`", "Did you mean `len`?"),
        ("__import__('os') == 1", 0, "there is no function `__import__`", ""),
        ("a in 1", 5, "`1` stands here", ""),
        ("a in [b]", 6, "only values can stand in a list", ""),
        ("a in ['x']", 6, "a string cannot be held against a number", ""),
        ("a in [1", 7, "the expression ends too early", ""),
        ("day in [2026-01-01T10:00]", 8, "a moment stands in a list of days", ""),
        ("a not 1", 6, "`1` stands here", ""),
        ("a is 1", 5, "`1` stands here", ""),
        ("(a > 1", 6, "the expression ends too early", ""),
        ("day > 2026-02-30", 6, "there is no day or moment `2026-02-30`", ""),
        ("i == 99999999999999999999", 5, "the number 99999999999999999999 is too large to be exact", ""),
        ("a == 1e999", 5, "the number 1e999 is too large to be exact", ""),
        ("a % 2 == 0", 2, "`%` has no meaning here", "no remainder"),
        ("`total charges > 1", 0, "`\N{MODIFIER LETTER GRAVE ACCENT}` has no meaning here", "closing backtick"),
    ],
)
def test_faults_say_where_and_what(text: str, position: int, found: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text, TYPES)
    assert (caught.value.position, caught.value.found) == (position, found)
    assert hint in caught.value.fix


@pytest.mark.parametrize(
    "text",
    [
        "a > 1 " + "or a > 1 " * MAX_LENGTH,
        "(" * (MAX_DEPTH + 1) + "a > 1" + ")" * (MAX_DEPTH + 1),
        "not " * (MAX_DEPTH + 1) + "flag",
        "-" * (MAX_DEPTH + 1) + "a > 1",
        "a+" * MAX_TOKENS + "a > 1",
    ],
)
def test_there_are_limits(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text, TYPES)
    assert caught.value.allowed.startswith("at most")


@given(st.text(max_size=60) | st.text("ab<>=()[]'\"`-+*/, andorinulsbetw123.", max_size=60))
def test_any_text_is_a_rule_or_a_fault_with_a_position(text: str) -> None:
    try:
        term = parse(text, TYPES)
    except ExpressionError as error:
        assert 0 <= error.position <= len(text)  # noqa: PT017 -- either outcome is right
    else:
        assert term.kind == "boolean"
        assert set(term.columns()) <= set(TYPES)


NUMBERS: Final = st.sampled_from(["a", "b", "i", "1", "2.5"])


@given(
    st.recursive(
        st.tuples(NUMBERS, st.sampled_from(["<", "<=", "==", "!=", ">", ">="]), NUMBERS),
        lambda inner: st.tuples(inner, st.sampled_from(["and", "or"]), inner) | st.tuples(st.just("not"), inner),
        max_leaves=8,
    ),
    st.none() | st.sampled_from([0.0, 2.5, 4.0]),
)
def test_it_agrees_with_three_valued_logic(tree: tuple[Any, ...], a: float | None) -> None:
    def written(node: Any) -> str:
        if isinstance(node, str):
            return node
        return "(" + " ".join(written(part) for part in node) + ")"

    def meant(node: Any) -> Any:
        if isinstance(node, str):
            return {"a": a, "b": ROW["b"], "i": ROW["i"]}[node] if node.isalpha() else float(node)
        if node[0] == "not":
            inner = meant(node[1])
            return None if inner is None else not inner
        left, op, right = meant(node[0]), node[1], meant(node[2])
        if op == "and":
            return False if left is False or right is False else None if None in (left, right) else True
        if op == "or":
            return True if left is True or right is True else None if None in (left, right) else False
        if left is None or right is None:
            return None
        return {
            "<": left < right,
            "<=": left <= right,
            "==": left == right,
            "!=": left != right,
            ">": left > right,
            ">=": left >= right,
        }[op]

    text = f"{written(tree)} or a < -1"
    expected = meant(tree)
    assert answer(text, a=a) is (None if a is None and expected is False else expected)


def test_a_term_knows_its_columns_once_and_in_order() -> None:
    assert parse("b > a and a > 1 and flag", TYPES).columns() == ("b", "a", "flag")
    assert Term("literal", "number", value=1.0).columns() == ()
