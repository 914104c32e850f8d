"""Our own self-test, as our own CI runs it: actions from the checkout by ``uses: ./...``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.shop import whole

if TYPE_CHECKING:
    from tests.e2e.world import World

pytestmark = pytest.mark.exhaustive


def test_what_must_pass_passes_and_what_must_fail_fails(world: World) -> None:
    suite = world.act.suite
    files = {
        path.relative_to(suite).as_posix(): path.read_bytes() for path in sorted(suite.rglob("*")) if path.is_file()
    }
    files |= {f"examples/churn/{name}": data for name, data in whole("churn").items()}
    run = world.pushed(world.push(files, "main"), workflow="self-test.yml")
    assert run.results == {"passes": "success", "refuses": "success"}, run.text
