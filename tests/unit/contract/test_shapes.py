from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import polars as pl
import pytest

from modelbout.contract.shapes import candidate, escaped, generalised

if TYPE_CHECKING:
    from collections.abc import Sequence


def pattern(texts: Sequence[str]) -> str | None:
    frame = pl.DataFrame({"a": texts})
    made = candidate(frame["a"].head(1_000))
    found = None if made is None else generalised(frame.lazy(), "a", made, frame.height)
    if found is not None:
        assert all(re.fullmatch(re.sub(r"\\x\{(..)\}", r"\\x\1", found), text) for text in texts)
    return found


def hexadecimal(number: int) -> str:
    return "".join(random.Random(number).choices("0123456789abcdef", k=12))  # noqa: S311 -- no secret


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ([f"{number:04}-AB" for number in range(200)], "[0-9]{4}-[A-Z]{2}"),
        # A number that grows has one digit more tomorrow.
        ([f"DE{number}" for number in range(100, 20_000)], "[A-Z]{2}[0-9]{3,6}"),
        # Few are as short as this: the next may be shorter.
        ([f"DE{number}" for number in range(95, 20_000)], "[A-Z]{2}[0-9]{1,6}"),
        (
            [f"{number:05}" if number % 2 else f"X.{number:05}" for number in range(400)],
            r"[0-9]{5}|[A-Z]\x{2e}[0-9]{5}",
        ),
        ([hexadecimal(number) for number in range(300)], "[0-9a-f]{12}"),
        ([f"{chr(65 + one)}{chr(65 + two)}{chr(90 - one)}" for one in range(26) for two in range(26)], "[A-Z]{3}"),
    ],
)
def test_codes_have_a_form(texts: Sequence[str], found: str) -> None:
    assert pattern(texts) == found


@pytest.mark.parametrize(
    "texts",
    [
        # Words of several lengths: the next one has another.
        [f"{'a' * (number % 9 + 1)}" for number in range(300)],
        [f"{'Ab' * (number % 9 + 1)} {'x' * (number % 7)}" for number in range(300)],
        # Too few to go by.
        [f"A{number:03}" for number in range(99)],
        # One alternative is rare.
        [*(f"A{number:03}" for number in range(300)), *(f"{number:03}B" for number in range(20))],
        # As many forms as texts.
        ["-".join("1" * (number >> bit & 1) for bit in range(9)) for number in range(300)],
        # Longer than any code.
        ["-".join(["1"] * 40) + f"{number}" for number in range(300)],
        # What comes late is of another kind.
        [*(f"A{number:05}" for number in range(30_000)), "none at all!"],
        [None] * 300,
    ],
)
def test_what_is_no_code_has_none(texts: Sequence[str]) -> None:
    frame = pl.DataFrame({"a": texts}, schema={"a": pl.String})
    made = candidate(frame["a"].head(1_000))
    assert made is None or generalised(frame.lazy(), "a", made, frame.height) is None


def test_a_rare_length_in_rows_that_nothing_was_learnt_from_widens_the_run() -> None:
    texts = [f"A{number:06}" for number in range(100_001)]
    texts[77_777] = "A12345"
    assert pattern(texts) == "[A-Z][0-9]{4,7}"


def test_signs_with_a_meaning_are_escaped() -> None:
    assert [escaped(sign) for sign in "-_@é.("] == ["-", "_", "@", "é", r"\x{2e}", r"\x{28}"]
