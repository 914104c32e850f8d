from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelbout import seal
from modelbout.errors import BundleError, Place
from modelbout.manifest import Feature, FileDigest, Lineage, Manifest, Scorer, Signature
from modelbout.record import to_json

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"model.skops": b"weights", "model/a/run.sh": b"echo", "metrics.json": b"{}"}


def manifest(files: dict[str, bytes]) -> Manifest:
    return Manifest(
        schema_version=1,
        name="churn",
        task="binary",
        signature=Signature(inputs=(Feature(name="tenure", type="integer"),), target="Churn", target_type="string"),
        scorer=Scorer(kind="skops"),
        files=tuple(
            FileDigest(path=path, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
            for path, data in files.items()
        ),
        lineage=Lineage(
            created="2026-05-03T00:00:00Z",
            seed=0,
            code_digest="c",
            config_digest="f",
            data_digest="d",
            environment_digest="e",
            fingerprint="p",
            python="3.11.0",
            train_rows=10,
        ),
    )


def bundle(directory: Path, files: dict[str, bytes] | None = None, *, listed: dict[str, bytes] | None = None) -> Path:
    files = FILES if files is None else files
    directory.mkdir(exist_ok=True)
    for path, data in files.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(data)
    (directory / "manifest.json").write_bytes(to_json(manifest(files if listed is None else listed)))
    return directory


def refused(directory: Path, digest: str | None = None) -> BundleError:
    with pytest.raises(BundleError) as caught:
        seal.verify_files(directory, digest=digest)
    assert all(problem.fix and problem.place.file for problem in caught.value.problems)
    return caught.value


def test_a_whole_bundle_is_verified_by_its_digest(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    digest = seal.bundle_digest(path)
    assert digest == hashlib.sha256((path / "manifest.json").read_bytes()).hexdigest()
    assert seal.verify_files(path, digest=digest) == manifest(FILES)
    assert seal.verify_files(path).name == "churn"


def test_another_digest_is_refused_with_both(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    problem = refused(path, "0" * 64).problems[0]
    assert seal.bundle_digest(path) in problem.found
    assert problem.allowed == "0" * 64


@pytest.mark.parametrize("name", [*FILES, "manifest.json"])
def test_one_changed_byte_anywhere_is_refused(tmp_path: Path, name: str) -> None:
    path = bundle(tmp_path)
    digest = seal.bundle_digest(path)
    data = bytearray((path / name).read_bytes())
    data[0] ^= 1
    (path / name).write_bytes(data)
    assert str(path / name) in str(refused(path, digest))


def test_every_wrong_file_is_told_at_once(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    (path / "model.skops").unlink()
    (path / "metrics.json").write_bytes(b"longer")
    (path / "extra").write_bytes(b"")
    text = str(refused(path))
    assert "extra: this file is not in the manifest" in text
    assert "model.skops: this file of the bundle is missing" in text
    assert "metrics.json: has 6 bytes (allowed: 2)" in text


def test_problems_are_counted_out(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    for number in range(seal.PROBLEMS_SHOWN + 5):
        (path / f"extra{number}").write_bytes(b"")
    assert len(refused(path).problems) == seal.PROBLEMS_SHOWN


def test_a_link_to_the_right_bytes_is_refused(tmp_path: Path) -> None:
    path = bundle(tmp_path / "bundle")
    (tmp_path / "elsewhere").write_bytes(FILES["model.skops"])
    (path / "model.skops").unlink()
    (path / "model.skops").symlink_to(tmp_path / "elsewhere")
    assert "it is a link" in str(refused(path))


def test_a_linked_directory_is_refused(tmp_path: Path) -> None:
    path = bundle(tmp_path / "bundle")
    (path / "model").rename(tmp_path / "model")
    (path / "model").symlink_to(tmp_path / "model")
    assert "model: this file is not in the manifest" in str(refused(path))


def test_a_linked_manifest_is_refused(tmp_path: Path) -> None:
    path = bundle(tmp_path / "bundle")
    (path / "manifest.json").rename(tmp_path / "manifest.json")
    (path / "manifest.json").symlink_to(tmp_path / "manifest.json")
    assert "it is a link" in str(refused(path))


def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    (path / "model.skops").unlink()
    os.mkfifo(path / "model.skops")
    assert "not a regular file" in str(refused(path))


def test_a_directory_in_a_files_place_is_refused(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    (path / "model.skops").unlink()
    (path / "model.skops").mkdir()
    assert "model.skops: cannot be read" in str(refused(path))


@pytest.mark.parametrize(
    "evil", ["../x", "/etc/passwd", "a//b", "./a", "a/..", "", "a\\b", "c:x", "a\nb", "manifest.json", "a\x00b"]
)
def test_a_path_that_leaves_the_bundle_is_refused_before_anything_is_opened(tmp_path: Path, evil: str) -> None:
    path = bundle(tmp_path / "bundle", {}, listed={evil: b""})
    error = refused(path)
    assert error.problems[0].place.key == "files[0]"
    assert "\n" not in error.problems[0].found


def with_files(directory: Path, *files: FileDigest) -> Path:
    bundle(directory, {})
    (directory / "manifest.json").write_bytes(to_json(msgspec.structs.replace(manifest({}), files=files)))
    return directory


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ((("a", "0" * 64, 0), ("a", "0" * 64, 0)), "listed twice"),
        ((("a", "0" * 63, 0),), "sha256"),
        ((("a", "A" * 64, 0),), "sha256"),
        ((("a", "0" * 64, -1),), "negative"),
    ],
)
def test_an_impossible_entry_is_refused(tmp_path: Path, files: tuple[tuple[str, str, int], ...], said: str) -> None:
    entries = [FileDigest(path=path, sha256=sha256, bytes=length) for path, sha256, length in files]
    assert said in str(refused(with_files(tmp_path, *entries)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "no manifest"),
        (b"not json", "no manifest"),
        (b"\xff\xfe", "no manifest"),
        (b"[]", "no manifest"),
        (b'{"schema_version": 1}', "missing required field"),
        (b'{"schema_version": 1, "evil": ' + b"[" * 100_000, "no manifest"),
        (b'{"schema_version": 2, "new": 1}', "schema version 2"),
    ],
)
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, text: bytes, said: str) -> None:
    (tmp_path / "manifest.json").write_bytes(text)
    assert said in str(refused(tmp_path))


def test_a_manifest_that_is_too_long_is_not_read_whole(tmp_path: Path) -> None:
    with (tmp_path / "manifest.json").open("wb") as file:
        file.truncate(seal.MANIFEST_LIMIT + 1)
    assert "too long" in str(refused(tmp_path))


def test_what_is_no_bundle_says_what_it_is(tmp_path: Path) -> None:
    assert "no such bundle directory" in str(refused(tmp_path / "nowhere"))
    (tmp_path / "file").write_bytes(b"")
    assert "not a directory" in str(refused(tmp_path / "file"))
    assert "has no manifest.json" in str(refused(tmp_path))
    assert "cannot be read" in str(refused(tmp_path / ("x" * 300)))


def test_sums_are_what_sha256sum_reads_and_need_no_entry(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    digest = seal.bundle_digest(path)
    text = seal.sums(manifest(FILES), digest=digest)
    assert f"{digest}  manifest.json\n".encode() in text
    assert text.count(b"\n") == len(FILES) + 1
    (path / "SHA256SUMS").write_bytes(text)
    assert seal.verify_files(path, digest=digest).name == "churn"
    (path / "SHA256SUMS").write_bytes(text.replace(b"manifest.json", b"Manifest.json"))
    assert "SHA256SUMS: has sha256" in str(refused(path))


def test_listed_sums_are_a_file_like_any_other(tmp_path: Path) -> None:
    assert seal.verify_files(bundle(tmp_path, {"SHA256SUMS": b"anything"})).name == "churn"


def test_an_unreadable_directory_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bundle(tmp_path)

    def denied(_: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", denied)
    assert "Permission denied" in str(refused(path))


def test_a_name_that_no_terminal_should_print_is_escaped(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    (path / "::error::\nx").write_bytes(b"")
    place = refused(path).problems[0].place.file
    assert place is not None
    assert "\n" not in place
    assert "\\n" in place


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_make_the_parser_fail_otherwise(raw: bytes) -> None:
    with pytest.raises(BundleError):
        seal.parse_manifest(raw, place=Place(file="manifest.json"))


@settings(deadline=None)
@given(st.text(max_size=70))
def test_a_digest_is_lower_case_hex(text: str) -> None:
    assert not seal.is_digest(text) or bytes.fromhex(text).hex() == text
    assert seal.is_digest(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())
