from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.bout.defaults import primary
from modelbout.bout.roster import names_for
from modelbout.config.compare import Compare, Primary

if TYPE_CHECKING:
    from modelbout.manifest import Task


@pytest.mark.parametrize(("task", "name"), [("binary", "roc_auc"), ("multiclass", "log_loss"), ("regression", "rmse")])
def test_default_by_task(task: Task, name: str) -> None:
    found = primary(Compare(), task)
    assert found == Primary(metric=name, rule="superior", margin=0.0)
    assert found.metric in names_for(task)


def test_what_is_configured_stays() -> None:
    own = Primary(metric="mcc", rule="non_inferior", margin=0.1)
    assert primary(Compare(primary=own), "binary") is own
