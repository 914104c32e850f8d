from __future__ import annotations

import re
from pathlib import Path

import pytest

from modelbout.config.compare import Guardrail
from modelbout.config.describe import BEGIN, END, Key, key_table, keys, with_table
from modelbout.config.later import LATER
from modelbout.config.load import load_config
from modelbout.config.yaml_tree import parse_yaml

PAGE = Path(__file__).parents[3] / "docs" / "configuration.md"


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_keys_are_found_in_every_depth() -> None:
    found = {key.path: key for key in keys()}
    assert found["version"] == Key("version", "`1`", "required", "The version of this file's format.")
    assert found["data.split.from"].meaning.startswith("First moment of the holdout")
    assert found["data.source"].type == "text or a list of texts"
    assert found["data.exclude"].default == "empty"
    assert found["train.code"].default == "`**/*.py`"
    assert found["train"].meaning.startswith("How a challenger is made")
    assert found["compare"].default == "see below"
    assert found["compare.guardrails[].max"].default == "none"
    assert found["compare.confidence"].type == "a number from 0.5 to 0.9999"
    assert [key.path for key in keys(Guardrail)] == ["metric", "rule", "margin", "max", "min"]


def test_the_table_has_a_row_for_each_key() -> None:
    lines = key_table().splitlines()
    assert len(lines) == len(keys()) + 2
    assert all(line.count("|") - line.count("\\|") == 5 for line in lines)


def test_the_table_in_the_docs_is_the_one_made_from_the_types() -> None:
    assert with_table(page()) == page(), "let modelbout.config.describe.with_table make the page anew"


def test_a_page_keeps_what_stands_around_the_table() -> None:
    made = with_table(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    assert made == f"before\n{BEGIN}\n{key_table()}\n{END}\nafter\n"
    with pytest.raises(ValueError, match="unpack"):
        with_table("no markers")


def test_each_key_has_a_section_in_the_docs() -> None:
    assert re.findall(r"^### `(.+)`$", page(), flags=re.MULTILINE) == [key.path for key in keys()]


def test_the_docs_name_what_comes_later() -> None:
    section = page().split("## Not in this version")[1].split("\n## ")[0]
    for key in LATER:
        name, _, value = key.partition(": ")
        assert f"`{name}" in section
        assert value in section


def test_the_examples_in_the_docs_are_yaml(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", page(), flags=re.DOTALL)
    assert len(blocks) > 10
    smallest = next(block for block in blocks if block.startswith("version: 1"))
    (tmp_path / "modelbout.yaml").write_text(smallest, encoding="utf-8")
    assert load_config(tmp_path / "modelbout.yaml").config.model == "churn"
    for block in blocks:
        if block.startswith("split:"):
            for line in block.splitlines():
                parse_yaml(line, shown="docs")
        elif not block.startswith("#"):
            parse_yaml(block, shown="docs")
