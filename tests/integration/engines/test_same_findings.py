"""Every engine finds what Polars finds: in a table of contracts and hostile data, and in files of the same kind.

One file, as each process that has Spark starts a Java of its own.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import polars as pl
import pytest

from modelbout.catalogue import names
from modelbout.contract.check import check
from modelbout.contract.division import divided
from modelbout.contract.kind import CHECKS_PACKAGE
from modelbout.contract.load import parse_contract
from modelbout.data.engines.choice import on_engine
from modelbout.data.reading import Reading
from modelbout.data.sources import Scan, scan
from modelbout.data.table import load
from modelbout.errors import DataError
from tests.integration.engines.cases import CASES, Case
from tests.tools import need_engine

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.exhaustive

ENGINES = ("duckdb", "pandas", "pyspark", "dask")
CONTRACT = parse_contract("version: 1\ncolumns:\n  s: {type: string, values: [a]}\n", shown="contract.yaml")


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


@pytest.mark.parametrize("name", ENGINES)
def test_a_corrupt_page_is_one_clear_error(name: str, tmp_path: Path) -> None:
    need_engine(name)
    path = tmp_path / "a.parquet"
    texts = [f"secret {sha256(bytes([n % 256, n // 256])).hexdigest()}" for n in range(5_000)]
    pl.DataFrame({"s": texts}).write_parquet(path, compression="zstd", statistics=False)
    damaged = bytearray(path.read_bytes())
    damaged[20_000:30_000] = bytes(10_000)
    path.write_bytes(damaged)
    with pytest.raises(DataError) as caught:
        check(on_engine(scan("a.parquet", root=tmp_path, reading=Reading()), name), CONTRACT, role="source")
    (problem,) = caught.value.problems
    assert problem.found.startswith("the rows cannot be read (")
    assert problem.place.file == "a.parquet"
    assert "secret" not in str(problem)


@pytest.mark.parametrize("name", ENGINES)
def test_a_nested_column_is_refused_before_an_engine_sees_it(name: str, tmp_path: Path) -> None:
    need_engine(name)
    pl.DataFrame({"s": [["a"], ["b"]]}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError) as caught:
        on_engine(scan("a.parquet", root=tmp_path, reading=Reading()), name)
    assert "has the type List(String)" in caught.value.problems[0].found


@pytest.mark.parametrize("name", ENGINES)
def test_a_file_that_is_gone_meanwhile(name: str, tmp_path: Path) -> None:
    need_engine(name)
    pl.DataFrame({"s": ["a", "b"]}).write_parquet(tmp_path / "a.parquet")
    table = scan("a.parquet", root=tmp_path, reading=Reading())
    held = on_engine(table, name)
    (tmp_path / "a.parquet").unlink()
    if name == "pandas":
        return  # it holds the rows by now
    with pytest.raises(DataError):
        check(held, CONTRACT, role="source")


@pytest.mark.parametrize("name", ENGINES)
def test_a_pattern_that_backtracks_for_ever_elsewhere(name: str, tmp_path: Path) -> None:
    need_engine(name)
    contract = parse_contract('version: 1\ncolumns:\n  s: {type: string, pattern: "(a+)+b"}\n', shown="contract.yaml")
    pl.DataFrame({"s": ["a" * 50_000 + "c", "ab"]}).write_parquet(tmp_path / "a.parquet")
    table = scan("a.parquet", root=tmp_path, reading=Reading())
    found = check(on_engine(table, name), contract, role="source")
    assert found == check(table, contract, role="source")
    assert [(finding.failed, finding.rows) for finding in found.findings] == [(1, (1,))]


@pytest.mark.parametrize("name", ENGINES)
def test_many_columns(name: str, tmp_path: Path) -> None:
    need_engine(name)
    count = 60 if name == "pyspark" else 300  # Java compiles a plan for longer than it runs
    columns = {f"c{n}": [n, None] for n in range(count)}
    pl.DataFrame(columns).write_parquet(tmp_path / "a.parquet")
    rules = "".join(f"  c{n}: {{type: integer, max: 50}}\n" for n in range(count))
    contract = parse_contract(f"version: 1\ncolumns:\n{rules}", shown="contract.yaml")
    table = scan("a.parquet", root=tmp_path, reading=Reading())
    assert check(on_engine(table, name), contract, role="source") == check(table, contract, role="source")
