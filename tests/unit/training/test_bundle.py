from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelbout.errors import BundleError, TrainingError
from modelbout.manifest import Scorer
from modelbout.seal import SUMS_FILE
from modelbout.training import bundle as bundling
from modelbout.training.bundle import golden_of, predictions_of, read_manifest, read_part, seal, size, verify
from tests.tools import need

if TYPE_CHECKING:
    from collections.abc import Callable

LAYOUT = {
    "SHA256SUMS",
    "card.md",
    "contract.yaml",
    "golden.json",
    "manifest.json",
    "metrics.json",
    "model.skops",
    "predictions.npz",
    "profile.json",
    "requirements.lock",
}


def again(sealed: Any, directory: Path, **changes: Any) -> str:
    """Seal the same things anew."""
    manifest = read_manifest(sealed.bundle)
    given_ = {
        "name": "churn",
        "task": "binary",
        "signature": sealed.signature,
        "scorer": sealed.fitted.scorer,
        "files": sealed.fitted.files,
        "environment": sealed.fitted.environment,
        "lineage": manifest.lineage,
        "profile": b"{}\n",
        "golden": golden_of(sealed.bundle),
        "keys": np.arange(60, dtype=np.uint64),
        "predictions": sealed.said,
        "metrics": {},
    } | changes
    return seal(directory, **given_)


@pytest.fixture
def copy(sealed: Any, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed.bundle, tmp_path / "copy"))


def test_a_bundle_holds_what_the_design_says(sealed: Any) -> None:
    assert {path.name for path in sealed.bundle.iterdir()} == LAYOUT
    manifest = verify(sealed.bundle, digest=sealed.digest)
    assert (manifest.name, manifest.task, manifest.signature) == ("churn", "binary", sealed.signature)
    assert {entry.path for entry in manifest.files} == LAYOUT - {"manifest.json", "SHA256SUMS"}
    assert size(sealed.bundle) == (sealed.bundle / "model.skops").stat().st_size
    assert (sealed.bundle / "contract.yaml").read_text() == "version: 1\n"
    assert "| `roc_auc` | 0.8123 | 0.7 to 0.9 |" in (sealed.bundle / "card.md").read_text()
    assert json.loads((sealed.bundle / "metrics.json").read_text())["rows"] == 60


def test_a_command_bundle(sealed_command: Any) -> None:
    manifest = verify(sealed_command.bundle)
    assert manifest.scorer.command == ("python", "-S", "scorer.py")
    model = sealed_command.bundle / "model"
    assert size(sealed_command.bundle) == sum(path.stat().st_size for path in model.iterdir())


def test_the_sums_are_those_of_sha256sum(sealed: Any) -> None:
    program = need("sha256sum", how="it comes with GNU coreutils")
    subprocess.run([program, "--check", "--quiet", SUMS_FILE], cwd=sealed.bundle, check=True)


def test_predictions_come_back_by_row_key(sealed: Any) -> None:
    keys, said = predictions_of(sealed.bundle)
    assert keys.tolist() == list(range(60))
    assert said.label is not None
    assert said.proba is not None
    assert (said.label == sealed.said.label).all()
    assert (said.proba == sealed.said.proba).all()


def test_sealing_again_replaces_and_leaves_nothing_behind(sealed: Any, tmp_path: Path) -> None:
    place = tmp_path / "run" / "bundle"
    first = again(sealed, place)
    (place / "old").write_text("")
    second = again(sealed, place, profile=b"{1}\n")
    assert first != second
    assert verify(place, digest=second).name == "churn"
    assert [path.name for path in place.parent.iterdir()] == ["bundle"]
    assert not (place / "contract.yaml").exists()


