from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from modelbout.errors import RegistryError
from modelbout.github.outputs import OUTPUT_LIMIT, Outputs

if TYPE_CHECKING:
    from pathlib import Path


def read(file: Path) -> dict[str, str]:
    """Read outputs as the runner does; of two with one name the later."""
    found = re.findall(r"^([a-z-]+)<<(\S+)\n(.*?)\n\2$", file.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return {name: value for name, _, value in found}


def test_values_arrive_whatever_is_in_them(tmp_path: Path) -> None:
    file = tmp_path / "output"
    file.write_text("python=/usr/bin/python\n", encoding="utf-8")
    outputs = Outputs(file)
    hostile = "a\nverdict=win\nEOF\nverdict<<x\nwin\nx"
    outputs.set("result", hostile)
    outputs.set("verdict", "loss")
    outputs.set("fight", value=True)
    outputs.set("version", None)
    assert read(file) == {"result": hostile, "verdict": "loss", "fight": "true", "version": ""}
    assert outputs.known["fight"] == "true"


def test_no_two_ends_are_alike(tmp_path: Path) -> None:
    outputs = Outputs(tmp_path / "output")
    outputs.set("a", "x")
    outputs.set("b", "x")
    ends = re.findall(r"<<(\S+)", (tmp_path / "output").read_text(encoding="utf-8"))
    assert len(set(ends)) == 2


def test_a_lone_surrogate_is_no_crash(tmp_path: Path) -> None:
    Outputs(tmp_path / "output").set("report", "a\udcffb")
    assert read(tmp_path / "output") == {"report": "a?b"}


def test_outside_of_github_outputs_are_only_known() -> None:
    outputs = Outputs(None)
    outputs.set("verdict", "win")
    assert outputs.known == {"verdict": "win"}


@pytest.mark.parametrize(
    ("name", "value"), [("Verdict", "x"), ("a b", "x"), ("", "x"), ("a", "x" * (OUTPUT_LIMIT + 1))]
)
def test_a_wrong_name_or_length_is_our_own_slip(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ValueError, match="no output"):
        Outputs(tmp_path / "output").set(name, value)


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="cannot be written"):
        Outputs(tmp_path).set("verdict", "win")
