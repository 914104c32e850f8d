from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from modelbout.errors import BundleError
from modelbout.registry.remote.archive import ARCHIVE, most_bytes, pack, read_parts, unpack
from modelbout.seal import bundle_digest, verify_files
from tests.unit.registry.bundles import write_bundle

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "bundle", "word")


def packed(bundle: Path, into: Path) -> bytes:
    into.mkdir()
    pack(bundle, verify_files(bundle), into)
    return (into / ARCHIVE).read_bytes()


def test_a_bundle_comes_back_whole(bundle: Path, tmp_path: Path) -> None:
    data, digest = packed(bundle, tmp_path / "packed"), bundle_digest(bundle)
    manifest = verify_files(bundle)
    assert len(data) <= most_bytes(manifest)
    unpack(io.BytesIO(data), tmp_path / "out", manifest, digest=digest)
    assert verify_files(tmp_path / "out", digest=digest) == manifest
    assert (tmp_path / "out/model/run.sh").stat().st_mode & 0o100


def test_the_same_bundle_is_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    first = packed(bundle, tmp_path / "first")
    for path in bundle.rglob("*"):
        path.touch()
    assert packed(bundle, tmp_path / "second") == first


@pytest.mark.parametrize("limit", [1, 7, 600, 601])
def test_parts_join_to_the_whole(bundle: Path, tmp_path: Path, limit: int) -> None:
    if limit == 1:
        limit = 400
    whole = packed(bundle, tmp_path / "whole")
    into = tmp_path / "parts"
    into.mkdir()
    made = pack(bundle, verify_files(bundle), into, limit=limit)
    listed = read_parts((into / "parts.json").read_bytes(), shown="parts.json").parts
    assert [part.name for part in listed] == [one.name for one in made[2:]]
    assert all(part.bytes == limit for part in listed[:-1])
    assert 0 < listed[-1].bytes <= limit
    assert b"".join((into / part.name).read_bytes() for part in listed) == whole


def test_an_archive_of_just_the_limit_is_not_split(bundle: Path, tmp_path: Path) -> None:
    size = len(packed(bundle, tmp_path / "whole"))
    for limit, parts in ((size, 0), (size - 1, 3)):
        into = tmp_path / str(limit)
        into.mkdir()
        made = pack(bundle, verify_files(bundle), into, limit=limit)
        assert len(made) == (2 if parts == 0 else 4)


def rewritten(data: bytes, change: dict[str, bytes | None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        files = {name: old.read(name) for name in old.namelist()} | change
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in files.items():
            if content is not None:
                new.writestr(name, content)
    return made.getvalue()


HOSTILE: dict[str, dict[str, bytes | None]] = {
    "a file too many": {"more": b"x"},
    "a file is missing": {"metrics.json": None},
    "no manifest": {"manifest.json": None},
    "another manifest": {"manifest.json": b"{}"},
    "a path that leaves": {"../../out": b"x"},
    "an absolute path": {"/x/x": b"x"},
    "a name in another spelling": {"./metrics.json": b"{}"},
    "a bomb": {"model.skops": b"\0" * 10**7},
    "other bytes of the same length": {"model.skops": b"x" * 400},
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_zip_is_refused(bundle: Path, tmp_path: Path, change: dict[str, bytes | None]) -> None:
    assert (bundle / "model.skops").stat().st_size == 400
    data = rewritten(packed(bundle, tmp_path / "packed"), change)
    (tmp_path / "a/b").mkdir(parents=True)
    with pytest.raises(BundleError):
        unpack(io.BytesIO(data), tmp_path / "a/b/out", verify_files(bundle), digest=bundle_digest(bundle))
    assert {path.name for path in (tmp_path / "a").rglob("*")} & {"more", "x"} == set()
    assert not (tmp_path / "a/out").exists()


@pytest.mark.parametrize("spoilt", [slice(0, -30), slice(0, 0), slice(0, 900), slice(40, None)])
def test_damage_is_told(bundle: Path, tmp_path: Path, spoilt: slice) -> None:
    data = packed(bundle, tmp_path / "packed")
    with pytest.raises(BundleError, match="archive of the bundle is damaged"):
        unpack(io.BytesIO(data[spoilt]), tmp_path / "out", verify_files(bundle), digest=bundle_digest(bundle))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b'{"parts": []}',
        b'{"parts": [{"name": "a", "sha256": "x", "bytes": 1}]}',
        b'{"parts": [{"name": "a", "sha256": "' + b"a" * 64 + b'", "bytes": -1}]}',
        b"[" * 5000,
    ],
)
def test_a_list_of_parts_that_is_none(raw: bytes) -> None:
    with pytest.raises(BundleError, match="parts"):
        read_parts(raw, shown="parts.json")
