"""What a source may be beside a path: files at an address such as ``s3://``, or a table of a database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, unquote, urlsplit

from modelbout.errors import Problem

if TYPE_CHECKING:
    from modelbout.errors import Place

# The secret of a database; PGPASSWORD, ~/.pgpass and PGSERVICEFILE are PostgreSQL's own ways and work as well.
PASSWORD: Final = "MODELBOUT_DATABASE_PASSWORD"  # noqa: S105 -- the name of a variable

DATABASES: Final = ("postgresql", "postgres")

_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_WEB: Final = ("http", "https")
_TABLE: Final = re.compile(r"[^\0.]+(?:\.[^\0.]+)?")
_EXAMPLE: Final = "postgresql://user@host:5432/database?table=schema.name"


@dataclass(frozen=True)
class TableAddress:
    """A table of a database.

    Attributes:
        url: the address of the database, with the user's name and without anything after ``?``.
        schema: where the table is; None = what the database takes first.
        table: its name.
        shown: the address for messages and results, without the user's name.
    """

    url: str
    schema: str | None
    table: str
    shown: str


def is_address(source: str) -> bool:
    """Tell whether a source is no path of this machine."""
    return _ADDRESS.match(source) is not None


def is_table(source: str) -> bool:
    """Tell whether a source is a table of a database."""
    return is_address(source) and scheme_of(source) in DATABASES


def scheme_of(source: str) -> str:
    """Return what stands before ``://``, in small letters."""
    return source.partition("://")[0].lower()


def shown(source: str) -> str:
    """Return an address without user, password and query: none of these belongs in a message."""
    if not is_address(source):
        return source
    scheme, _, rest = source.partition("://")
    rest = re.split(r"[?#]", rest, maxsplit=1)[0] if is_table(source) or scheme.lower() in _WEB else rest
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def table_address(source: str) -> TableAddress:
    """Return the parts of a table's address, for a source without an ``address_problem``."""
    parts = urlsplit(source)
    schema, _, table = parse_qs(parts.query)["table"][0].rpartition(".")
    url = f"postgresql://{parts.netloc}{parts.path}"
    name = f"{schema}.{table}" if schema else table
    return TableAddress(url, schema or None, table, f"{shown(source)}?table={name}")


def address_problem(source: str, place: Place) -> Problem | None:
    """Return what is wrong with an address, or None; no message repeats a part of it that could be a secret."""
    try:
        parts = urlsplit(source)
        secret = parts.password is not None or (not is_table(source) and parts.username is not None)
        # Elsewhere a question mark is a letter of a glob.
        asked = parts.query if is_table(source) else ""
        query = parse_qs(asked, keep_blank_values=True, strict_parsing=bool(asked))
        _ = parts.port
    except ValueError:
        return Problem("this address cannot be understood", f"such as {_EXAMPLE}", "Write it anew.", place)
    if secret:
        fix = (
            f"Take it out of the file and change it: it may have been seen. Set {PASSWORD} (or PGPASSWORD) instead."
            if is_table(source)
            else "Take it out of the file and change it: it may have been seen. Credentials come from the environment."
        )
        return Problem("there is a password or a key in this address", "an address without one", fix, place)
    if not is_table(source):
        signed = scheme_of(source) in _WEB and bool(parts.query)
        fix = "A signature in a query is a secret: fetch the file in a step before, and name its path."
        return Problem("this address has a query", "a plain address", fix, place) if signed else None
    tables = query.get("table", [])
    if set(query) != {"table"} or len(tables) != 1 or not _TABLE.fullmatch(unquote(tables[0])) or parts.fragment:
        found = "the address of a database needs `?table=` and nothing else"
        return Problem(
            found, f"such as {_EXAMPLE}", "Other settings, such as PGSSLMODE, go into the environment.", place
        )
    return None
