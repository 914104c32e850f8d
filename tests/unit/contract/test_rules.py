"""A new check is one new file: this file writes one into the room and nothing is registered anywhere."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from modelbout.catalogue import names
from modelbout.contract import checks
from modelbout.contract.kind import CHECKS_PACKAGE
from modelbout.contract.load import parse_contract
from modelbout.contract.rules import check_named, checks_by_key
from modelbout.contract.schema import contract_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modelbout.contract.check import Checked

# The columns that the examples of rules on the table speak of.
COLUMNS = "store day order line casual registered cnt TotalCharges MonthlyCharges tenure"
DOCS = Path(__file__).parents[3] / "docs" / "checks"

NEW = """
import narwhals as nw

from modelbout.contract.flags import compare_flags, read_flag
from modelbout.contract.kind import Check, Measure, field_of, of_rows


def measure(rule, table):
    field = field_of(rule, table)
    return Measure((field.name,), of_rows("are odd"), "Double them.", failing=field.value() % 2 != 0)


CHECK = Check("even", "column", "Even numbers.", {"type": "boolean"}, read_flag, measure, compare_flags)
"""


@pytest.fixture
def _even(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "even.py").write_text(NEW, encoding="utf-8")
    monkeypatch.setattr(checks, "__path__", [*checks.__path__, str(tmp_path)])
    names.cache_clear()
    yield
    sys.modules.pop(f"{CHECKS_PACKAGE}.even", None)
    names.cache_clear()
    check_named.cache_clear()


@pytest.mark.usefixtures("_even")
def test_a_new_check_is_one_new_file(hold: Callable[..., Checked]) -> None:
    (found,) = hold({"a": [2, 3]}, "a: {type: integer, even: {is: true, level: warn}}").findings
    assert (found.check, found.level, found.rows, found.message) == ("even", "warn", (2,), "1 of 2 rows are odd")
    assert "even" in contract_schema()["properties"]["columns"]["additionalProperties"]["properties"]


def test_a_value_that_is_a_mapping_has_its_level_in_it(hold: Callable[..., Checked]) -> None:
    (found,) = hold({"a": [1]}, "a: {type: integer}", "rows: {min: 5, level: warn, owner: ops}").findings
    assert (found.level, found.place.key) == ("warn", "table.rows")
    assert found.fix.endswith("Owner: ops.")
    schema = contract_schema()["properties"]["table"]["properties"]["rows"]
    jsonschema.validate({"min": 5, "level": "warn", "owner": "ops"}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"min": 5, "levl": "warn"}, schema)


def test_without_the_file_there_is_no_such_check() -> None:
    assert "even" not in checks_by_key("column")
    with pytest.raises(KeyError):
        check_named("even")


def test_every_check_has_its_page_and_its_test_and_nothing_else_has() -> None:
    known = set(names(CHECKS_PACKAGE))
    assert {page.stem for page in DOCS.glob("*.md")} == known
    assert {test.stem.removeprefix("test_") for test in (Path(__file__).parent / "checks").glob("test_*.py")} == known


@pytest.mark.parametrize("name", names(CHECKS_PACKAGE))
def test_a_page_says_what_why_how_and_the_remedy(name: str) -> None:
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {name}\n")
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == ["What", "Why", "Example", "Remedy"]
    assert f"{check_named(name).key}:" in page.split("```yaml")[1].split("```")[0]


@pytest.mark.parametrize("name", names(CHECKS_PACKAGE))
def test_the_page_of_contracts_names_every_check(name: str) -> None:
    page = (DOCS.parent / "contract.md").read_text(encoding="utf-8")
    check = check_named(name)
    rows = {line for line in page.splitlines() if line.startswith("|") and f"(checks/{name}.md)" in line}
    assert len(rows) == 1, f"one line of a table of docs/contract.md names docs/checks/{name}.md"
    assert f"`{check.key}`" in rows.pop()


@pytest.mark.parametrize("page", [*sorted(DOCS.glob("*.md")), DOCS.parent / "contract.md"], ids=lambda page: page.stem)
def test_the_first_example_of_a_page_is_a_contract(page: Path) -> None:
    example = page.read_text(encoding="utf-8").split("```yaml")[1].split("```")[0]
    if "columns:" not in example:
        example += "columns: {" + ", ".join(f"{name}: {{type: number}}" for name in COLUMNS.split()) + "}\n"
    if "version:" not in example:
        example = f"version: 1\n{example}"
    rules = parse_contract(example, shown=page.name).rules
    assert any(rule.stated and page.stem in (rule.check, "contract") for rule in rules)
