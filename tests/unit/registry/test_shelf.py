from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.errors import BundleError
from modelbout.registry.disk import LocalDisk
from modelbout.registry.shelf import Shelf, copy_bundle
from modelbout.seal import bundle_digest, sums, verify_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.registry.conftest import MakeBundle


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    (tmp_path / "bundles").mkdir()
    return Shelf(tmp_path / "bundles", LocalDisk())


def test_checksums_are_copied_too(tmp_path: Path, make_bundle: MakeBundle) -> None:
    bundle = make_bundle("a")
    digest = bundle_digest(bundle)
    (bundle / "SHA256SUMS").write_bytes(sums(verify_files(bundle), digest=digest))
    (bundle / "empty").mkdir()
    copy_bundle(bundle, tmp_path / "copy", digest=digest, disk=LocalDisk())
    names = sorted(path.relative_to(tmp_path / "copy").as_posix() for path in (tmp_path / "copy").rglob("*"))
    assert names == ["SHA256SUMS", "manifest.json", "metrics.json", "model", "model.skops", "model/run.sh"]


def test_what_stands_on_the_shelf(shelf: Shelf) -> None:
    for name in ("churn@v1.0.0", "churn@v1.1.0", "bikes@v1.0.0", ".churn@v1.2.0.part", "Churn@v1.0.0", "churn@1", ".x"):
        (shelf.root / name).mkdir()
    assert shelf.models() == {"churn", "bikes"}
    assert [path.name for path in shelf.orphans("churn", {"v1.0.0"})] == ["churn@v1.1.0"]
    assert [path.name for path in shelf.leftovers()] == [".churn@v1.2.0.part"]
    assert [path.name for path in shelf.strangers()] == ["Churn@v1.0.0", "churn@1"]


def test_a_link_in_a_versions_place_goes(shelf: Shelf, make_bundle: MakeBundle, tmp_path: Path) -> None:
    bundle = make_bundle("a")
    (shelf.root / "churn@v1.0.0").symlink_to(tmp_path / "nowhere")
    shelf.put(bundle, model="churn", version="v1.0.0", digest=bundle_digest(bundle))
    assert not (shelf.root / "churn@v1.0.0").is_symlink()
    assert shelf.verify("churn", "v1.0.0", bundle_digest(bundle)).name == "churn"


def test_another_manifest_is_not_read(shelf: Shelf, make_bundle: MakeBundle) -> None:
    bundle = make_bundle("a")
    digest = bundle_digest(bundle)
    shelf.put(bundle, model="churn", version="v1.0.0", digest=digest)
    assert shelf.manifest("churn", "v1.0.0", digest).name == "churn"
    with pytest.raises(BundleError, match=digest):
        shelf.manifest("churn", "v1.0.0", "0" * 64)
