"""Draft the files of a repository's first bout from one table, and write them all or none."""

from __future__ import annotations

import glob
import os
import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from modelbout.config.model import CONFIG_FILE
from modelbout.config.paths import repository
from modelbout.config.wording import quoted
from modelbout.contract.infer import infer
from modelbout.contract.load import parse_contract
from modelbout.contract.model import CONTRACT_FILE
from modelbout.data.leakage.target import target_leaks
from modelbout.data.reading import Reading
from modelbout.data.sources import Scan, scan
from modelbout.data.table import engine_errors
from modelbout.errors import ConfigError, Place, Problem, cause
from modelbout.init.guess import Roles, positive, roles
from modelbout.init.look import look, moment, values
from modelbout.init.page import as_yaml, render

if TYPE_CHECKING:
    from collections.abc import Iterator

PIPELINE_FILE = "pipeline.py"
# Each template with the name of its file; a model in a directory of its own has its name in all of them.
WORKFLOWS = {
    "bout.yml": "bout{}.yml",
    "modelbout.yml": "modelbout{}.yml",
    "modelbout-forks.yml": "modelbout{}-forks.yml",
    "modelbout-promote.yml": "modelbout{}-promote.yml",
    "modelbout-rollback.yml": "modelbout{}-rollback.yml",
}
REQUIREMENTS_FILE = "requirements.txt"
REQUIREMENTS = "numpy pandas scikit-learn skops"  # what `estimator:` needs in the interpreter that trains
IGNORE_FILE = ".gitignore"
IGNORED = (".modelbout/", "__pycache__/")
HOLDOUT_SHARE = 0.2
# Ours: the leak check draws as many rows itself; a first look need not hold a huge table in memory.
LEAK_ROWS = 200_000
_MODEL = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\Z")


@dataclass(frozen=True)
class Draft:
    """One file to write.

    Attributes:
        path: relative to the directory of modelbout.yaml, with forward slashes.
        text: the whole file.
        extends: whether the text keeps all that the file on the disk says, and only adds to it.
    """

    path: str
    text: str
    extends: bool = False


def draft(table: Path, *, root: Path, model: str | None, target: str | None) -> tuple[Draft, ...]:
    """Draft modelbout.yaml, contract.yaml, pipeline.py, workflows and .gitignore from a look at one table.

    Args:
        table: a CSV or Parquet file inside the repository.
        root: the directory that modelbout.yaml will stand in.
        model: the model's name; None takes the directory's.
        target: the column to predict; None guesses it.

    Raises:
        ConfigError: the table lies outside the repository, the model's name is none, or the target is no column.
        DataError: the table cannot be read, or nothing can be predicted from it.
    """
    root = root.resolve()
    name = _model(model, root)
    source = _source(table, root)
    contract, opened = _contract(source, root)
    seen = look(opened, shown=source)
    guessed = roles(seen, target, shown=source)
    hit, hit_reason = positive(values(opened, guessed.target, most=2)) if guessed.task == "binary" else (None, "")
    guessed = _without_leaks(opened, guessed, None if hit is None else str(hit))
    facts = {
        "model": name,
        "source": glob.escape(source),
        "roles": guessed,
        "excluded": [pair for pair in guessed.excluded if pair[0] != guessed.id],
        "positive": hit,
        "positive_reason": hit_reason,
        "moment": moment(opened, guessed.split, HOLDOUT_SHARE) if guessed.timed else "",
        "estimator": f"HistGradientBoosting{'Regressor' if guessed.task == 'regression' else 'Classifier'}",
    }
    return (
        Draft(CONFIG_FILE, render("modelbout.yaml", facts)),
        Draft(CONTRACT_FILE, contract),
        Draft(PIPELINE_FILE, render("pipeline.py", facts)),
        *_workflows(root, name),
        _ignore(root),
    )


def write(drafts: tuple[Draft, ...], root: Path, force: bool) -> None:  # noqa: FBT001 -- the command's own flag
    """Write every draft, or none of them.

    A file that exists is never overwritten without ``force``; one that says the same already, or that the draft only
    extends, is no conflict.

    Raises:
        ConfigError: all files that stand in the way at once, before anything is written; or the disk refused.
    """
    root = root.resolve()
    problems = [problem for drafted in drafts for problem in _conflicts(drafted, root, force=force)]
    if problems:
        raise ConfigError(*problems)
    scratches: list[tuple[Path, Path]] = []
    try:
        for drafted in drafts:
            path = root / drafted.path
            path.parent.mkdir(parents=True, exist_ok=True)
            scratch = path.with_name(f".{path.name}.part")
            scratches.append((scratch, path))
            scratch.write_text(drafted.text, encoding="utf-8")
        for scratch, path in scratches:
            scratch.replace(path)
    except OSError as error:
        for scratch, _ in scratches:
            scratch.unlink(missing_ok=True)
        found = f"the drafts cannot be written: {cause(error.strerror or error)}"
        fix = "Look at permissions and free space, then run it again with --force."
        raise ConfigError(Problem(found, "", fix, Place(file=str(root)))) from None


