"""A table of PostgreSQL has the findings of the same rows in a file, without numbers of rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import narwhals as nw
import polars as pl
import pytest

from modelbout.cli.console import TerminalProgress
from modelbout.config.addresses import PASSWORD
from modelbout.config.load import load_config
from modelbout.contract.check import Checked, check
from modelbout.contract.division import divided
from modelbout.data.casting import by_format
from modelbout.data.opening import open_source
from modelbout.data.reading import Reading
from modelbout.data.sources import Scan
from modelbout.data.table import load
from modelbout.errors import DataError
from modelbout.stages.tables import contract_of, scans
from modelbout.stages.validate import last_valid, validate
from modelbout.stages.workspace import Workspace
from tests.integration.engines import postgres
from tests.integration.engines.cases import CASES, Case
from tests.tools import need_engine

if TYPE_CHECKING:
    from pathlib import Path

# What PostgreSQL has no type for is cast when the table is written.
UNKNOWN: dict[type[pl.DataType], type[pl.DataType]] = {pl.UInt64: pl.Float64, pl.Int8: pl.Int16}
TYPED = tuple(case for case in CASES if case.csv is None)
TYPES = {
    pl.Int64: "bigint", pl.Int16: "smallint", pl.Float64: "double precision", pl.Float32: "real", pl.String: "text",
    pl.Boolean: "boolean", pl.Date: "date",
}  # fmt: skip


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD, postgres.PASSWORD)


def execute(server: postgres.Server, *statements: str, rows: list[tuple[object, ...]] | None = None) -> None:
    import psycopg  # noqa: PLC0415 -- not in every environment

    with psycopg.connect(server.url, password=postgres.PASSWORD, options="-c TimeZone=UTC") as connection:
        for statement in statements:
            connection.execute(statement)
        if rows:
            places = ", ".join(["%s"] * len(rows[0]))
            connection.cursor().executemany(f"INSERT INTO written VALUES ({places})", rows)  # noqa: S608


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows as PostgreSQL can hold them."""
    return frame.with_columns(
        pl.col(name).cast(UNKNOWN.get(type(dtype)) or (pl.String if dtype == pl.Categorical else dtype))
        for name, dtype in frame.schema.items()
    ).with_columns(pl.selectors.datetime().dt.cast_time_unit("us"))


def sql_type(dtype: pl.DataType) -> str:
    if isinstance(dtype, pl.Datetime):
        return "timestamp" if dtype.time_zone is None else "timestamptz"
    return TYPES[type(dtype)]


def written(server: postgres.Server, frame: pl.DataFrame) -> str:
    columns = ", ".join(
        '"' + name.replace('"', '""').replace("%", "%%") + f'" {sql_type(dtype)}'
        for name, dtype in frame.schema.items()
    )
    execute(server, "DROP TABLE IF EXISTS written CASCADE", f"CREATE TABLE written ({columns})", rows=frame.rows())
    return server.table("public.written")


def without_order(checked: Checked) -> Checked:
    """Return what does not depend on the order of rows, which a table of a database does not have."""
    findings = [msgspec.structs.replace(finding, rows=()) for finding in checked.findings]
    return replace(
        checked,
        findings=tuple(finding for finding in findings if finding.check != "monotonic"),
        held=tuple(rule for rule in checked.held if rule.check != "monotonic"),
    )


@pytest.mark.parametrize("case", TYPED, ids=lambda case: case.name)
def test_a_table_has_the_findings_of_its_rows(server: postgres.Server, case: Case, tmp_path: Path) -> None:
    frame, contract = plain(case.frame()), case.contract()
    table = open_source(written(server, frame), root=tmp_path, reading=contract.reading())
    typed = frame.with_columns(pl.col(pl.Float32).cast(pl.Float64), pl.col(pl.Int16).cast(pl.Int64))
    same = Scan(lazy=by_format(typed.lazy(), typed.schema, contract.reading()), columns=tuple(frame.columns))

    setting = case.setting(tmp_path)
    expected = check(same, contract, role="source", setting=setting)
    found = check(table, contract, role="source", setting=setting)

    assert without_order(found) == without_order(expected)
    assert all(finding.rows == () for finding in found.findings)
    assert divided(table, contract, setting)[0][2]


def test_rows_for_training(server: postgres.Server, tmp_path: Path) -> None:
    frame = plain(TYPED[0].frame())
    table = open_source(written(server, frame), root=tmp_path, reading=TYPED[0].contract().reading())
    assert load(table, ["i", "x"]).sort("i", "x").equals(frame.select("i", "x").sort("i", "x"))


@pytest.fixture
def without_server() -> None:
    need_engine("ibis")


@pytest.mark.parametrize("type_", ["integer[]", "jsonb", "time", "bytea"])
def test_a_type_that_no_table_may_have(server: postgres.Server, type_: str, tmp_path: Path) -> None:
    execute(server, "DROP TABLE IF EXISTS odd CASCADE", f"CREATE TABLE odd (fine integer, strange {type_})")
    with pytest.raises(DataError) as caught:
        open_source(server.table("odd"), root=tmp_path, reading=Reading())
    (problem,) = caught.value.problems
    assert problem.found.startswith("column `strange` has the type")
    assert problem.place.file == f"postgresql://127.0.0.1:{server.port}/postgres?table=odd"


