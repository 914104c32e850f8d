from __future__ import annotations

import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from modelbout.data.opening import open_source
from modelbout.data.reading import Reading
from modelbout.data.table import load
from modelbout.errors import ConfigError, DataError
from tests.tools import need_engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def packages() -> None:
    need_engine("remote")


@pytest.fixture
def memory(packages: None) -> Iterator[None]:  # noqa: ARG001 -- before all else
    system = import_module("fsspec").filesystem("memory")
    for name, text in (("b.csv", "a,b\n3,z\n"), ("a.csv", "a,b\n1,x\n2,007\n"), ("c.txt", "none")):
        with system.open(f"/data/{name}", "wb") as stream:
            stream.write(text.encode())
    yield
    system.rm("/data", recursive=True)


@pytest.mark.usefixtures("memory")
def test_files_at_an_address_are_read_in_sorted_order(tmp_path: Path) -> None:
    table = open_source("memory://data/*.csv", root=tmp_path, reading=Reading())
    assert load(table).rows() == [(1, "x"), (2, "007"), (3, "z")]
    assert [file.path for file in table.files] == ["memory:///data/a.csv", "memory:///data/b.csv"]
    assert all(file.bytes for file in table.files)


@pytest.mark.usefixtures("memory")
def test_one_file_and_a_local_one_make_a_table(tmp_path: Path) -> None:
    (tmp_path / "here.csv").write_text("a,b\n9,q\n", encoding="utf-8")
    table = open_source(("memory://data/b.csv", "here.csv"), root=tmp_path, reading=Reading())
    assert load(table).rows() == [(3, "z"), (9, "q")]


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("memory://data/none.csv", "`memory://data/none.csv` cannot be read (FileNotFoundError)"),
        ("memory://data/*.parquet", "no file matches `memory://data/*.parquet`"),
        ("memory://data/c.txt", "has an ending that says no known format"),
    ],
)
def test_a_file_that_is_not_there(tmp_path: Path, source: str, said: str) -> None:
    with pytest.raises(DataError) as caught:
        open_source(source, root=tmp_path, reading=Reading())
    assert said in caught.value.problems[0].found


def test_an_unknown_kind_of_address(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        open_source("gopher://host/a.csv", root=tmp_path, reading=Reading())
    assert caught.value.problems[0].found == "nothing here reads gopher://"


def test_a_package_of_a_cloud_that_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(ConfigError) as caught:
        open_source("s3://bucket/a.csv", root=tmp_path, reading=Reading())
    (problem,) = caught.value.problems
    assert problem.found == "s3:// needs the package `s3fs`"
    assert "pip install s3fs" in problem.fix


def test_fsspec_itself_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(ConfigError) as caught:
        open_source("s3://bucket/a.csv", root=tmp_path, reading=Reading())
    assert "pip install 'modelbout[remote]'" in caught.value.problems[0].fix


@pytest.mark.parametrize("source", ["s3://key:secret@bucket/a.csv", "https://host/a.csv?X-Signature=secret"])
def test_a_secret_in_an_address_is_refused_and_not_repeated(tmp_path: Path, source: str) -> None:
    with pytest.raises(ConfigError) as caught:
        open_source(source, root=tmp_path, reading=Reading())
    assert "secret" not in str(caught.value).replace("is a secret", "")


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "a.csv").write_text("a\n1\n", encoding="utf-8")
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "served"))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_file_of_the_web(tmp_path: Path, web: str) -> None:
    assert load(open_source(f"{web}/a.csv", root=tmp_path, reading=Reading())).rows() == [(1,)]
