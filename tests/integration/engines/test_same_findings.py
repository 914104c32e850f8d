"""One table of contracts and hostile data: every engine finds what Polars finds, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.catalogue import names
from modelbout.contract.check import check
from modelbout.contract.division import divided
from modelbout.contract.kind import CHECKS_PACKAGE
from modelbout.data.engines.choice import on_engine
from modelbout.data.sources import Scan, scan
from modelbout.data.table import load
from tests.integration.engines.cases import CASES, Case
from tests.tools import need_engine

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.exhaustive

ENGINES = ("duckdb", "pandas", "pyspark", "dask")


def opened(case: Case, root: Path) -> Scan:
    if case.csv is not None:
        (root / "table.csv").write_text(case.csv, encoding="utf-8", newline="")
        return scan("table.csv", root=root, reading=case.contract().reading())
    frame = case.frame()
    # Two files, so that numbers of rows go on from one to the next.
    cut = frame.height // 2
    frame[:cut].write_parquet(root / "a [1].parquet")
    frame[cut:].write_parquet(root / "b.parquet")
    return scan(("a [1].parquet", "b.parquet"), root=root, reading=case.contract().reading())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_finds_what_polars_finds(name: str, case: Case, tmp_path: Path) -> None:
    need_engine(name)
    table, contract, setting = opened(case, tmp_path), case.contract(), case.setting(tmp_path)

    expected = check(table, contract, role="source", setting=setting)
    found = check(on_engine(table, name), contract, role="source", setting=setting)

    assert [finding for finding in found.findings if finding not in expected.findings] == []
    assert found == expected
    assert len(expected.findings) >= len(case.columns) // 2


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_answers_rules_of_its_own(name: str, tmp_path: Path) -> None:
    need_engine(name)
    own: set[str] = set()
    for case in CASES:
        table = on_engine(opened(case, tmp_path), name)
        own |= {one.rule.check for one in divided(table, case.contract(), case.setting(tmp_path))[0][2]}
    assert {"min", "max", "nulls", "values", "type", "expression", "infinite"} <= own


@pytest.mark.parametrize("name", ENGINES)
def test_rows_for_training_are_the_same(name: str, tmp_path: Path) -> None:
    need_engine(name)
    for case in CASES:
        table = opened(case, tmp_path)
        assert load(on_engine(table, name)).equals(load(table), null_equal=True)


def test_every_check_is_put_to_every_engine() -> None:
    checks = {rule.check for case in CASES for rule in case.contract().rules}
    # A function of the user's gets its rows from Polars, whatever the engine is; it needs a child process to run in.
    assert checks == set(names(CHECKS_PACKAGE)) - {"custom"}
