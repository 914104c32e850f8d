"""Check the table as `modelbout validate` does, without the digests of the files."""

from __future__ import annotations

import sys
from pathlib import Path

from modelbout.contract.check import check
from modelbout.contract.load import load_contract
from modelbout.data.sources import scan

directory = Path(sys.argv[1])
contract = load_contract(directory / "contract.yaml", shown="contract.yaml")
opened = scan("table.parquet", root=directory, reading=contract.reading())
checked = check(opened, contract, role="source")
assert checked.passed, checked.findings
print(f"{checked.rules} rules, {checked.rows} rows, {len(checked.findings)} findings")
