from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from modelbout.config.decode import AS_ALLOWED, decode, decode_what_fits
from modelbout.config.yaml_tree import Node, parse_yaml
from modelbout.record import Record

if TYPE_CHECKING:
    from modelbout.errors import Problem


class Inner(Record, frozen=True, rename={"from_": "from"}):
    """Something inside."""

    share: Annotated[float, Meta(gt=0, lt=1)]
    from_: str | None = None


class Long(Record, frozen=True):
    """The long form of a rule."""

    is_: float
    level: Literal["error", "warn"] = "error"


class Outer(Record, frozen=True):
    """Everything that a field can be."""

    name: Annotated[str, Meta(pattern="^[a-z]+$", max_length=5)]
    inner: Inner | None = None
    paths: Annotated[str, Meta(min_length=1)] | tuple[str, ...] | None = None
    count: Annotated[int, Meta(ge=1, le=9)] = 1
    flag: bool = False
    mode: Literal["fast", "slow", 3] = "fast"
    value: str | int | float | bool | None = None
    rule: float | Long | None = None
    table: dict[str, int] = {}  # noqa: RUF012 -- msgspec copies it
    anything: Any = None
    listed: list[Inner] = msgspec.field(default_factory=list)
    several: Annotated[tuple[int, ...], Meta(min_length=1, max_length=2)] = (1,)


def read(text: str) -> Node:
    return parse_yaml(text, shown="m")


def decoded(text: str) -> Outer:
    problems: list[Problem] = []
    value = decode(read(text), Outer, problems)
    assert problems == []
    assert value is not None
    return value


def faults(text: str, later: dict[str, str] | None = None) -> list[Problem]:
    problems: list[Problem] = []
    assert decode(read(text), Outer, problems, later=later or {}) is None
    assert problems
    return problems


def fault(text: str) -> Problem:
    (problem,) = faults(text)
    return problem


def test_everything_at_once() -> None:
    value = decoded(
        "name: abc\ninner: {share: 0.5, from: 2012-07-01}\npaths: [a, b]\ncount: 9\nflag: true\nmode: 3\nvalue: 1.5\n"
        "rule: {is_: 1}\ntable: {1: 2}\nanything: [{x: 2012-01-01}]\nlisted: [{share: 0.1}]\nseveral: [1, 2]\n"
    )
    assert value == Outer(
        name="abc",
        inner=Inner(share=0.5, from_="2012-07-01"),
        paths=("a", "b"),
        count=9,
        flag=True,
        mode=3,
        value=1.5,
        rule=Long(is_=1.0),
        table={"1": 2},
        anything=[{"x": "2012-01-01"}],
        listed=[Inner(share=0.1)],
        several=(1, 2),
    )
    assert isinstance(value.rule, Long)
    assert isinstance(value.rule.is_, float)


def test_defaults_and_empty_values() -> None:
    assert decoded("name: a\ninner:\npaths: ~\n") == Outer(name="a")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", 7),
        ("7.5", 7.5),
        ("'7'", "7"),
        ("true", True),
        ("'true'", "true"),
        ("2012-01-01", "2012-01-01"),
        ("", None),
    ],
)
def test_a_union_of_scalars_follows_the_tag(text: str, expected: object) -> None:
    value = decoded(f"name: a\nvalue: {text}").value
    assert value == expected
    assert type(value) is type(expected)


def test_short_and_long_form() -> None:
    assert decoded("name: a\nrule: 3").rule == 3.0
    assert decoded("name: a\nrule: {is_: 3, level: warn}").rule == Long(is_=3.0, level="warn")


@pytest.mark.parametrize(
    ("text", "found", "allowed", "fix", "column"),
    [
        ("name: a\ncount: 0", "found `0`", "a whole number from 1 to 9", "", 8),
        ("name: a\ncount: 1.0", "found `1.0`", "a whole number from 1 to 9", "", 8),
        ("name: a\ncount: x", "found `x`", "a whole number from 1 to 9", "", 8),
        ("name: a\ncount: true", "found `true`", "a whole number from 1 to 9", "", 8),
        ("name: a\ncount:", "found no value", "a whole number from 1 to 9", "Write a value, or remove the key.", 7),
        ("name: a\ninner: {share: .nan}", "found `.nan`", "a number above 0 and below 1", "", 16),
        ("name: a\nrule: .inf", "found `.inf`", "a number", "", 7),
        ("name: a\nrule: {is_: 1e999}", "found `1e999`", "a number", "", 13),
        ("name: a\nrule: [1]", "found a list", "a number or a mapping (`key: value`)", "", 7),
        ("name: a\nmode: fsat", "found `fsat`", "`3`, `fast` or `slow`", "Did you mean `fast`?", 7),
        ("name: a\nmode: true", "found `true`", "`3`, `fast` or `slow`", "", 7),
        ("name: a\nflag: yes", "found `yes`", "`true` or `false`", "", 7),
        ("name: a\ninner: x", "found `x`", "a mapping (`key: value`)", "", 8),
        (
            "name: a\npaths: 3",
            "found `3`, which YAML reads as a number",
            "text or a list of texts",
            'Quote it: "3".',
            8,
        ),
        (
            "name: a\npaths: [yes, true]",
            "found `true`, which YAML reads as `true` or `false`",
            "text",
            'Quote it: "true".',
            14,
        ),
        ("name: a\npaths: ''", "found an empty text", "text or a list of texts", "", 8),
        ("name: a\ntable: {a: b}", "found `b`", "a whole number", "", 12),
        ("name: a\ntable: 1", "found `1`", "a mapping (`key: value`)", "", 8),
        ("name: a\nlisted: {a: b}", "found a mapping", "a list of mappings (`key: value`)", "", 9),
        ("name: a\nseveral: []", "a list of 0", "at least 1", "", 10),
        ("name: a\nseveral: [1, 2, 3]", "a list of 3", "at most 2", "", 10),
        ("name: a\nnmae: b", "unknown key `nmae`", "", "Did you mean `name`?", 1),
        ("name: a\nxyz: b", "unknown key `xyz`", "", "Remove it, or write one of the known keys.", 1),
    ],
)
def test_each_fault_says_where_what_and_what_is_allowed(
    text: str, found: str, allowed: str, fix: str, column: int
) -> None:
    problem = fault(text)
    assert problem.found == found
    assert problem.fix == (fix or AS_ALLOWED)
    assert problem.place.line == 2
    assert problem.place.column == column
    if allowed == "text or a list of texts" and "empty" in found:
        allowed = "text"
    assert problem.allowed == allowed or "unknown key" in found


