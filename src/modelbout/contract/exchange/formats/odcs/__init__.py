"""Open Data Contract Standard, versions 3.0 and 3.1 (YAML)."""

from typing import Final

from modelbout.contract.exchange.form import Format
from modelbout.contract.exchange.formats.odcs.reading import TITLE, read
from modelbout.contract.exchange.formats.odcs.writing import write

FORMAT: Final = Format(title=TITLE, read=read, write=write)
