"""The one door to a table: files here, files at an address, or a table of a database."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from modelbout.config.addresses import address_problem, is_address, is_table
from modelbout.data.sources import NOWHERE, scan
from modelbout.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.data.reading import Reading
    from modelbout.data.sources import Scan
    from modelbout.errors import Place


def open_source(source: str | tuple[str, ...], *, root: Path, reading: Reading, place: Place = NOWHERE) -> Scan:
    """Open what ``data.source`` names; see ``scan`` for files.

    Raises:
        ConfigError: an address is none, holds a secret, or needs a package that is not installed.
        DataError: the rows cannot be read.
    """
    named = (source,) if isinstance(source, str) else source
    problems = [found for one in named if is_address(one) and (found := address_problem(one, place)) is not None]
    if problems:
        raise ConfigError(*problems)
    if len(named) == 1 and is_table(named[0]):
        opened: Scan = import_module("modelbout.data.engines.ibis").open_table(named[0], reading=reading, place=place)
        return opened
    return scan(source, root=root, reading=reading, place=place)