@pytest.mark.parametrize("name", ["Abc", "abcdef", "'a b'", '"abc\\n"'])
def test_text_must_match(name: str) -> None:
    assert fault(f"name: {name}").allowed == "text like `^[a-z]+$`, at most 5 characters"


def test_the_known_keys_are_listed() -> None:
    assert "`name`, `inner`, `paths`" in fault("name: a\nxyz: b").allowed
    (unknown,) = faults("name: a\ninner: {share: 0.5, form: x}")
    assert unknown.allowed == "`share`, `from`"
    assert unknown.fix == "Did you mean `from`?"


def test_all_faults_at_once_in_every_depth() -> None:
    problems = faults("inner: {share: 2, x: 1}\ncount: 0\nlisted: [{}, 3]\nmode: x\n")
    assert [problem.place.key for problem in problems] == [
        "inner.share",
        "inner.x",
        "count",
        "listed[0]",
        "listed[1]",
        "mode",
        None,
    ]
    assert problems[3].found == "the key `share` is missing"
    assert problems[3].fix == "Add `share:`, which is a number above 0 and below 1."


def test_a_misspelt_required_key_is_one_fault() -> None:
    (problem,) = faults("nam: abc")
    assert problem.fix == "Did you mean `name`?"


def test_keys_and_values_that_come_later_say_so() -> None:
    later = {"policy": "Comes later.", "mode: turbo": "Turbo comes later."}
    key, value = faults("name: a\npolicy: {x: 1}\nmode: turbo:secret@host\n", later)
    assert (key.found, key.fix) == ("the key `policy` is not in this version", "Comes later.")
    assert (value.found, value.fix) == ("`turbo` is not in this version", "Turbo comes later.")
    assert "secret" not in str(value)


def test_a_huge_number_is_no_crash() -> None:
    # Ours: the reader refuses such a text earlier, but decode() takes any node.
    problems: list[Problem] = []
    node = Node("scalar", read("1").place, text="9" * 400, tag="int")
    assert decode(node, float, problems) is None
    assert problems[0].allowed == "a number"


def test_a_record_that_refuses_itself() -> None:
    class Even(Record, frozen=True):
        """An even number."""

        number: int

        def __post_init__(self) -> None:
            if self.number % 2:
                raise ValueError("the number is odd")

    problems: list[Problem] = []
    assert decode(read("number: 3"), Even, problems) is None
    assert problems[0].found == "the number is odd"
    assert decode(read("number: 4"), Even, problems) == Even(number=4)


def test_what_fits_passes_over_faults_without_consequence() -> None:
    value = decode_what_fits(read("name: a\ncount: 99\nqqq: 1\npolicy: 1\n"), Outer, later={"policy": "Later."})
    assert value == Outer(name="a")


@pytest.mark.parametrize("text", ["name: a\ninner: 3", "name: a\niner: {}", "count: 1", "name: 3"])
def test_what_fits_does_not_pass_over_faults_with_consequences(text: str) -> None:
    assert decode_what_fits(read(text), Outer) is None


@given(
    st.builds(
        Outer,
        name=st.from_regex("[a-z]{1,5}", fullmatch=True),
        count=st.integers(1, 9),
        flag=st.booleans(),
        mode=st.sampled_from(["fast", "slow", 3]),
        value=st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=5),
        paths=st.none() | st.text(min_size=1, max_size=5) | st.lists(st.text(max_size=3), max_size=3).map(tuple),
    )
)
def test_what_a_record_says_as_json_is_read_as_yaml(value: Outer) -> None:
    # JSON is YAML, apart from the characters that YAML's reader does not take unescaped.
    import json  # noqa: PLC0415 -- only here, for its ASCII escapes

    text = json.dumps(msgspec.to_builtins(value), ensure_ascii=True)
    problems: list[Problem] = []
    assert decode(parse_yaml(text, shown="m"), Outer, problems) == value


def test_a_quoted_number_is_told_apart_from_the_number() -> None:
    problem = fault("name: a\nmode: '3'")
    assert problem.found == "found it in quotes, as text"
    assert problem.fix == "Take the quotes off."
