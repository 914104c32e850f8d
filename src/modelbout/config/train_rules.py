"""What the types cannot say of the section `train`: which keys need, exclude or contradict each other."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from modelbout.config.rules import repeated
from modelbout.errors import Problem, cause

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.config.rules import Where
    from modelbout.config.train import Search, Train


def train_problems(train: Train, where: Where) -> Iterator[Problem]:
    """Yield what contradicts itself in ``train``."""
    ways = [train.estimator is not None, train.command is not None, bool(train.challengers)]
    if sum(ways) != 1:
        found = "several ways to train are there" if any(ways) else "no way to train is there"
        fix = (
            "Keep `estimator: module:function` for scikit-learn, `command:` for any program, or `challengers:` for"
            " several estimators."
        )
        yield Problem(found, "exactly one of `estimator`, `command` and `challengers`", fix, where("train"))
    if train.command is not None:
        yield from _command(train.command, where)
        yield from _for_estimators(train, where)
    if len(train.challengers) == 1:
        fix = "Write it as `estimator:`, or name another one."
        yield Problem("there is only one of several challengers", "at least two", fix, where("train.challengers"))
    yield from repeated([one.name for one in train.challengers], "train.challengers", where)
    for key, search in _searches(train):
        if search is not None and search.minutes >= train.timeout_minutes:
            fix = "Raise `train.timeout_minutes`: the last trial ends after the search's own minutes."
            found = f"the search may take {search.minutes:g} minutes, and its process {train.timeout_minutes:g}"
            yield Problem(found, "a search that ends before the time-out", fix, where(f"{key}.minutes"))
    yield from repeated(train.code, "train.code", where)


def _command(command: str, where: Where) -> Iterator[Problem]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        found = f"the command cannot be split into words: {cause(error)}"
        yield Problem(found, "", "Close every quote.", where("train.command"))
    else:
        if not words:
            yield Problem("the command is blank", "a program", "Name a program.", where("train.command"))


def _for_estimators(train: Train, where: Where) -> Iterator[Problem]:
    for key, there in (("search", train.search), ("backend", train.backend), ("parameters", train.parameters)):
        if there:
            fix = "Remove it: a program of your own takes its parameters, searches and spreads its work by itself."
            yield Problem(f"`{key}` is for an estimator, not for a command", "", fix, where(f"train.{key}"))


def _searches(train: Train) -> Iterator[tuple[str, Search | None]]:
    yield "train.search", train.search
    for index, one in enumerate(train.challengers):
        yield f"train.challengers[{index}].search", one.search
