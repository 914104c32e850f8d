from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from modelbout.data.engines.packages import EXTRAS, needed
from modelbout.errors import ConfigError

PROJECT = Path(__file__).parents[4] / "pyproject.toml"


def test_a_package_that_is_there() -> None:
    assert needed("polars").DataFrame


@pytest.mark.parametrize("package", [*sorted(EXTRAS), "pyspark.sql"])
def test_a_package_that_is_missing_says_how_to_get_it(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ConfigError) as caught:
        needed(package)
    (problem,) = caught.value.problems
    extra = EXTRAS[package.partition(".")[0]]
    assert problem.found == f"the package `{package.partition('.')[0]}` is not installed here"
    assert problem.fix.endswith(f"pip install 'modelbout[{extra}]'")


def test_every_extra_is_one_of_the_project() -> None:
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    assert set(EXTRAS.values()) == set(project["optional-dependencies"])
