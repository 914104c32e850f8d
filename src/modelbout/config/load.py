"""Read modelbout.yaml: the file becomes a frozen Config, or one error that tells everything wrong with it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from modelbout.config import rules
from modelbout.config.addresses import address_problem, is_address
from modelbout.config.compare import Compare
from modelbout.config.decode import decode, decode_what_fits
from modelbout.config.later import LATER
from modelbout.config.metric_rules import metric_problems
from modelbout.config.model import Config, Data, Drift, Policy, Promote
from modelbout.config.paths import check_path, repository
from modelbout.config.train import Train
from modelbout.config.train_rules import train_problems
from modelbout.config.yaml_tree import Node, read_yaml
from modelbout.errors import ConfigError, Place, Problem
from modelbout.manifest import Task
from modelbout.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SectionT = TypeVar("SectionT", bound=Record)


@dataclass(frozen=True)
class Loaded:
    """One model's configuration and where it stands.

    Attributes:
        config: what the file says.
        root: the directory of the file, absolute; every path in the file starts here.
        shown: the file's path as it stands in messages.
        places: where each key and each item of a list stands, by key path (``data.split.by``, ``data.exclude[0]``).
        repository: the directory that no path leaves: the git repository's, else ``root``.
    """

    config: Config
    root: Path
    shown: str
    places: Mapping[str, Place]
    repository: Path

    def place(self, key: str) -> Place:
        """Return where the key stands; for a key that is not written, where its nearest parent does."""
        return _place(key, self.places, self.shown)


def load_config(path: Path) -> Loaded:
    """Read one model's modelbout.yaml.

    Raises:
        ConfigError: the file cannot be read, or says something wrong: all problems at once, in the file's order.
    """
    shown = _shown(path)
    node = read_yaml(path, shown=shown)
    root = path.parent.resolve()
    top = repository(root)
    places = MappingProxyType(dict(_places(node)))
    problems: list[Problem] = []
    config = decode(node, Config, problems, later=LATER)
    problems += _contradictions(node, places, shown)
    problems += _path_problems(node, places, shown, root, top)
    if problems or config is None:
        raise ConfigError(*sorted(problems, key=lambda one: (one.place.line or 0, one.place.column or 0)))
    return Loaded(config, root, shown, places, top)


def _shown(path: Path) -> str:
    """Return the path from the current directory where it lies below it: what an annotation needs."""
    try:
        absolute = Path(os.path.normpath(path.absolute()))
        return absolute.relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return path.as_posix()


def _places(node: Node) -> Iterator[tuple[str, Place]]:
    for _, value, place in node.entries:
        yield place.key or "", place
        yield from _places(value)
    for item in node.items:
        yield item.place.key or "", item.place
        yield from _places(item)


def _place(key: str, places: Mapping[str, Place], shown: str) -> Place:
    parent = key
    while parent not in places:
        cut = max(parent.rfind("."), parent.rfind("["))
        if cut < 0:
            return Place(file=shown, line=1, column=1, key=key or None)
        parent = parent[:cut]
    place = places[parent]
    return Place(file=place.file, line=place.line, column=place.column, key=key)


def _contradictions(node: Node, places: Mapping[str, Place], shown: str) -> Iterator[Problem]:
    """Check the sections that can be read, also when others cannot: what is wrong is told at once."""

    def where(key: str) -> Place:
        return _place(key, places, shown)

    data, train = _section(node, "data", Data), _section(node, "train", Train)
    compare, promote = _section(node, "compare", Compare), _section(node, "promote", Promote)
    drift = _section(node, "drift", Drift)
    task_node = node.get("task")
    task: Task | None = decode(task_node, Task, []) if task_node is not None else None  # type: ignore[arg-type]
    if data is not None:
        yield from rules.data_problems(data, task, where)
    if train is not None:
        yield from train_problems(train, where)
    if compare is not None:
        yield from rules.compare_problems(compare, where)
        yield from metric_problems(compare, task, where)
    if compare is not None and data is not None:
        yield from rules.block_problems(compare.block, data, where)
    if drift is not None:
        yield from rules.drift_problems(drift, where)
    policy = _section(node, "policy", Policy)
    if policy is not None:
        yield from rules.policy_problems(policy, where)
    if promote is not None:
        yield from rules.promote_problems(promote, where)


def _section(node: Node, name: str, kind: type[SectionT]) -> SectionT | None:
    found = node.get(name)
    return decode_what_fits(found, kind, later=LATER) if found is not None else None


_PATHS = (("data", "source"), ("data", "train"), ("data", "holdout"), ("data", "contract"))
_PATTERNS = (("train", "code"),)


def _path_problems(node: Node, places: Mapping[str, Place], shown: str, root: Path, top: Path) -> Iterator[Problem]:
    # train.python is not here: the interpreter of a virtual environment is a link that leaves the repository.
    for section, key in (*_PATHS, *_PATTERNS):
        found = node.get(section)
        value = found.get(key) if found is not None else None
        if value is None:
            continue
        for one in value.items if value.kind == "sequence" else (value,):
            if one.kind == "scalar" and one.tag in ("str", "timestamp"):
                place = _place(one.place.key or "", places, shown)
                follow = (section, key) in _PATHS
                if section == "data" and key != "contract" and is_address(one.text):
                    problem = address_problem(one.text, place)
                else:
                    problem = check_path(one.text, root=root, top=top, place=place, follow=follow)
                if problem is not None:
                    yield problem