def test_a_file_in_the_bundles_place_goes(sealed: Any, tmp_path: Path) -> None:
    (tmp_path / "bundle").write_text("")
    assert verify(tmp_path / "bundle", digest=again(sealed, tmp_path / "bundle")).name == "churn"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_flipped_bit_in_any_file_is_seen(copy: Path, sealed: Any, data: st.DataObject) -> None:
    path = copy / data.draw(st.sampled_from(sorted(LAYOUT)))
    raw = bytearray(path.read_bytes())
    spot = data.draw(st.integers(0, len(raw) - 1))
    raw[spot] ^= 1 << data.draw(st.integers(0, 7))
    try:
        path.write_bytes(raw)
        with pytest.raises(BundleError):
            verify(copy, digest=sealed.digest)
    finally:
        path.write_bytes((sealed.bundle / path.name).read_bytes())
    verify(copy, digest=sealed.digest)


@pytest.mark.parametrize("name", sorted(LAYOUT - {"SHA256SUMS"}))
def test_a_missing_file_is_seen(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(BundleError):
        verify(copy)


@pytest.mark.parametrize("name", ["extra", "model/extra", ".hidden"])
def test_a_file_too_many_is_seen(copy: Path, name: str) -> None:
    (copy / name).parent.mkdir(exist_ok=True)
    (copy / name).write_text("")
    with pytest.raises(BundleError, match="not in the manifest"):
        verify(copy)


def rewrite(copy: Path, change: Callable[[dict[str, Any]], None]) -> None:
    raw = json.loads((copy / "manifest.json").read_bytes())
    change(raw)
    (copy / "manifest.json").write_text(json.dumps(raw))
    (copy / SUMS_FILE).unlink()


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "a/../../b", "a\\b", "C:x", "", "./card.md"])
def test_a_path_that_leaves_the_bundle_is_refused(copy: Path, path: str) -> None:
    (copy.parent / "outside").write_text("")
    rewrite(copy, lambda raw: raw["files"].append({"path": path, "sha256": "0" * 64, "bytes": 0}))
    with pytest.raises(BundleError):
        verify(copy)


def test_a_link_is_refused_even_with_the_same_bytes(copy: Path, sealed: Any) -> None:
    (copy / "card.md").unlink()
    (copy / "card.md").symlink_to(sealed.bundle / "card.md")
    with pytest.raises(BundleError, match="link"):
        verify(copy)


@pytest.mark.parametrize("part", ["golden.json", "model.skops", "requirements.lock"])
def test_a_manifest_without_a_part_is_no_bundle(copy: Path, part: str) -> None:
    (copy / part).unlink()
    rewrite(copy, lambda raw: raw.update(files=[e for e in raw["files"] if e["path"] != part]))
    with pytest.raises(BundleError, match=f"the bundle has no {part}"):
        verify(copy)


def test_a_command_needs_words_and_files(copy: Path) -> None:
    rewrite(copy, lambda raw: raw.update(scorer={"kind": "command", "command": []}))
    with pytest.raises(BundleError, match=r"no files in model/(.|\n)*names no scoring command"):
        verify(copy)


def test_a_giant_manifest_is_not_read(copy: Path) -> None:
    (copy / "manifest.json").write_bytes(b" " * (9 * 2**20))
    with pytest.raises(BundleError, match="too long"):
        read_manifest(copy)


def test_no_bundle_at_all(tmp_path: Path) -> None:
    for use in (read_manifest, verify, size):
        with pytest.raises(BundleError, match="no such bundle directory"):
            use(tmp_path / "nowhere")


def test_parts_are_bounded(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundling, "MAX_PART_BYTES", 10)
    with pytest.raises(BundleError, match="too long"):
        read_part(copy, "golden.json")
    with pytest.raises(BundleError, match="cannot be read: No such file"):
        read_part(copy, "nothing.json")


def test_predictions_that_do_not_fit(copy: Path) -> None:
    np.savez(copy / "predictions.npz", key=np.arange(3, dtype=np.uint64), label=np.arange(2))
    with pytest.raises(BundleError, match="do not fit each other"):
        predictions_of(copy)
    np.savez(copy / "predictions.npz", label=np.arange(2))
    with pytest.raises(BundleError, match="cannot be read"):
        predictions_of(copy)
    np.savez(copy / "predictions.npz", key=np.array(["x", None], dtype=object))
    with pytest.raises(BundleError, match="cannot be read: Object arrays"):
        predictions_of(copy)
    (copy / "predictions.npz").write_bytes(b"")
    with pytest.raises(BundleError, match="cannot be read"):
        predictions_of(copy)