def _model(model: str | None, root: Path) -> str:
    if model is None:
        return re.sub(r"[^a-z0-9]+", "-", root.name.casefold()).strip("-")[:64].strip("-") or "model"
    if not _MODEL.match(model):
        allowed = "small letters, digits and hyphens, at most 64"
        raise ConfigError(Problem(f"{quoted(model)} is no name of a model", allowed, "Choose another with --model."))
    return model


def _source(table: Path, root: Path) -> str:
    """Return the table's path from the root, with forward slashes."""
    path = table if table.is_absolute() else root / table
    try:
        inside = path.resolve().is_relative_to(repository(root))
    except (OSError, ValueError, RuntimeError):
        inside = False
    if not inside:
        fix = "Copy it into the repository, for example to data/."
        place = Place(file=table.as_posix())
        raise ConfigError(Problem("the table lies outside the repository", "a file inside it", fix, place))
    # Not resolved: a link inside the repository keeps its own name.
    return Path(os.path.relpath(os.path.normpath(path), root)).as_posix()


def _contract(source: str, root: Path) -> tuple[str, Scan]:
    """Draft the contract, and open the table again as the contract reads it: that is what the model will see."""
    escaped = glob.escape(source)
    text = infer(scan(escaped, root=root, reading=Reading(), place=Place(file=source)), shown=source)
    reading = parse_contract(text, shown=CONTRACT_FILE).reading()
    return text, scan(escaped, root=root, reading=reading, place=Place(file=source))


def _without_leaks(opened: Scan, guessed: Roles, hit: str | None) -> Roles:
    """Exclude inputs that give the answer away: the bout would be an error otherwise."""
    inputs = (*guessed.numbers, *guessed.groups)
    with engine_errors(opened):
        rows = opened.lazy.select(*inputs, guessed.target).head(LEAK_ROWS).collect()
    leaks = target_leaks(rows, inputs, guessed.target, guessed.task, hit)
    leaking = dict.fromkeys(name for leak in leaks if leak.level == "error" for name in leak.columns)
    if not leaking or len(leaking) == len(inputs):
        return guessed
    return replace(
        guessed,
        excluded=(*guessed.excluded, *((name, "gives the target away; is it known in time?") for name in leaking)),
        numbers=tuple(name for name in guessed.numbers if name not in leaking),
        groups=tuple(name for name in guessed.groups if name not in leaking),
        slices=tuple(name for name in guessed.slices if name not in leaking),
    )


def _workflows(root: Path, model: str) -> tuple[Draft, ...]:
    """Draft the workflows where GitHub looks for them: at the top of the repository."""
    top = repository(root)
    directory = "" if top == root else f"{root.relative_to(top).as_posix()}/"
    suffix = f"-{model}" if directory else ""
    wanted = REQUIREMENTS
    if (root / REQUIREMENTS_FILE).is_file():
        wanted = f"-r {shlex.quote(directory + REQUIREMENTS_FILE)}"
    config = f"config: {as_yaml(directory + CONFIG_FILE)}, " if directory else ""
    facts = {"up": directory, "suffix": suffix, "config": config, "install": f"python -m pip install {wanted}"}
    away = "../" * len(Path(directory).parts)
    return tuple(
        Draft(f"{away}.github/workflows/{name.format(suffix)}", render(template, facts))
        for template, name in WORKFLOWS.items()
    )


def _ignore(root: Path) -> Draft:
    try:
        present = (root / IGNORE_FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return Draft(IGNORE_FILE, "".join(f"{line}\n" for line in IGNORED))
    known = {line.strip() for line in present.splitlines()}
    gap = "" if not present or present.endswith("\n") else "\n"
    return Draft(
        IGNORE_FILE, present + gap + "".join(f"{line}\n" for line in IGNORED if line not in known), extends=True
    )


def _conflicts(drafted: Draft, root: Path, *, force: bool) -> Iterator[Problem]:
    path = root / drafted.path
    place = Place(file=drafted.path)
    if not path.parent.resolve().is_relative_to(repository(root)):
        fix = "Remove the link, or write this file by hand."
        yield Problem("its directory leaves the repository by a link", "", fix, place)
    elif path.is_dir():
        yield Problem("a directory stands in the file's place", "", "Move it away.", place)
    elif any(parent.exists() and not parent.is_dir() for parent in path.parents):
        yield Problem("a file stands where its directory should be", "", "Move it away.", place)
    elif not force and (path.exists() or path.is_symlink()) and not _kept(drafted, path):
        yield Problem("this file exists", "", "Move it away, or overwrite it with --force.", place)


def _kept(drafted: Draft, path: Path) -> bool:
    try:
        present = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return present == drafted.text or (drafted.extends and drafted.text.startswith(present))
