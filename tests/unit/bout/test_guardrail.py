from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from modelbout import catalogue
from modelbout.bout.guardrail import GUARDRAILS, Group, exactly, guardrail, unmeasured

DOCS = Path(__file__).parents[3] / "docs" / "guardrails"
NAMES = catalogue.names(GUARDRAILS)


def chapters() -> dict[str, str]:
    """Return the chapters of the overview by title."""
    parts = DOCS.joinpath("README.md").read_text(encoding="utf-8").split("\n## ")[1:]
    return dict(part.split("\n", 1) for part in parts)


@pytest.mark.parametrize("name", NAMES)
def test_every_guardrail_has_its_page_and_its_line_in_the_chapter_of_its_group(name: str) -> None:
    found = guardrail(name)
    assert f"\n| [`{name}`]({name}.md) | {found.title} |\n" in chapters()[found.group]
    text = DOCS.joinpath(f"{name}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {name}\n\n**Title** {found.title}. **Unit** ")
    assert found.unit in text
    assert ("**Tasks** " + ", ".join(found.tasks) in text) is (len(found.tasks) < 3)
    for word in ("**Better**", "**Definition**", "**Method**", "**Source**"):
        assert word in text.replace("\n", " ")


def test_there_is_no_other_page_and_no_other_line() -> None:
    assert set(chapters()) == set(get_args(Group))
    assert sum(chapter.count("\n| [`") for chapter in chapters().values()) == len(NAMES)
    assert {page.stem for page in DOCS.glob("*.md")} == {"README", *NAMES}


def test_the_table_of_costs_says_which_need_a_champion() -> None:
    rows = [
        line.split("|")
        for line in DOCS.joinpath("README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| `")
    ]
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
