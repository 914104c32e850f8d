"""Files that the tools themselves wrote (dbt has no writer), each beside the contract and the losses made of it.

MODELBOUT_UPDATE_GOLDEN=1 writes contracts and losses anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modelbout.contract.exchange.draft import settle
from modelbout.contract.exchange.form import format_named, format_names
from modelbout.contract.load import parse_contract

REAL = Path(__file__).parent / "real"
SOURCES = sorted(path for path in REAL.iterdir() if not path.stem.endswith((".contract", ".losses")))


def held(path: Path, text: str) -> None:
    """Hold a text against its file, or write the file."""
    if os.environ.get("MODELBOUT_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), path.name


def test_there_is_a_real_file_of_each_format() -> None:
    assert {path.stem for path in SOURCES} == set(format_names())


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_a_real_file_becomes_this_contract_and_these_losses(source: Path) -> None:
    form = format_named(source.stem)
    made = settle(form.read(source.read_text(encoding="utf-8"), source.name, None))
    held(REAL / f"{source.stem}.contract.yaml", made.text)
    held(REAL / f"{source.stem}.losses.txt", "".join(f"{loss}\n" for loss in made.losses))
    assert all(loss.place.file == source.name and loss.place.line for loss in made.losses)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_what_is_written_of_it_is_read_as_the_same_but_for_losses(source: Path) -> None:
    form = format_named(source.stem)
    contract = settle(form.read(source.read_text(encoding="utf-8"), source.name, None)).contract
    one = form.write(contract, "customers")
    two = form.write(settle(form.read(one.text, source.name, None)).contract, "customers")
    assert two.text == one.text
    assert parse_contract((REAL / f"{source.stem}.contract.yaml").read_text(encoding="utf-8"), shown="x") is not None
