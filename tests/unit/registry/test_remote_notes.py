from __future__ import annotations

import json

import msgspec
import pytest

from modelbout.registry.remote.notes import Marker, notes, read_marker
from tests.unit.registry.bundles import LINEAGE, MANIFEST

MARKER = Marker(
    model="a--b", version="v1.2.0", bundle_digest="a" * 64, started="2026-05-03T12:00:00Z", assets={"bundle.zip": "b"}
)


def test_the_marker_is_found_again() -> None:
    body = notes(MARKER, MANIFEST, None)
    assert read_marker(body) == MARKER
    assert read_marker(body.replace("\n", "\r\n")) == MARKER
    comment = body.split("\n", 1)[0]
    assert comment.count("--") == 2  # nothing inside ends the comment


@pytest.mark.parametrize(
    "body",
    [
        "",
        "text",
        "text " + notes(MARKER, MANIFEST, None),
        "<!-- modelbout:release {} -->",
        "<!-- modelbout:release {not json} -->",
        notes(MARKER, MANIFEST, None).replace("v1.2.0", "latest"),
        notes(MARKER, MANIFEST, None).replace('"schema_version":1', '"schema_version":2'),
        notes(MARKER, MANIFEST, None).replace("a" * 64, "a" * 63),
        "<!-- modelbout:release " + "[" * 9000 + " -->",
    ],
)
def test_no_marker_of_ours(body: str) -> None:
    assert read_marker(body) is None


def test_no_name_can_leave_its_line() -> None:
    nasty = "x\n# @everyone <!-- --> </details> `` \u202e [a](http://b)\r\n```\n\0"
    metrics = json.dumps({"rows": 1, "metrics": {nasty: {"value": 0.5, "interval": None}, "f1": {"value": None}}})
    manifest = msgspec.structs.replace(
        MANIFEST, lineage=msgspec.structs.replace(LINEAGE, code_digest=nasty, commit=nasty)
    )
    body = notes(MARKER, manifest, metrics.encode())
    lines = body.split("\n")
    assert len(body.splitlines()) == len(lines)
    for line in lines:
        if "everyone" in line:
            assert line.startswith("    ")
            assert line.isprintable()
    assert sum("everyone" in line for line in lines) == 3
    assert "0.5" in body


@pytest.mark.parametrize("metrics", [None, b"", b"[]", b"[" * 9000, b'{"metrics": 7}', b'{"metrics": {}}'])
def test_a_bundle_without_numbers(metrics: bytes | None) -> None:
    assert "reached" not in notes(MARKER, MANIFEST, metrics)
