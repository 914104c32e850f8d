from __future__ import annotations

import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from modelbout.progress import Quiet
from modelbout.training import own_environment
from modelbout.training.own_environment import (
    NoOwnEnvironmentError,
    cache_directory,
    needed_of,
    own_interpreter,
    pinned,
    python_minor,
)
from tests.unit.training.conftest import lineage
from tests.unit.training.shop import INTERPRETER, Shop, open_shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.manifest import Lineage

LOCK = "acme-secrets==9\nnumpy==2.0.2\npandas==2.2.3\nscikit-learn==1.5.2\nskops==0.16.0\nthreadpoolctl==3.8.0\n"
NEEDED = ["numpy==2.0.2", "pandas==2.2.3", "scikit-learn==1.5.2", "skops==0.16.0"]


@dataclass
class Watcher(Quiet):
    steps: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, label: str) -> Iterator[None]:
        self.steps.append(label)
        yield


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    return open_shop(tmp_path / "shop", monkeypatch)


def day(python: str = "3.12.4") -> Lineage:
    return msgspec.structs.replace(lineage(10), python=python)


def make(tmp_path: Path, *, lock: str = LOCK, python: str = "3.12.4", watcher: Watcher | None = None) -> str:
    return own_interpreter(lock, day(python), "skops", work=tmp_path / "work", progress=watcher or Watcher())


def test_only_what_scores_the_model_is_installed_at_the_versions_of_the_lock(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_INDEX_ACME_PASSWORD", "hush")
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "automatic")
    monkeypatch.setenv("PYTHONPATH", "/user/modules")
    watcher = Watcher()
    program = Path(make(tmp_path, watcher=watcher))
    assert program.is_file()
    assert program.parents[2] == shop.place / "cache" / "environments"
    assert shop.environments == [program.parents[1].name]
    venv, install = shop.calls
    assert venv["words"][:2] == ["venv", "--no-project"]
    assert venv["words"][-3:-1] == ["--python", "3.12"]
    words = install["words"]
    assert words[:2] == ["pip", "install"]
    assert words[words.index("--only-binary") + 1] == ":all:"
    assert [word for word in words if "==" in word] == NEEDED
    for call in shop.calls:
        assert call["environment"]["UV_PYTHON_DOWNLOADS"] == "never"
        assert call["environment"]["PYTHONPATH"] == ""
        assert "UV_INDEX_ACME_PASSWORD" not in call["environment"]
        assert call["cwd"] == str(shop.place / "cache" / "environments")
    (step,) = watcher.steps
    assert "Python 3.12, numpy 2.0.2, pandas 2.2.3, scikit-learn 1.5.2, skops 0.16.0" in step


def test_it_is_made_once(shop: Shop, tmp_path: Path) -> None:
    first = make(tmp_path)
    watcher = Watcher()
    assert make(tmp_path, watcher=watcher) == first
    assert len(shop.calls) == 2
    assert watcher.steps == []
    # A cache that came from elsewhere needs no uv.
    (shop.place / "bin" / "uv").unlink()
    assert make(tmp_path) == first


def test_other_versions_and_other_pythons_have_one_of_their_own(shop: Shop, tmp_path: Path) -> None:
    make(tmp_path)
    make(tmp_path, lock=LOCK.replace("3.8.0", "3.7.0"))
    assert len(shop.environments) == 2


@pytest.mark.parametrize("damage", ["interpreter", "version", "empty"])
def test_a_damaged_one_is_made_again(shop: Shop, tmp_path: Path, damage: str) -> None:
    place = Path(make(tmp_path)).parents[1]
    if damage == "interpreter":
        (place / "bin" / "python").unlink()
    elif damage == "version":
        (place / "installed.txt").write_text((place / "installed.txt").read_text().replace("1.5.2", "1.9.1"))
    else:
        shutil.rmtree(place)
        place.mkdir()
    program = make(tmp_path)
    assert Path(program).is_file()
    assert "1.5.2" in (place / "installed.txt").read_text()
    assert len(shop.calls) == 4


def test_runs_that_make_it_at_once_do_not_meet(shop: Shop, tmp_path: Path) -> None:
    shop.rule(seconds=0.3)
    with ThreadPoolExecutor(3) as pool:
        programs = list(pool.map(lambda number: make(tmp_path / str(number)), range(3)))
    assert len(set(programs)) == 1
    assert shop.environments == [Path(programs[0]).parents[1].name]


