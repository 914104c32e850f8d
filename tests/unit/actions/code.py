"""What the code of an action reads and sets: names of inputs and outputs, found in its syntax trees."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[3] / "src"
ACTIONS = SOURCE / "modelbout" / "github" / "actions"
READING = frozenset({"text", "flag", "lines", "number", "choice", "secret"})
SETTING = frozenset({"set"})


@dataclass(frozen=True)
class Said:
    """Names of inputs and outputs.

    Attributes:
        reads: inputs that the action's module or any module behind it reads.
        own: those that the action's module itself reads.
        sets: outputs that any of them sets.
    """

    reads: frozenset[str]
    own: frozenset[str]
    sets: frozenset[str]


def of_action(name: str) -> Said:
    """Return what an action's code says, through every module of the room `github` that it imports anywhere."""
    start = ACTIONS / f"{name}.py"
    found: set[Path] = set()
    waiting = [start, SOURCE / "modelbout" / "github" / "job.py"]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += [path for path in imports(module) if "github" in path.parts]
    return Said(
        reads=frozenset(name for module in found for name in named(module, "inputs", READING)),
        own=frozenset(named(start, "inputs", READING)),
        sets=frozenset(name for module in found for name in named(module, "outputs", SETTING)),
    )


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def imports(path: Path) -> frozenset[Path]:
    """Return the modules of ours that a module imports, also inside of functions."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    files = {SOURCE.joinpath(*dotted.split(".")).with_suffix(".py") for dotted in found}
    return frozenset(file for file in files if file.is_file())


@cache
def named(path: Path, owner: str, methods: frozenset[str]) -> frozenset[str]:
    """Return the first arguments of calls such as ``job.inputs.text("config")``; constants are looked up."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr=method), args=[first, *_]) if method in methods:
                if _last(value) == owner:
                    found |= _words(path, first)
            case _:
                pass
    return frozenset(found)


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _words(path: Path, node: ast.expr) -> set[str]:
    match node:
        case ast.Constant(value=str(word)):
            return {word}
        case ast.Name(id=name):
            return _constant(path, name)
        case _:
            return set()


def _constant(path: Path, name: str) -> set[str]:
    """Return the text of a constant at the top of a module, or of the module that it is imported from."""
    for node in tree(path).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=known)], value=ast.Constant(value=str(word))) if known == name:
                return {word}
            case ast.ImportFrom(module=str(module), names=names) if name in {alias.name for alias in names}:
                file = SOURCE.joinpath(*module.split(".")).with_suffix(".py")
                return _constant(file, name) if file.is_file() else set()
            case _:
                pass
    return set()
