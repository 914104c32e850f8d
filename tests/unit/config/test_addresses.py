from __future__ import annotations

import pytest

from modelbout.config.addresses import TableAddress, address_problem, is_address, is_table, shown, table_address
from modelbout.errors import Place

HERE = Place(file="modelbout.yaml", line=3, key="data.source")


@pytest.mark.parametrize("source", ["data/a.csv", "a:b.csv", "C:\\a.csv", "//host/share.csv", "*.csv", ""])
def test_paths(source: str) -> None:
    assert not is_address(source)
    assert not is_table(source)
    assert shown(source) == source


@pytest.mark.parametrize(
    "source",
    [
        "s3://bucket/a*.parquet",
        "gs://bucket/[ab]?.csv.gz",
        "https://host:8080/a.csv",
        "memory://a.csv",
        "postgresql://user@host:5432/db?table=sales.orders",
        "postgres:///db?table=orders",
        "postgresql://[::1]/db?table=a%20b",
    ],
)
def test_addresses_without_fault(source: str) -> None:
    assert is_address(source)
    assert address_problem(source, HERE) is None


@pytest.mark.parametrize(
    "source",
    [
        "postgresql://user:hunter2@host/db?table=t",
        "postgresql://user:@host/db?table=t",
        "s3://AKIA:hunter2@bucket/a.csv",
        "s3://hunter2@bucket/a.csv",
        "https://host/a.csv?sig=hunter2",
        "postgresql://user@host/db?table=t&password=hunter2",
        "postgresql://user@host/db?password=hunter2",
        "postgresql://user@host/db?table=t#hunter2",
        "postgresql://user@host:hunter2/db?table=t",
        "postgresql://user@host/db?hunter2",
        "postgresql://user@host/db?table=a.b.hunter2",
        "postgresql://user@[hunter2/db?table=t",
    ],
)
def test_a_fault_is_told_without_a_part_that_may_be_secret(source: str) -> None:
    problem = address_problem(source, HERE)
    assert problem is not None
    assert problem.place == HERE
    assert problem.fix
    assert "hunter2" not in str(problem)


def test_the_password_has_its_place_in_the_environment() -> None:
    problem = address_problem("postgresql://user:hunter2@host/db?table=t", HERE)
    assert problem is not None
    assert "MODELBOUT_DATABASE_PASSWORD" in problem.fix


def test_the_parts_of_a_table() -> None:
    assert table_address("postgres://me@host:1/db?table=sales.orders") == TableAddress(
        "postgresql://me@host:1/db", "sales", "orders", "postgres://host:1/db?table=sales.orders"
    )
    assert table_address("postgresql:///db?table=orders").schema is None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("postgresql://me:secret@host/db?table=t&password=p", "postgresql://host/db"),
        ("https://me@host/a.csv?sig=secret#x", "https://host/a.csv"),
        ("s3://bucket/a?.csv", "s3://bucket/a?.csv"),
    ],
)
def test_what_is_shown(source: str, expected: str) -> None:
    assert shown(source) == expected