def test_types_that_become_plain_ones(server: postgres.Server, tmp_path: Path) -> None:
    execute(
        server,
        "DROP TABLE IF EXISTS odd CASCADE",
        "DROP TYPE IF EXISTS mood",
        "CREATE TYPE mood AS ENUM ('sad', 'fine')",
        "CREATE TABLE odd (n numeric(10, 2), m mood, u uuid, c char(5))",
        "INSERT INTO odd VALUES (1.10, 'sad', '00000000-0000-0000-0000-000000000001', 'ab')",
    )
    table = open_source(server.table("odd"), root=tmp_path, reading=Reading())
    assert load(table).rows() == [(1.1, "sad", "00000000-0000-0000-0000-000000000001", "ab")]


def test_a_value_without_counterpart_is_an_error_that_does_not_show_it(server: postgres.Server, tmp_path: Path) -> None:
    execute(
        server,
        "DROP TABLE IF EXISTS odd CASCADE",
        "CREATE TABLE odd (d date)",
        "INSERT INTO odd VALUES ('infinity')",
    )
    table = open_source(server.table("odd"), root=tmp_path, reading=Reading())
    with pytest.raises(DataError) as caught:
        load(table)
    (problem,) = caught.value.problems
    assert "the rows cannot be read" in problem.found
    assert "infinity" not in str(problem)


def test_a_table_that_is_not_there(server: postgres.Server, tmp_path: Path) -> None:
    execute(server, "DROP TABLE IF EXISTS written CASCADE", "CREATE TABLE written (i integer)")
    with pytest.raises(DataError) as caught:
        open_source(server.table("writen"), root=tmp_path, reading=Reading())
    (problem,) = caught.value.problems
    assert "there is no table `writen`" in problem.found
    assert "written" in problem.found


@pytest.mark.parametrize("secret", ["wrong-password", None])
def test_a_database_that_does_not_let_us_in(
    server: postgres.Server, secret: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PASSWORD)
    if secret is not None:
        monkeypatch.setenv(PASSWORD, secret)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    with pytest.raises(DataError) as caught:
        open_source(server.table("written"), root=tmp_path, reading=Reading())
    (problem,) = caught.value.problems
    assert problem.found.endswith("does not let us in (OperationalError)")
    assert postgres.USER not in str(problem)
    assert "wrong-password" not in str(problem)
    assert PASSWORD in problem.fix


@pytest.mark.usefixtures("without_server")
def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        open_source("postgresql://me@127.0.0.1:1/db?table=t", root=tmp_path, reading=Reading())
    assert "postgresql://127.0.0.1:1/db?table=t" in caught.value.problems[0].found


def test_a_sample_is_the_same_each_time(server: postgres.Server, tmp_path: Path) -> None:
    execute(
        server, "DROP TABLE IF EXISTS odd CASCADE", "CREATE TABLE odd AS SELECT i FROM generate_series(1, 2000) AS g(i)"
    )
    table = open_source(server.table("odd"), root=tmp_path, reading=Reading())
    assert table.exact is not None
    engine, frame = table.exact.engine, nw.from_native(table.exact.lazy)
    first, again = (engine.sample(frame, ["i"], 2_000, 500).sort("i") for _ in range(2))
    assert first.equals(again)
    assert 400 < first.height < 600
    assert engine.sample(frame, ["i"], 2_000, None).height == 2_000


def test_a_table_of_a_database_is_never_taken_as_unchanged(server: postgres.Server, tmp_path: Path) -> None:
    execute(
        server,
        "DROP TABLE IF EXISTS odd CASCADE",
        "CREATE TABLE odd AS SELECT i AS id, i % 2 AS y FROM generate_series(1, 200) AS g(i)",
    )
    (tmp_path / "modelbout.yaml").write_text(
        "version: 1\nmodel: m\ntask: multiclass\ntrain: {estimator: 'p:b'}\n"
        f"data: {{source: '{server.table('odd')}', target: y, split: {{by: id, holdout: 0.5}}, contract: c.yaml}}\n",
        encoding="utf-8",
    )
    (tmp_path / "c.yaml").write_text(
        "version: 1\ncolumns: {id: {type: integer}, y: {type: integer}}\n", encoding="utf-8"
    )
    work = Workspace(load_config(tmp_path / "modelbout.yaml"), tmp_path / "run")
    contract = contract_of(work)
    result = validate(work, TerminalProgress())
    assert result.passed
    (summary,) = result.tables
    assert (summary.engine, summary.files, summary.rows) == ("ibis", (), 200)
    assert summary.address == f"postgresql://127.0.0.1:{server.port}/postgres?table=odd"
    assert postgres.PASSWORD not in (tmp_path / "run" / "validation.json").read_text(encoding="utf-8")
    assert last_valid(work, contract, scans(work, contract)) is None
