from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from modelbout import catalogue
from modelbout.bout.guardrail import GUARDRAILS, Group, exactly, guardrail, unmeasured

DOCS = Path(__file__).parents[3] / "docs" / "guardrails.md"
NAMES = catalogue.names(GUARDRAILS)


def chapters() -> dict[str, dict[str, str]]:
    """Return the sections of each chapter of the page."""
    found = {}
    for chapter in DOCS.read_text(encoding="utf-8").split("\n# ")[1:]:
        title, *sections = chapter.split("\n## ")
        found[title.split("\n")[0]] = dict(section.split("\n", 1) for section in sections)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_guardrail_has_its_section_in_the_chapter_of_its_group(name: str) -> None:
    found = guardrail(name)
    text = chapters()[found.group][f"`{name}`"]
    assert f"**Title** {found.title}. **Unit** " in text
    assert found.unit in text
    assert ("**Tasks** " + ", ".join(found.tasks) in text) is (len(found.tasks) < 3)
    for word in ("**Better**", "**Definition**", "**Method**", "**Source**"):
        assert word in text.replace("\n", " ")


def test_the_page_has_nothing_else() -> None:
    assert set(chapters()) == set(get_args(Group))
    assert {title for chapter in chapters().values() for title in chapter} == {f"`{name}`" for name in NAMES}


def test_the_table_of_costs_says_which_need_a_champion() -> None:
    rows = [line.split("|") for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    told = {name.strip("` "): row[2].strip() for row in rows for name in row[1].split(",")}
    assert told == {name: "yes" if guardrail(name).needs_champion else "no" for name in NAMES}


def test_a_number_that_is_known_has_an_interval_of_no_width() -> None:
    found = exactly(2.5)
    assert found.interval is not None
    assert (found.value, found.interval.low, found.interval.high, found.interval.method) == (2.5, 2.5, 2.5, "exact")


def test_what_is_not_measured_says_where_and_what_to_do() -> None:
    problem = unmeasured("x", "it is gone", "that it is there", fix="Bring it back.").problems[0]
    assert (problem.found, problem.place.key) == ("x cannot be measured: it is gone", "compare.guardrails")
    assert (problem.allowed, problem.fix) == ("that it is there", "Bring it back.")


def test_an_unknown_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        guardrail("latency")