def test_packages_that_are_not_in_the_lock_do_no_harm_and_other_versions_do(shop: Shop, tmp_path: Path) -> None:
    shop.rule(**{"with": ["threadpoolctl"], "other": {"typing-extensions": "4.12"}})
    make(tmp_path)
    shop.rule(other={"threadpoolctl": "1.0"})
    with pytest.raises(NoOwnEnvironmentError, match="uv made one with other versions"):
        make(tmp_path, lock=LOCK + "joblib==1.4\n")
    assert len(shop.environments) == 1


def test_an_interpreter_that_uv_would_not_find(shop: Shop, tmp_path: Path) -> None:
    near = tmp_path / "conda" / "bin" / "python"
    near.parent.mkdir(parents=True)
    near.write_text(INTERPRETER)
    near.chmod(0o755)
    (tmp_path / "conda" / "installed.txt").write_text("numpy==2.4.6")

    def start(python: str, given: str) -> str:
        own_interpreter(LOCK, day(python), "skops", near=given, work=tmp_path / "work", progress=Quiet())
        return str(shop.calls[-2]["words"][-2])

    shop.rule(known=str(near))
    assert start("3.12.4", str(near)) == str(near)
    shutil.rmtree(shop.place / "cache")
    # Another minor version, or none, is no help.
    assert start("3.12.4", str(tmp_path / "nobody")) == "3.12"
    with pytest.raises(NoOwnEnvironmentError, match=r"uv found no Python 3\.11"):
        start("3.11.4", str(near))


