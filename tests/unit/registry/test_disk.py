from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from modelbout.registry.disk import LocalDisk

if TYPE_CHECKING:
    from pathlib import Path


def test_making_and_removing_are_fine_with_what_is_there_already(tmp_path: Path) -> None:
    disk, deep = LocalDisk(), tmp_path / "a/b"
    for _ in range(2):
        disk.make_directory(deep)
    disk.write(deep / "file", b"one")
    disk.write(deep / "file", b"2")
    assert (deep / "file").read_bytes() == b"2"
    disk.sync(deep / "file")
    disk.sync(deep)
    disk.remove(deep / "file")
    for _ in range(2):
        disk.remove(tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_removing_a_link_leaves_what_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    LocalDisk().remove(tmp_path / "link")
    assert (tmp_path / "kept").is_dir()
    assert not (tmp_path / "link").is_symlink()


def test_a_rename_replaces_a_file(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "old").write_bytes(b"old")
    LocalDisk().rename(tmp_path / "new", tmp_path / "old")
    assert (tmp_path / "old").read_bytes() == b"new"


@pytest.mark.parametrize("mode", [0o700, 0o600])
def test_a_copy_of_a_program_is_a_program(tmp_path: Path, mode: int) -> None:
    (tmp_path / "source").write_bytes(b"x")
    (tmp_path / "source").chmod(mode)
    LocalDisk().copy(tmp_path / "source", tmp_path / "target")
    assert bool((tmp_path / "target").stat().st_mode & stat.S_IXUSR) == (mode == 0o700)


def test_syncing_what_is_not_there_fails(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        LocalDisk().sync(tmp_path / "nothing")
