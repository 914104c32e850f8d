from __future__ import annotations

import msgspec
import pytest

from modelbout.errors import DataError
from modelbout.profile import (
    PROFILE_SCHEMA_VERSION,
    Category,
    ColumnProfile,
    NumberProfile,
    Profile,
    profile_bytes,
    read_profile,
)

# As the first release wrote it.
VERSION_1 = b"""{"rows": 20, "columns": [{"name": "a", "type": "number", "count": 20, "nulls": 0, "distinct": 5,
"nan": 0, "infinite": 0,
"numbers": {"min": 0.0, "max": 1.0, "mean": 0.5, "std": 0.1, "quantiles": [0.0], "edges": [0.0, 1.0],
"counts": [20]}, "categories": [], "other": 0, "earliest": null, "latest": null}], "schema_version": 1}"""

PROFILE = Profile(
    rows=20,
    columns=(
        ColumnProfile(
            name="a",
            type="number",
            count=20,
            nulls=0,
            numbers=NumberProfile(edges=(0.0, 1.0), counts=(18,), below=1, above=1, squares=2**70),
        ),
        ColumnProfile(name="s", type="string", count=20, nulls=0, categories=(Category(value="x", count=20),)),
    ),
)


def test_a_profile_comes_back() -> None:
    written = profile_bytes(PROFILE)
    assert read_profile(written, shown="profile.json") == PROFILE
    assert b'"categories":[["x",20]]' in written
    assert b'"nan"' not in written
    assert written.endswith(b"}\n")


def test_columns_by_name_and_values_in_all() -> None:
    assert PROFILE.column("s") is PROFILE.columns[1]
    assert PROFILE.column("t") is None
    assert PROFILE.columns[0].numbers is not None
    assert PROFILE.columns[0].numbers.count == 20


@pytest.mark.parametrize(
    ("data", "found", "fix"),
    [
        (VERSION_1, "a profile of version 1 cannot serve as reference", "train and promote once more"),
        (b'{"schema_version": 3, "new": []}', "a profile of version 3 cannot", "update modelbout"),
        (b"{}", "a profile of version 0 cannot", "train and promote once more"),
        (b'{"schema_version": 2, "rows": "many"}', "this is no profile", "take the profile.json"),
        (b"[]", "this is no profile", "take the profile.json"),
        (b"\xff", "this is no profile", "take the profile.json"),
        (b"", "this is no profile", "take the profile.json"),
    ],
)
def test_what_cannot_serve_says_so(data: bytes, found: str, fix: str) -> None:
    with pytest.raises(DataError) as caught:
        read_profile(data, shown="bundle/profile.json")
    (problem,) = caught.value.problems
    assert found in problem.found
    assert fix in problem.fix
    assert problem.place is not None
    assert problem.place.file == "bundle/profile.json"
    assert str(PROFILE_SCHEMA_VERSION) in problem.allowed


def test_unknown_fields_are_refused() -> None:
    changed = msgspec.json.decode(profile_bytes(PROFILE)) | {"more": 1}
    with pytest.raises(DataError, match="no profile"):
        read_profile(msgspec.json.encode(changed), shown="x")
