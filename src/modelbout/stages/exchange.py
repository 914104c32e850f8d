"""Contracts from and to other tools' files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelbout.config.yaml_tree import read_text
from modelbout.contract.exchange.draft import settle
from modelbout.contract.exchange.form import format_named
from modelbout.contract.load import load_contract

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.contract.exchange.form import Exported, Imported

UNNAMED: Final = "data"


def bring_in(path: Path, form: str, *, table: str | None) -> Imported:
    """Make a contract from another tool's file.

    Args:
        path: the file.
        form: the format's name; see ``form.format_names``.
        table: which table of the file; None = the only one.

    Raises:
        ConfigError: the file cannot be read, or is not of this format.
    """
    shown = str(path)
    return settle(format_named(form).read(read_text(path, shown=shown), shown, table))


def send_out(path: Path, form: str, *, table: str | None) -> Exported:
    """Make another tool's file from a contract.

    Args:
        path: the contract.
        form: the format's name; see ``form.format_names``.
        table: what the table is called there; None = as the file, or ``data`` for ``contract.yaml``.

    Raises:
        ConfigError: the contract cannot be read.
    """
    contract = load_contract(path, shown=str(path))
    stem = path.stem if path.stem != "contract" else UNNAMED
    return format_named(form).write(contract, table or stem)
