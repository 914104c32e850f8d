from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from modelbout.data.opening import open_source
from modelbout.data.reading import Reading
from modelbout.data.sources import scan
from modelbout.data.table import load
from modelbout.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_path_is_read_as_ever(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n", encoding="utf-8")
    assert load(open_source("a.csv", root=tmp_path, reading=Reading())).rows() == [(1,)]


@pytest.mark.parametrize("source", ["s3://key:hunter2@bucket/a.csv", "postgresql://me:hunter2@host/db?table=t"])
def test_a_secret_is_refused_before_anything_is_opened(source: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        open_source(("a.csv", source), root=tmp_path, reading=Reading())
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "package", "extra"),
    [("s3://bucket/a.csv", "fsspec", "remote"), ("postgresql://me@host/db?table=t", "ibis", "postgres")],
)
def test_what_is_not_installed_says_how_to_get_it(
    source: str, package: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ConfigError) as caught:
        open_source(source, root=tmp_path, reading=Reading())
    assert caught.value.problems[0].fix.endswith(f"pip install 'modelbout[{extra}]'")


def test_a_secret_is_refused_by_whatever_opens_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        scan("s3://key:hunter2@bucket/a.csv", root=tmp_path, reading=Reading())
    assert "hunter2" not in str(caught.value)
