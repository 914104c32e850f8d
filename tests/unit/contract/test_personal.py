from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from modelbout.contract.personal import ALARM, CANDIDATE, KINDS, Kind, chance_of, kind_of_name, kinds_in

PAGE = Path(__file__).parents[3] / "docs" / "checks" / "pii.md"


def fewest(kind: Kind) -> int:
    """Return how many right values, when every value of the form is right, raise the alarm."""
    return 1 if not kind.chance else math.floor(math.log(ALARM) / math.log(kind.chance)) + 1


def test_the_page_tells_of_every_kind_and_how_many_raise_the_alarm() -> None:
    rows = re.findall(r"^\| (`.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    told = {
        name: cells[3]
        for row in rows
        if len(cells := [cell.strip() for cell in row.split("|")]) == 4
        for name in re.findall(r"`(\w+)`", cells[0])
    }
    assert set(told) == set(KINDS)
    assert {name: fewest(kind) for name, kind in KINDS.items() if kind.form is not None} == {
        name: int(number) for name, number in told.items() if number
    }


@pytest.mark.parametrize(("least", "of", "each"), [(1, 1, 0.1), (3, 5, 0.1), (20, 150, 0.1), (7, 7, 0.5)])
def test_the_chance_of_so_many_is_binomial(least: int, of: int, each: float) -> None:
    scipy = pytest.importorskip("scipy.stats")
    assert chance_of(least, of, each) == pytest.approx(scipy.binom.sf(least - 1, of, each))


@pytest.mark.parametrize(("least", "of"), [(60, 400), (1_000, 5_000), (400, 400)])
def test_beyond_some_tries_it_is_a_bound(least: int, of: int) -> None:
    scipy = pytest.importorskip("scipy.stats")
    exact = scipy.binom.sf(least - 1, of, 0.1)
    assert exact <= chance_of(least, of, 0.1) <= max(exact, 1e-300) * 1_000
    assert chance_of(40, 400, 0.1) == 1


def test_five_right_ones_among_many_are_chance_and_five_of_five_are_not() -> None:
    right = "123456782"
    wrong = ["123456783", "123456784", "123456785", "123456786"]
    found, formed = kinds_in([right] * 7, ["nl_bsn"])
    assert (found, formed["nl_bsn"]) == ({"nl_bsn": [0, 1, 2, 3, 4, 5, 6]}, 7)
    found, formed = kinds_in([right, *wrong] * 7, ["nl_bsn"])
    assert (found, formed["nl_bsn"]) == ({}, 35)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("E-Mail", "email"),
        ("customerPhoneNumber2", "phone"),
        ("DATE_OF_BIRTH", "birth_date"),
        ("\uff44\uff4f\uff42", "birth_date"),
        ("vorname", "name"),
        ("user", None),
        ("123", None),
        ("", None),
    ],
)
def test_a_name_says_a_kind(name: str, kind: str | None) -> None:
    assert kind_of_name(name, "string") == kind
    assert kind_of_name(name, "boolean") is None
    assert kind_of_name(name, None) is None


def test_the_wide_form_means_the_same_to_every_engine() -> None:
    # No look-around, no back-reference, no class or anchor that one of the engines lacks.
    assert not re.search(r"\\|\(\?", CANDIDATE)
