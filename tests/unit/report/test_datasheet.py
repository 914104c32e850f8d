"""The data sheet: a golden file, hostile names, nothing of a small group.

To write the golden file again after a wanted change: ``MODELBOUT_UPDATE_GOLDEN=1 pytest tests/unit/report``.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelbout.data.profile import WIDE, profile
from modelbout.report.datasheet import COLUMNS_LIMIT, About, datasheet
from modelbout.report.plot import Plot
from modelbout.report.preview import article
from tests.unit.report.test_escape import FILTERS, HOSTILE
from tests.unit.report.test_render import FOLDED, OURS, Tags

GOLDEN = Path(__file__).parent / "datasheet.golden.md"
ROWS = 1_000
PLANS = ("basic", "plus", "gold", "rare one")
ABOUT = About(
    title="shop",
    sources=("data/orders.csv", "data/older.csv"),
    description="One row an order, as the shop exports them at night.",
    target="returned",
    keys=(("order",), ("mail", "day")),
    contract="contract.yaml",
    uses={
        "order": "id",
        "mail": "left out",
        **dict.fromkeys(("amount", "items", "plan", "day", "seen", "vip", "empty", "few"), "input"),
        "returned": "predicted",
    },
    notes={"amount": "In euros, taxes included.", "plan": ""},
    personal={"mail": "email"},
)


def orders() -> pl.DataFrame:
    numbers = range(ROWS)
    return pl.DataFrame(
        {
            "order": [f"A-{10_000 + 7 * number}" for number in numbers],
            "mail": [f"somebody{number}@example.org" for number in numbers],
            "amount": [None if number % 50 == 0 else (number % 97) ** 2 / 8 + 0.25 for number in numbers],
            "items": [number % 7 + 1 for number in numbers],
            "plan": [PLANS[3 if number > 993 else number % 13 // 5] for number in numbers],
            "day": [date(2024, 1, 1) + timedelta(days=number % 366) for number in numbers],
            "seen": [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=37 * number) for number in numbers],
            "vip": [number % 10 == 0 for number in numbers],
            "empty": pl.Series([None] * ROWS, dtype=pl.Float64),
            "few": [1.5 if number < 5 else None for number in numbers],
            "odd": [float("nan") if number % 100 == 0 else float("inf") if number == 7 else 0.5 for number in numbers],
            "returned": ["yes" if number % 9 == 0 else "no" for number in numbers],
        }
    )


def sheet(frame: pl.DataFrame, about: About = ABOUT) -> str:
    return datasheet(profile(frame, slices=[frame["plan"]], label=frame["returned"]), about)


def test_golden() -> None:
    written = sheet(orders())
    if os.environ.get("MODELBOUT_UPDATE_GOLDEN"):
        GOLDEN.write_text(written, encoding="utf-8")
    assert written == GOLDEN.read_text(encoding="utf-8")


def test_nothing_of_a_small_group_is_shown() -> None:
    written = sheet(orders())
    assert "rare" not in written.replace("Values that are rare", "")
    assert "@" not in written
    assert "A-1" not in written
    assert "1.5" not in written


def test_the_label_of_a_regression_is_drawn() -> None:
    frame = orders()
    written = datasheet(profile(frame, label=frame["amount"]), About(title="x", target="amount"))
    predicted = written.partition("## What is predicted")[2].partition("##")[0]
    assert "| `amount` | 0.25 |" in predicted
    assert "\N{FULL BLOCK}" in predicted


def test_a_table_without_rows_or_columns_has_a_sheet() -> None:
    assert "**0 rows of 12 columns**" in datasheet(profile(orders().head(0)), About(title="x"))
    assert "**3 rows of 1 column**" in datasheet(profile(pl.DataFrame({"a": [1, 2, 3]})), About(title="x"))
    assert "**0 rows of 0 columns**" in datasheet(profile(pl.DataFrame()), About(title="x"))


def test_a_wide_table_has_a_page_that_can_be_read() -> None:
    wide = pl.DataFrame({f"column {place}": range(20) for place in range(WIDE + 1)})
    written = datasheet(profile(wide), About(title="wide"))
    assert f"{WIDE + 1 - COLUMNS_LIMIT} more columns" in written
    assert "The table is wide" in written
    assert "`column 299`" in written
    assert "`column 300`" not in written


def test_pictures_stand_in_both_schemes() -> None:
    plot = Plot(name="a", title="A", light="p/a-light.png", dark="p/a-dark.png", text="what it shows")
    written = datasheet(profile(orders()), ABOUT, plots=[plot])
    assert 'srcset="p/a-dark.png"' in written
    assert 'src="p/a-light.png" alt="what it shows"' in written


def test_columns_that_look_personal_are_named() -> None:
    frame = pl.DataFrame({"a": [1] * 20})
    few = About(title="t", suspected={"remark": "e-mail address, by its values"})
    assert "| looks like personal data | `remark` (e-mail address, by its values) |" in datasheet(profile(frame), few)
    many = About(title="t", suspected={f"c{number}": "name of a person, by its name" for number in range(500)})
    assert "and 488 more |" in datasheet(profile(frame), many)
    assert "personal" not in datasheet(profile(frame), About(title="t"))


def poisoned(bad: str) -> str:
    name = bad or "x"
    frame = pl.DataFrame({name: [bad] * 30 + ["b"] * 20 + ["c"] * 20 + [None, "rare"], "n": range(72)})
    about = About(
        title=bad,
        sources=(bad, bad),
        description=bad,
        target=bad,
        keys=((bad, bad),),
        contract=bad,
        uses={name: bad},
        notes={name: bad},
        personal={bad: bad},
        suspected={bad: bad},
    )
    plot = Plot(name=bad, title=bad, light=bad, dark=bad, text=bad)
    return datasheet(profile(frame, slices=[frame[name]], label=frame[name]), about, plots=[plot])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.sampled_from([bad for bad in HOSTILE if "\ud800" not in bad]), st.text(max_size=40)))
def test_nothing_but_text_comes_out_of_any_name(bad: str) -> None:
    written = poisoned(bad)
    seen = Tags(article(written))
    assert seen.seen <= OURS | FOLDED | {"h1", "ul", "li", "em"}
    for words in seen.outside:
        for name, pattern in FILTERS.items():
            assert not pattern.search(words), f"{name} in {words!r}"


@pytest.mark.parametrize("bad", ["a|b", "\\|", "`|`", "x\ny"])
def test_columns_of_every_table_agree(bad: str) -> None:
    for table in article(poisoned(bad)).split("<table>")[1:]:
        head, _, body = table.partition("</table>")[0].partition("<tbody>")
        assert all(row.count("<td") == head.count("<th") - 1 for row in body.split("<tr>")[1:])
