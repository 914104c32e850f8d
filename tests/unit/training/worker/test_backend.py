from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, Self

import joblib
import pytest

from modelbout.training.worker.backend import parallel
from modelbout.training.worker.findings import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager


def test_without_an_address_nothing_changes() -> None:
    before = joblib.parallel_config
    with parallel(""):
        assert joblib.Parallel()([]) == []
    assert joblib.parallel_config is before


class Client:
    """A Dask client that remembers what it was told."""

    seen: list[Any] = []  # noqa: RUF012 -- emptied by the fixture

    def __init__(self, address: str, *, set_as_default: bool, timeout: float) -> None:
        assert 0 < timeout < 30
        if "down" in address:
            raise OSError("nobody answers")
        self.seen.append((address, set_as_default))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.seen.append("closed")


class Config:
    """Stands for joblib.parallel_config."""

    def __init__(self, *, backend: str) -> None:
        Client.seen.append(backend)

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        Client.seen.append("as before")


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    Client.seen.clear()
    dask, ray, ray_joblib = ModuleType("distributed"), ModuleType("ray"), ModuleType("ray.util.joblib")
    dask.Client = Client  # type: ignore[attr-defined]
    ray.init = lambda *, address: Client.seen.append(address)  # type: ignore[attr-defined]
    ray.shutdown = lambda: Client.seen.append("shut down")  # type: ignore[attr-defined]
    ray_joblib.register_ray = lambda: Client.seen.append("registered")  # type: ignore[attr-defined]
    for name, module in (("distributed", dask), ("ray", ray), ("ray.util", ModuleType("ray.util"))):
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "ray.util.joblib", ray_joblib)
    monkeypatch.setattr(joblib, "parallel_config", Config)
    yield Client.seen
    Client.seen.clear()


def test_dask_is_connected_for_the_while(cluster: list[Any]) -> None:
    with parallel("dask://scheduler:8786"):
        assert cluster == [("tcp://scheduler:8786", True), "dask"]
    assert cluster[2:] == ["as before", "closed"]


def test_ray_is_connected_for_the_while_and_left_when_the_code_fails(cluster: list[Any]) -> None:
    def fail(context: AbstractContextManager[None]) -> None:
        with context:
            assert cluster == ["ray://head:10001", "registered", "ray"]
            raise ValueError("user code")

    with pytest.raises(ValueError, match="user code"):
        fail(parallel("ray://head:10001"))
    assert cluster[3:] == ["as before", "shut down"]


def test_a_scheduler_that_does_not_answer_is_a_finding(cluster: list[Any]) -> None:
    with pytest.raises(Stop) as caught, parallel("dask://down:1"):
        pass
    assert caught.value.answer["found"].startswith("train.backend: connecting to the Dask scheduler failed: OSError")
    assert cluster == []


@pytest.mark.parametrize(("kind", "module"), [("dask", "distributed"), ("ray", "ray")])
def test_a_missing_package_is_a_finding(kind: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(Stop) as caught, parallel(f"{kind}://head:1"):
        pass
    assert caught.value.answer["found"] == f"the backend {kind} is not installed here"
    assert "train.backend" in caught.value.answer["fix"]
