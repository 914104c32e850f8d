"""Where a picture is found, and which pictures a bout has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.github.pictures import address, file_name, take
from modelbout.progress import Quiet
from modelbout.record import to_json, write_atomically
from modelbout.results import BOUT_FILE
from modelbout.stages.report import draw_plots
from tests.unit.report.stories import bout

if TYPE_CHECKING:
    from pathlib import Path

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


def test_pictures_are_those_of_the_run_or_drawn_anew(tmp_path: Path) -> None:
    drawn = take(bout(), None)
    write_atomically(tmp_path / BOUT_FILE, to_json(bout()))
    draw_plots(tmp_path, bout(), Quiet())
    kept = take(bout(), tmp_path)
    assert [(one.plot.name, one.light, one.dark) for one in kept] == [
        (one.plot.name, one.light, one.dark) for one in drawn
    ]
    assert all(one.light.startswith(b"\x89PNG") and one.light != one.dark for one in kept)
