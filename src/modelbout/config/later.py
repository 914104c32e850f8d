"""Keys and values of the design that a later version will know: refused today, with a sentence that says so."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ADDRESS = (
    "An engine with an address of its own comes in a later version. Today the address of a database is a source:"
    " `source: postgresql://user@host/database?table=name`, without `engine:`."
)

# By key path, or by key path and value.
LATER: Mapping[str, str] = MappingProxyType(
    {
        # Of `ibis:postgresql://...`; the rest of it, which may hold a secret, is not repeated.
        "data.engine: ibis": _ADDRESS,
    }
)
