"""The pages of docs/actions: their tables are what action.yml says. MODELBOUT_UPDATE_DOCS=1 writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modelbout.cli.action import NAMES
from tests.unit.actions.rules import Json, load

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "docs" / "actions"
BEGIN, END = "<!-- tables: made from action.yml -->\n", "<!-- /tables -->"


def cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def shown(default: object) -> str:
    return f"`{cell(default)}`" if default not in ("", None) else ""


def tables(action: Json) -> str:
    lines = ["", "| input | default | |", "|---|---|---|"]
    lines += [
        f"| `{name}` | {shown(about.get('default'))} | {cell(about['description'])} |"
        for name, about in action["inputs"].items()
    ]
    lines += ["", "| output | |", "|---|---|"]
    lines += [f"| `{name}` | {cell(about['description'])} |" for name, about in action["outputs"].items()]
    return "\n".join([*lines, "", ""])


@pytest.mark.parametrize("name", NAMES)
def test_the_page_of_an_action_shows_its_inputs_and_outputs(name: str) -> None:
    page = PAGES / f"{name}.md"
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    old, after = rest.split(END)
    made = tables(load(ROOT / "action.yml" if name == "run" else ROOT / "actions" / name / "action.yml"))
    if os.environ.get("MODELBOUT_UPDATE_DOCS"):
        page.write_text(f"{before}{BEGIN}{made}{END}{after}", encoding="utf-8")
    else:
        assert old == made, f"{page} is behind; run the tests once with MODELBOUT_UPDATE_DOCS=1"


def test_there_is_no_page_of_an_action_that_is_gone() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} == {*NAMES, "README"}


def test_the_index_names_every_action() -> None:
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    for name in NAMES:
        assert f"]({name}.md)" in index
