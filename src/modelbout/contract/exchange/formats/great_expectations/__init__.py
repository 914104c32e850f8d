"""Great Expectations suites: JSON of version 1, and that of 0.x as far as it says the same."""

from typing import Final

from modelbout.contract.exchange.form import Format
from modelbout.contract.exchange.formats.great_expectations.reading import TITLE, read
from modelbout.contract.exchange.formats.great_expectations.writing import write

FORMAT: Final = Format(title=TITLE, read=read, write=write)
