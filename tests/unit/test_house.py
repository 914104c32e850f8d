"""The rules of the house: how large a module may be, what it may be called, and who may know whom."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
HOUSE = SOURCE / "modelbout"
MODULES = sorted(HOUSE.rglob("*.py"))
LINES = 400
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
HEAVY = {"matplotlib", "narwhals", "numpy", "pandas", "polars", "scipy", "sklearn", "skops"}
# What `--help`, `report`, `promote`, `rollback` and `registry` need; only drawing may load matplotlib.
LIGHT_ROOMS = ("cli", "config", "github", "registry", "report")
LIGHT_MODULES = (
    *(
        "errors",
        "results",
        "contract_diff",
        "drift_result",
        "profile",
        "record",
        "manifest",
        "seal",
        "catalogue",
        "progress",
    ),
    *("__init__", "__main__"),
)
DRAWING = (HOUSE / "report" / "plots.py", HOUSE / "report" / "datasheet_plots.py")
# Room by room, the rooms that it must not know: data flows config, data and contract, training, bout, report.
STRANGERS = {
    # config/schema.py publishes the schemas of all documents, also of the contract and of the ledger's events.
    "config": ("data", "training", "bout", "report", "stages", "github", "cli", "init"),
    "data": ("contract", "training", "bout", "registry", "report", "stages", "github", "cli", "init"),
    "drift": ("contract", "training", "bout", "registry", "report", "stages", "github", "cli", "init"),
    "contract": ("training", "bout", "registry", "report", "stages", "github", "cli", "init"),
    # training/card.py escapes names for Markdown as the report does.
    "training": ("contract", "bout", "registry", "stages", "github", "cli", "init"),
    "bout": ("data", "contract", "training", "registry", "report", "stages", "github", "cli", "init"),
    # registry stands on github/api, the platform; of the rest of github it knows nothing (SPARED).
    "registry": ("config", "data", "contract", "training", "bout", "report", "stages", "github", "cli", "init"),
    "github": ("cli", "init"),
    "github/api": ("config", "data", "contract", "training", "bout", "registry", "report", "stages", "cli", "init"),
    "report": ("config", "data", "contract", "training", "bout", "registry", "stages", "github", "cli", "init"),
    "stages": ("github", "cli", "init"),
    "init": ("bout", "registry", "report", "stages", "github", "cli"),
}
# What a room may know of a stranger.
SPARED = {"registry": ("modelbout.github.api",)}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def imported(statements: list[ast.stmt]) -> set[str]:
    """Return the dotted names that are imported when these statements are run, not those inside of functions."""
    found: set[str] = set()
    for statement in statements:
        match statement:
            case ast.Import(names=names):
                found |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(module), names=names):
                found |= {module} | {f"{module}.{alias.name}" for alias in names}
            case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=orelse):
                found |= imported(orelse)
            case ast.If(body=body, orelse=orelse):
                found |= imported(body) | imported(orelse)
            case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=last):
                found |= imported([*body, *orelse, *last])
                found |= {one for handler in handlers for one in imported(handler.body)}
            case ast.ClassDef(body=body) | ast.With(body=body):
                found |= imported(body)
            case _:
                pass
    return found


def everything_named(path: Path) -> set[str]:
    """Return the dotted names of all imports of a module, also those in functions and those for types alone."""
    return imported([node for node in ast.walk(tree(path)) if isinstance(node, ast.Import | ast.ImportFrom)])


def file_of(dotted: str) -> Path | None:
    plain = SOURCE.joinpath(*dotted.split("."))
    return next((path for path in (plain.with_suffix(".py"), plain / "__init__.py") if path.is_file()), None)


def loaded_with(path: Path) -> dict[Path, set[str]]:
    """Return the module and all modules of ours that are loaded with it, each with the names that it imports."""
    found: dict[Path, set[str]] = {}
    waiting = [path]
    while waiting:
        module = waiting.pop()
        if module in found:
            continue
        found[module] = imported(tree(module).body)
        for dotted in found[module]:
            own = file_of(dotted) if dotted.split(".")[0] == "modelbout" else None
            if own is not None:
                waiting.append(own)
    return found


def light() -> list[Path]:
    rooms = [path for room in LIGHT_ROOMS for path in (HOUSE / room).rglob("*.py") if path not in DRAWING]
    return sorted([*rooms, *(HOUSE / f"{module}.py" for module in LIGHT_MODULES)])


def test_every_import_is_seen_that_runs_with_the_module() -> None:
    text = (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import polars\nelse:\n    import pandas\n"
        "try:\n    import numpy\nexcept ImportError:\n    from scipy import stats\n"
        "class Room:\n    import skops.io\n"
        "def late():\n    import sklearn\n"
    )
    found = imported(ast.parse(text).body)
    assert found == {"typing", "typing.TYPE_CHECKING", "pandas", "numpy", "scipy", "scipy.stats", "skops.io"}


def test_no_module_is_long() -> None:
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert len(lengths) > 100
    assert {path: count for path, count in lengths.items() if count > LINES} == {}


def test_every_module_is_named_after_a_thing() -> None:
    assert [name(path) for path in MODULES if VAGUE & {*path.relative_to(HOUSE).with_suffix("").parts}] == []


@pytest.mark.parametrize("path", light(), ids=name)
def test_light_rooms_load_nothing_heavy(path: Path) -> None:
    heavy = {
        name(module): sorted(used)
        for module, names in loaded_with(path).items()
        if (used := {dotted.split(".")[0] for dotted in names} & HEAVY)
    }
    assert heavy == {}


@pytest.mark.parametrize("room", sorted(STRANGERS))
def test_a_room_knows_only_what_comes_before_it(room: str) -> None:
    paths = sorted((HOUSE / room).rglob("*.py"))
    assert paths
    strangers = {f"modelbout.{stranger}" for stranger in STRANGERS[room]}
    known = {
        name(path): met
        for path in paths
        if (
            met := sorted(
                dotted
                for dotted in everything_named(path)
                if ".".join(dotted.split(".")[:2]) in strangers and not dotted.startswith(SPARED.get(room, ()))
            )
        )
    }
    assert known == {}


def test_only_the_command_line_prints() -> None:
    printing = {
        name(path)
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert {path for path in printing if not path.startswith("cli/")} == set()
