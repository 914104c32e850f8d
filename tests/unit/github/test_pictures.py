"""Where a picture is found, and which pictures a bout has."""

from __future__ import annotations

import pytest

from modelbout.github.pictures import LEDGER_BRANCH, address, file_name, paint
from modelbout.registry.remote.ledger import BRANCH
from tests.unit.report.stories import bout

SHA = "a1" * 20


@pytest.mark.parametrize(
    ("server", "private", "expected"),
    [
        ("https://github.com", False, f"https://raw.githubusercontent.com/octo/churn/{SHA}/plots/x.png"),
        ("https://github.com", True, f"https://github.com/octo/churn/blob/{SHA}/plots/x.png?raw=true"),
        ("https://git.example.com", False, f"https://git.example.com/octo/churn/blob/{SHA}/plots/x.png?raw=true"),
        ("https://git.example.com", True, f"https://git.example.com/octo/churn/blob/{SHA}/plots/x.png?raw=true"),
    ],
)
def test_the_address_fits_server_and_repository(server: str, *, private: bool, expected: str) -> None:
    found = address(server_url=server, repository="octo/churn", private=private, commit=SHA, name="x.png")
    assert found == expected


def test_equal_pictures_have_one_name() -> None:
    assert file_name(b"x") == file_name(b"x") != file_name(b"y")


def test_pictures_are_drawn_from_the_numbers_and_equal_numbers_are_equal_bytes() -> None:
    once, again = paint(bout()), paint(bout())
    assert once == again
    assert {one.plot.name for one in once} > {"differences"}
    assert all(one.light.startswith(b"\x89PNG") and one.light != one.dark for one in once)


def test_pictures_hang_where_the_ledger_is() -> None:
    assert LEDGER_BRANCH == BRANCH
