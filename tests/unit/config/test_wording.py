from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec.inspect
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from modelbout.config.wording import MAX_SHOWN, in_words, listed, printable, quoted


@given(st.text())
def test_printable_is_short_and_printable(text: str) -> None:
    assert printable(text).isprintable()
    assert len(printable(text, 10)) <= 10 * len("\\u{10ffff}")


def test_printable_cuts() -> None:
    assert printable("x" * 100) == "x" * (MAX_SHOWN - 1) + "…"
    assert printable("a\x1bb") == "a\\u{1b}b"


def test_quoted_keeps_its_own_quotes() -> None:
    assert quoted("a`b") == "`a\u02cbb`"


def test_listed() -> None:
    assert [listed(words) for words in (("a",), ("a", "b"), ("a", "b", "c"))] == ["a", "a or b", "a, b or c"]
    assert listed(("a", "b"), "and") == "a and b"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (str, "text"),
        (Annotated[str, Meta(max_length=3)], "text of at most 3 characters"),
        (Annotated[str, Meta(pattern="^a$")], "text like `^a$`"),
        (Annotated[float, Meta(gt=0, lt=1)], "a number above 0 and below 1"),
        (Annotated[float, Meta(ge=0.5, le=1)], "a number from 0.5 to 1"),
        (Annotated[int, Meta(ge=2)], "a whole number from 2"),
        (Annotated[int, Meta(le=2)], "a whole number up to 2"),
        (bool, "`true` or `false`"),
        (None, "nothing"),
        (Any, "any value"),
        (Literal["a", "b"], "`a` or `b`"),
        (dict[str, int], "a mapping (`key: value`)"),
        (list[int], "a list of whole numbers"),
        (tuple[float, ...], "a list of numbers"),
        (tuple[str, ...] | str | None, "a list of texts or text"),
        (tuple[Annotated[str, Meta(pattern="^a$")], ...], "a list of texts like `^a$`"),
    ],
)
def test_types_in_words(kind: Any, words: str) -> None:
    said = in_words(msgspec.inspect.type_info(kind))
    assert said in {words, "text or a list of texts"} if "or text" in words else said == words
