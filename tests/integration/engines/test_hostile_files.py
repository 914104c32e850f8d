"""Files that no engine may stumble over: the same error on each, or the same findings."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import polars as pl
import pytest

from modelbout.contract.check import check
from modelbout.contract.load import parse_contract
from modelbout.data.engines.choice import on_engine
from modelbout.data.reading import Reading
from modelbout.data.sources import scan
from modelbout.errors import DataError
from tests.tools import need_engine

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.exhaustive

ENGINES = ("duckdb", "pandas", "pyspark", "dask")
CONTRACT = parse_contract("version: 1\ncolumns:\n  s: {type: string, values: [a]}\n", shown="contract.yaml")


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
