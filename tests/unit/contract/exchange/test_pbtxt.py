from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelbout.contract.exchange.pbtxt import MAX_DEPTH, Message, Word, parse_pbtxt, pbtxt
from modelbout.errors import ConfigError

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def one(text: str) -> object:
    return parse_pbtxt(text, "s.pbtxt").last("a")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", 1),
        ("a: -1", -1),
        ("a: - 1.5e3", -1500.0),
        ("a: 0x1F", 31),
        ("a: 017", 15),
        ("a: 1.5f", 1.5),
        ("a: inf", float("inf")),
        ("a: -inf", float("-inf")),
        ("a: true", True),
        ("a: BYTES", "BYTES"),
        ("a: info", "info"),
        ("a: \"x\" 'y'", "xy"),
        (r'a: "\"\\\n\101\x41\u00e9\U0001F600"', '"\\\nAAé😀'),
        (r'a: "Zw\303\266lf"', "Zwölf"),
        ("# note\na: 1; # more\n", 1),
        ("a: [1, 2]", 2),
        ("a: 1 a: 2", 2),
    ],
)
def test_values_are_read(text: str, value: object) -> None:
    assert one(text) == value


def test_messages_nest_and_know_their_places() -> None:
    root = parse_pbtxt('f {\n  name: "x"\n  g: < h: 1 >\n}\nf { }\n', "s.pbtxt")
    first, second = (field.value for field in root.all("f"))
    assert isinstance(first, Message)
    assert isinstance(second, Message)
    assert second.fields == ()
    assert (first.fields[0].place.line, first.fields[0].place.column) == (2, 3)
    assert str(first.fields[1].place) == "s.pbtxt:3:3: f.g"
    inner = first.last("g")
    assert isinstance(inner, Message)
    assert inner.last("h") == 1


@pytest.mark.parametrize(
    ("text", "found", "line"),
    [
        ("a {", "ends too early", 1),
        ("a:", "ends too early", 1),
        ("\n\na: }", "found `}`", 3),
        ("a 1", "found `1`", 1),
        ("a: 1 }", "found `}`", 1),
        ('a: "x', "has no meaning", 1),
        (r'a: "\q"', "escape", 1),
        (r'a: "\377"', "not UTF-8", 1),
        (r'a: "\ud800"', "no character", 1),
        (r'a: "\U00110000"', "no character", 1),
        ("a: [1 2]", "found `2`", 1),
        ("a {" * (MAX_DEPTH + 1), "nested too deep", 1),
        ("a: \x00", "has no meaning", 1),
    ],
)
def test_what_is_no_text_of_protobuf_is_refused_at_its_place(text: str, found: str, line: int) -> None:
    with pytest.raises(ConfigError, match=found) as caught:
        parse_pbtxt(text, "s.pbtxt")
    assert caught.value.problems[0].place.line == line


def test_a_number_that_is_too_long_to_convert_is_a_float() -> None:
    assert one(f"a: {'9' * 5000}") == float("inf")


@given(text=texts, number=st.integers(-(2**63), 2**63 - 1), real=st.floats(allow_nan=False), flag=st.booleans())
def test_what_is_written_is_read(text: str, number: int, real: float, flag: bool) -> None:  # noqa: FBT001 -- drawn
    written = pbtxt([("m", [("t", text), ("n", number), ("r", real), ("f", flag), ("w", Word("INT"))])])
    message = parse_pbtxt(written, "s.pbtxt").last("m")
    assert isinstance(message, Message)
    assert [field.value for field in message.fields] == [text, number, real, flag, "INT"]
