from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import yaml

from modelbout.contract.infer import infer
from modelbout.contract.load import parse_contract
from modelbout.data.reading import Reading
from modelbout.data.sources import Scan, scan

if TYPE_CHECKING:
    from pathlib import Path


def drafted(tmp_path: Path, table: dict[str, Any], **others: dict[str, Any]) -> tuple[dict[str, Any], str]:
    def opened(name: str, columns: dict[str, Any]) -> Scan:
        pl.DataFrame(columns).write_parquet(tmp_path / f"{name}.parquet")
        return scan(f"{name}.parquet", root=tmp_path, reading=Reading())

    beside = {f"{name}.parquet": opened(name, columns) for name, columns in others.items()}
    made = infer(opened("t", table), shown="t.parquet", others=beside)
    parse_contract(made, shown="contract.yaml")
    return yaml.safe_load(made)["columns"], made


CODES = [f"DE{n}" for n in range(100, 400)]
SPARSE = [n * 7919 % 1_000_003 for n in range(1, 301)]


@pytest.mark.parametrize(
    ("column", "values", "key", "keys", "found"),
    [
        pytest.param(
            "customer", CODES[:40] * 5, "id", CODES, {"table": "customers.parquet", "column": "id"}, id="texts"
        ),
        pytest.param("code", CODES[:40] * 5, "code", CODES, {"table": "customers.parquet"}, id="same name"),
        pytest.param("customer", [*CODES[:40] * 5, "DE1"], "id", CODES, None, id="one is missing there"),
        pytest.param("customer", CODES[:20] * 10, "id", CODES, None, id="too few different values"),
        pytest.param("age", list(range(18, 81)) * 4, "id", list(range(1, 301)), None, id="ages are among any numbers"),
        pytest.param(
            "customer_id",
            list(range(18, 81)) * 4,
            "id",
            list(range(1, 301)),
            {"table": "customers.parquet", "column": "id"},
            id="whole numbers of the right name",
        ),
        pytest.param(
            "buyer",
            SPARSE[:50] * 4,
            "id",
            SPARSE,
            {"table": "customers.parquet", "column": "id"},
            id="whole numbers that chance would not hit",
        ),
        pytest.param("age", [str(n) for n in range(18, 81)] * 4, "id", [str(n) for n in range(300)], None, id="digits"),
        pytest.param("customer", CODES[:40] * 5, "id", [*CODES, CODES[0]], None, id="no key"),
        pytest.param("customer", CODES[:40] * 5, "id", list(range(300)), None, id="another type"),
        pytest.param("buyer", [*SPARSE[:50] * 4, 2_000_000], "id", SPARSE, None, id="beyond the key's ends"),
        pytest.param("customer", CODES, "id", CODES[:100], None, id="more values than the key has"),
    ],
)
def test_a_column_names_the_rows_of_another_table(  # noqa: PLR0917 -- called by name, by pytest
    column: str,
    values: list[object],
    key: str,
    keys: list[object],
    found: object,
    tmp_path: Path,
) -> None:
    rules, made = drafted(
        tmp_path, {column: values, "n": range(len(values))}, customers={key: keys, "x": [1] * len(keys)}
    )
    assert rules[column].get("references") == found
    assert ("references: all of about" in made) == (found is not None)
    assert "references" not in rules["n"]


def test_the_table_whose_name_fits_is_taken(tmp_path: Path) -> None:
    some, all_of = {"id": range(1, 301)}, {"id": range(1, 1_001)}
    rules, made = drafted(tmp_path, {"customer_id": list(range(1, 251)) * 2}, shops=some, customers=all_of)
    assert rules["customer_id"]["references"] == {"table": "customers.parquet", "column": "id"}
    assert "among the 1,000 of id in customers.parquet, as the names say." in made
