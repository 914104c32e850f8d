from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from modelbout.contract.check import Checked, check
from modelbout.contract.load import parse_contract
from modelbout.data.sources import Scan, scan
from modelbout.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modelbout.contract.kind import Setting


def contract_text(rules: str, table: str = "") -> str:
    head = f"table: {{{table}}}\n" if table else ""
    return f"version: 1\n{head}columns:\n" + "".join(f"  {line}\n" for line in rules.strip().splitlines())


@pytest.fixture
def hold() -> Callable[..., Checked]:
    """Check a table in memory, which is typed as a Parquet file is."""

    def run(
        columns: dict[str, Any] | pl.DataFrame, rules: str, table: str = "", setting: Setting | None = None
    ) -> Checked:
        lazy = pl.DataFrame(columns).lazy()
        opened = Scan(lazy=lazy, columns=tuple(lazy.collect_schema()))
        contract = parse_contract(contract_text(rules, table), shown="contract.yaml")
        return check(opened, contract, role="train", setting=setting)

    return run


@pytest.fixture
def hold_csv(tmp_path: Path) -> Callable[..., Checked]:
    """Check the text of a CSV file."""

    def run(text: str, rules: str, table: str = "", read: str = "") -> Checked:
        (tmp_path / "table.csv").write_text(text, encoding="utf-8", newline="")
        written = contract_text(rules, table) + (f"read: {{{read}}}\n" if read else "")
        contract = parse_contract(written, shown="contract.yaml")
        return check(scan("table.csv", root=tmp_path, reading=contract.reading()), contract, role="source")

    return run


@pytest.fixture
def refused() -> Callable[..., tuple[Problem, ...]]:
    """Return why a contract is refused."""

    def run(rules: str, table: str = "") -> tuple[Problem, ...]:
        with pytest.raises(ConfigError) as caught:
            parse_contract(contract_text(rules, table), shown="contract.yaml")
        return caught.value.problems

    return run
