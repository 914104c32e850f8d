"""dbt model YAML: columns, data tests (its own, dbt_utils, dbt_expectations) and constraints."""

from typing import Final

from modelbout.contract.exchange.form import Format
from modelbout.contract.exchange.formats.dbt.reading import read
from modelbout.contract.exchange.formats.dbt.writing import TITLE, write

FORMAT: Final = Format(title=TITLE, read=read, write=write)
