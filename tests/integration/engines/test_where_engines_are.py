"""Where an engine is, or is not: a cluster's processes, a machine without Java, a scheduler that does not answer."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import polars as pl
import pytest

from modelbout.contract.check import check
from modelbout.data.engines import dask, spark
from modelbout.data.engines.choice import on_engine
from modelbout.data.reading import Reading
from modelbout.data.sources import scan
from modelbout.errors import ConfigError
from tests.integration.engines.cases import NUMBERS
from tests.integration.engines.test_same_findings import opened
from tests.tools import need_engine

if TYPE_CHECKING:
    from pathlib import Path


def test_a_cluster_of_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need_engine("dask")
    distributed, config = import_module("distributed"), import_module("dask.config")
    monkeypatch.setattr(dask, "PART_ROWS", 3)
    with (
        distributed.LocalCluster(
            n_workers=2, processes=True, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as cluster,
        config.set({"scheduler-address": cluster.scheduler_address}),
    ):
        dask._client.cache_clear()
        table, contract, setting = opened(NUMBERS, tmp_path), NUMBERS.contract(), NUMBERS.setting(tmp_path)
        held = on_engine(table, "dask")
        assert len(held.lazy) == 4
        found = check(held, contract, role="source", setting=setting)
        assert found == check(table, contract, role="source", setting=setting)
        dask._client().close()
    dask._client.cache_clear()


def test_a_scheduler_that_does_not_answer(tmp_path: Path) -> None:
    need_engine("dask")
    config = import_module("dask.config")
    pl.DataFrame({"i": [1]}).write_parquet(tmp_path / "a.parquet")
    table = scan("a.parquet", root=tmp_path, reading=Reading())
    with config.set({"scheduler-address": "tcp://127.0.0.1:1", "distributed.comm.timeouts.connect": "100ms"}):
        dask._client.cache_clear()
        with pytest.raises(ConfigError) as caught:
            on_engine(table, "dask")
    assert "Dask's scheduler does not answer" in caught.value.problems[0].found
    assert "DASK_SCHEDULER_ADDRESS" in caught.value.problems[0].fix


@pytest.mark.parametrize(("home", "found"), [(None, "there is no Java here"), ("/nowhere", "JAVA_HOME holds no Java")])
def test_a_machine_without_java(home: str | None, found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    if home is not None:
        monkeypatch.setenv("JAVA_HOME", home)
    with pytest.raises(ConfigError) as caught:
        spark._need_java()
    assert found in caught.value.problems[0].found
    assert "SPARK_REMOTE" in caught.value.problems[0].allowed


SPEAK = """
import sys
from pathlib import Path
from modelbout.contract.check import check
from modelbout.contract.load import parse_contract
from modelbout.data.engines.choice import on_engine
from modelbout.data.reading import Reading
from modelbout.data.sources import scan
contract = parse_contract("version: 1\\ncolumns:\\n  i: {type: integer, max: 1}\\n", shown="contract.yaml")
table = on_engine(scan("a.parquet", root=Path(sys.argv[1]), reading=Reading()), sys.argv[2])
print([finding.rows for finding in check(table, contract, role="source").findings])
"""


@pytest.mark.parametrize("name", ["pyspark", "dask"])
def test_an_engine_is_silent(name: str, tmp_path: Path) -> None:
    need_engine(name)
    pl.DataFrame({"i": [1, 2, 3]}).write_parquet(tmp_path / "a.parquet")
    command = [sys.executable, "-c", SPEAK, str(tmp_path), name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True, env=dict(os.environ))
    assert done.stdout == "[(2, 3)]\n"
    assert done.stderr == ""