HUGE = b"\x93NUMPY\x01\x00v\x00" + (
    b"{'descr': '<u8', 'fortran_order': False, 'shape': (99999999999999,), }".ljust(117) + b"\n"
)


@pytest.mark.parametrize(
    ("member", "message"),
    [("key.npy", "allocate"), ("key", "do not fit"), ("key.npz", "not a file in the archive")],
    ids=["terabytes", "no array", "another name"],
)
def test_predictions_that_somebody_forged(copy: Path, member: str, message: str) -> None:
    with zipfile.ZipFile(copy / "predictions.npz", "w") as archive:
        archive.writestr(member, HUGE if member == "key.npy" else b"text")
    with pytest.raises(BundleError, match=message):
        predictions_of(copy)


def test_predictions_in_a_broken_zip(copy: Path) -> None:
    np.savez_compressed(copy / "predictions.npz", key=np.arange(1000, dtype=np.uint64))
    whole = (copy / "predictions.npz").read_bytes()
    for broken in (whole[:100], whole[:60] + b"\xff" * 40 + whole[100:], b"PK\x03\x04"):
        (copy / "predictions.npz").write_bytes(broken)
        with pytest.raises(BundleError, match="cannot be read"):
            predictions_of(copy)


def model_with(tmp_path: Path, name: str) -> Path:
    files = tmp_path / "files"
    (files / "model").mkdir(parents=True)
    (files / "model" / "good").write_text("x")
    (files / "model" / name).write_text("x")
    return files


COMMAND = Scorer(kind="command", command=("x",))


@pytest.mark.parametrize("name", ["a\nb", "a\\b", "a:b", "a*", " a", "a ", "a.", "x" * 201, "\x1b[2J", "a\u202eb"])
def test_odd_names_are_refused(sealed: Any, tmp_path: Path, name: str) -> None:
    with pytest.raises(BundleError, match="has a name that not every system takes") as caught:
        again(sealed, tmp_path / "bundle", files=model_with(tmp_path, name), scorer=COMMAND)
    assert caught.value.problems[0].found.isprintable()
    assert not (tmp_path / "bundle").exists()


def test_links_and_pipes_are_refused(sealed: Any, tmp_path: Path) -> None:
    files = model_with(tmp_path, "b")
    (files / "model" / "link").symlink_to("/etc/passwd")
    with pytest.raises(BundleError, match="'model/link' is a link"):
        again(sealed, tmp_path / "bundle", files=files, scorer=COMMAND)
    (files / "model" / "link").unlink()
    os.mkfifo(files / "model" / "pipe")
    with pytest.raises(BundleError, match="'model/pipe' is not a regular file"):
        again(sealed, tmp_path / "bundle", files=files, scorer=COMMAND)


def test_a_linked_model_directory_is_refused(sealed: Any, tmp_path: Path) -> None:
    files = model_with(tmp_path, "b")
    (files / "model").rename(tmp_path / "elsewhere")
    (files / "model").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    with pytest.raises(BundleError, match="'model' is a link"):
        again(sealed, tmp_path / "bundle", files=files, scorer=COMMAND)


def test_no_model_or_far_too_many_files(sealed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BundleError, match="training left no model"):
        again(sealed, tmp_path / "bundle", files=tmp_path)
    monkeypatch.setattr(bundling, "MAX_FILES", 1)
    with pytest.raises(BundleError, match="the model has 2 files"):
        again(sealed, tmp_path / "bundle", files=model_with(tmp_path, "b"), scorer=COMMAND)


@pytest.mark.parametrize("broken", ["_copy_model", "_digests", "_swap"])
def test_a_full_disk_leaves_the_old_bundle_and_nothing_else(
    sealed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    digest = again(sealed, tmp_path / "bundle")

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bundling, broken, full)
    with pytest.raises(TrainingError, match="No space left on device"):
        again(sealed, tmp_path / "bundle")
    verify(tmp_path / "bundle", digest=digest)
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]