def test_no_such_python(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(NoOwnEnvironmentError) as caught:
        make(tmp_path, python="3.10.1")
    assert caught.value.reason == "uv found no Python 3.10 on this machine, and none is downloaded"
    # What uv said is for the one who runs it; the reason goes into results.
    assert "packages.example.com" in caught.value.problems[0].found
    assert caught.value.problems[0].place.key == "compare.champion_environment"
    assert shop.environments == []


def test_versions_that_cannot_be_installed(shop: Shop, tmp_path: Path) -> None:
    shop.rule(fails=True)
    with pytest.raises(NoOwnEnvironmentError) as caught:
        make(tmp_path)
    assert caught.value.reason == "uv could not install the versions for Python 3.12"
    assert shop.environments == []


def test_a_uv_that_takes_too_long(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_environment, "BUILD_SECONDS", 0.0)
    shop.rule(seconds=60)
    with pytest.raises(NoOwnEnvironmentError) as caught:
        make(tmp_path)
    assert caught.value.reason == "uv was not done after 0 minutes"


def test_a_uv_that_is_no_program(shop: Shop, tmp_path: Path) -> None:
    (shop.place / "bin" / "uv").write_bytes(b"\0")
    with pytest.raises(NoOwnEnvironmentError) as caught:
        make(tmp_path)
    assert caught.value.reason == "uv cannot be run"


def test_no_uv_on_the_path_and_the_one_beside_us(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = tmp_path / "ours" / "bin"
    beside.mkdir(parents=True)
    monkeypatch.setattr(sys, "executable", str(beside / "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(NoOwnEnvironmentError) as caught:
        make(tmp_path)
    assert caught.value.reason == "there is no uv on the PATH"
    assert "docs.astral.sh" in caught.value.problems[0].fix
    (beside / "uv").symlink_to(shop.place / "bin" / "uv")
    with pytest.raises(NoOwnEnvironmentError) as caught:
        make(tmp_path)
    # It was found: this stub looks for its shop beside itself.
    assert caught.value.reason.startswith("uv found no Python")


def test_the_uv_that_our_actions_bring(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "temp" / "modelbout"
    bring = home / "uv-0123" / "bin"
    bring.mkdir(parents=True)
    (shop.place / "bin").rename(bring / "real")
    (bring / "uv").write_text(f'#!/bin/sh\nexec "{bring}/real/uv" "$@"\n')
    (bring / "uv").chmod(0o755)
    for name in ("rules.json", "interpreter", "python"):
        shutil.copy(shop.place / name, bring / name)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr(sys, "executable", str(home / "full-0123" / "bin" / "python"))
    monkeypatch.setattr(sys, "prefix", str(home / "full-0123"))
    # Beside an environment in a checkout lies what others wrote.
    monkeypatch.delenv("RUNNER_TEMP", raising=False)
    with pytest.raises(NoOwnEnvironmentError, match="there is no uv on the PATH"):
        make(tmp_path)
    monkeypatch.setenv("RUNNER_TEMP", str(tmp_path / "temp"))
    assert Path(make(tmp_path)).is_file()


def test_the_index_of_our_actions_where_uv_has_none(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MODELBOUT_INDEX_URL", "https://index.example.com/simple")
    make(tmp_path)
    monkeypatch.setenv("UV_INDEX_URL", "https://own.example.com/simple")
    make(tmp_path, lock=LOCK + "joblib==1.4\n")
    ours, theirs = shop.calls[1]["environment"], shop.calls[3]["environment"]
    assert ours["UV_DEFAULT_INDEX"] == "https://index.example.com/simple"
    assert "UV_DEFAULT_INDEX" not in theirs
    assert theirs["UV_INDEX_URL"] == "https://own.example.com/simple"


def test_a_cache_that_cannot_be_written_to(shop: Shop, tmp_path: Path) -> None:
    (shop.place / "cache").write_text("a file")
    with pytest.raises(NoOwnEnvironmentError, match="the cache directory cannot be written to") as caught:
        make(tmp_path)
    assert "MODELBOUT_CACHE" in caught.value.problems[0].fix


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://evil.example.com",
        "numpy @ https://evil.example.com/numpy.whl",
        "-r /etc/passwd",
        "numpy>=2",
        "numpy==2.0 --hash=sha256:0",
        "numpy==",
        "==2.0",
        "../evil==1",
    ],
)
def test_a_line_that_is_no_pin_is_not_followed(shop: Shop, tmp_path: Path, line: str) -> None:
    with pytest.raises(NoOwnEnvironmentError, match="1 lines of its lock are no `name==version`"):
        make(tmp_path, lock=LOCK + line + "\n")
    assert shop.calls == []


def test_what_a_lock_says() -> None:
    assert pinned("numpy==2.0\n\n  torch==2.3.0+cpu\nodd==1!2.0.post1\n") == {
        "numpy": "2.0",
        "torch": "2.3.0+cpu",
        "odd": "1!2.0.post1",
    }


@pytest.mark.parametrize("python", ["", "2.7.18", "3", "/usr/bin/python3.12", "--help", "3.x", "3.1234"])
def test_no_version_of_python_3(python: str) -> None:
    with pytest.raises(NoOwnEnvironmentError, match="names no version of Python 3"):
        python_minor(python)


def test_a_version_of_python_3() -> None:
    assert python_minor("3.9") == "3.9"
    assert python_minor("3.13.0rc1") == "3.13"


def test_what_no_environment_is_made_for() -> None:
    with pytest.raises(NoOwnEnvironmentError, match="none is made for models of the kind command"):
        needed_of("command", {})
    with pytest.raises(NoOwnEnvironmentError, match="none is made for models of the kind pickle"):
        needed_of("pickle", pinned(LOCK))
    with pytest.raises(NoOwnEnvironmentError, match="its lock has no pandas, skops"):
        needed_of("skops", {"numpy": "2", "scikit-learn": "1.5"})
    with pytest.raises(NoOwnEnvironmentError, match="its lock has no onnxruntime"):
        needed_of("onnx", pinned(LOCK))


def test_a_library_may_stand_in_the_lock_under_another_name() -> None:
    rest = pinned(LOCK)
    names = needed_of("skops", rest)
    assert needed_of("xgboost", {**rest, "xgboost-cpu": "3"}) == (*names, "xgboost-cpu")
    assert needed_of("xgboost", {**rest, "xgboost-cpu": "3", "xgboost": "3"}) == (*names, "xgboost")
    assert needed_of("onnx", {**rest, "onnxruntime-gpu": "1"}) == (*names, "onnxruntime-gpu")


def test_where_they_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_directory({"MODELBOUT_CACHE": str(tmp_path)}) == tmp_path
    assert cache_directory({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "modelbout"
    assert cache_directory({"XDG_CACHE_HOME": "relative"}) == Path.home() / ".cache" / "modelbout"
    assert cache_directory({"MODELBOUT_CACHE": ""}) == Path.home() / ".cache" / "modelbout"

    def nobody() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", nobody)
    with pytest.raises(NoOwnEnvironmentError, match="no home directory"):
        cache_directory({})
