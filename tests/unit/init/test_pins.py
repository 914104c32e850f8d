"""Every `uses:` in the repository names the commit that pins.py gives."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from modelbout.init.pins import PINS, US, USES, pinned, uses

ROOT = Path(__file__).parents[3]
PIN = ROOT / ".ci" / "pin"


def places() -> list[Path]:
    command = ["git", "ls-files", "-z", "-co", "--exclude-standard", "--", "*.yml", "*.yaml", "*.md"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def test_all_places_agree() -> None:
    found = {path: path.read_text(encoding="utf-8") for path in places()}
    assert [str(path.relative_to(ROOT)) for path, text in found.items() if pinned(text) != text] == []
    unknown = {m["repository"] for text in found.values() for m in USES.finditer(text)} - set(PINS)
    assert unknown == set(), "an action without a pin"
    assert sum(text.count(PINS[US].commit) for text in found.values()) > 10


@pytest.mark.parametrize("pin", PINS.values(), ids=list(PINS))
def test_a_pin_is_a_commit_and_says_its_version(pin: object) -> None:
    assert re.fullmatch(r"Pin\(commit='[0-9a-f]{40}', version='v\d+\.\d+\.\d+'\)", repr(pin))


def test_uses() -> None:
    assert uses("actions/checkout") == "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
    assert uses(f"{US}/actions/report") == f"{US}/actions/report@{PINS[US].commit} # {PINS[US].version}"
    with pytest.raises(KeyError):
        uses("somebody/else")


def test_pinned_leaves_alone_what_it_does_not_know() -> None:
    text = "- uses: actions/checkout@main\n- uses: somebody/else@v1 # v1\n- uses: ./actions/report\n"
    assert (
        pinned(text) == f"- uses: {uses('actions/checkout')}\n- uses: somebody/else@v1 # v1\n- uses: ./actions/report\n"
    )
    assert pinned(pinned(text)) == pinned(text)


@pytest.mark.parametrize("words", [["main"], ["e291998"], ["a" * 40, "b"]])
def test_another_thing_than_a_commit_is_refused(words: list[str]) -> None:
    done = subprocess.run([sys.executable, PIN, *words], capture_output=True, text=True, check=False)
    assert (done.returncode, "forty hexadecimal digits" in done.stderr) == (2, True)
