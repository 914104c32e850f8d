"""Look at the machine: what is installed, which versions, what is missing."""

from __future__ import annotations

import importlib.metadata
import platform
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Literal

from modelbout.errors import ModelboutError
from modelbout.record import Record
from modelbout.stages.workspace import HOME, first_problem, open_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modelbout.stages.workspace import Workspace

LEAST_FREE_BYTES = 1024**3  # a bundle, its copy in the registry and the scratch rows of a small bout
GIT_SECONDS = 10  # `git --version` answers in milliseconds; a hanging file system should not hang us


class Sign(Record, frozen=True):
    """One thing that was looked at: fine, missing (a bout needs it) or absent (something optional)."""

    what: str
    state: Literal["fine", "missing", "absent"]
    found: str
    fix: str = ""


def examine(config: Path) -> tuple[Sign, ...]:
    """Look at everything that a bout needs, most basic first."""
    return (*machine(config.parent), *libraries(), *repository(config))


def machine(directory: Path) -> Iterator[Sign]:
    """Look at Python, git and the disk."""
    yield Sign(what="python", state="fine", found=f"{platform.python_version()} at {sys.executable}")
    git = shutil.which("git")
    if git is None:
        fix = "install git: without it, bundles name no commit"
        yield Sign(what="git", state="absent", found="not on PATH", fix=fix)
    else:
        answer = subprocess.run([git, "--version"], capture_output=True, text=True, timeout=GIT_SECONDS, check=False)
        yield Sign(what="git", state="fine", found=answer.stdout.strip())
    free = shutil.disk_usage(directory if directory.is_dir() else ".").free
    low = free < LEAST_FREE_BYTES
    yield Sign(
        what="disk",
        state="missing" if low else "fine",
        found=f"{free / 1024**3:.1f} GiB free",
        fix="free some space: a bout keeps bundles and scratch rows" if low else "",
    )


def libraries() -> Iterator[Sign]:
    """Look at every library that modelbout declares."""
    for requirement in importlib.metadata.requires("modelbout") or ():
        name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        try:
            yield Sign(what=name, state="fine", found=importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield Sign(what=name, state="missing", found="not installed", fix=f"install {requirement}")


def repository(config: Path) -> Iterator[Sign]:
    """Look at the configuration and at what it names."""
    if not config.exists():
        fix = "modelbout init TABLE drafts one"
        yield Sign(what="configuration", state="absent", found=f"no {config} here", fix=fix)
        return
    try:
        work = open_workspace(config, None)
    except ModelboutError as error:
        problem = first_problem(error)
        yield Sign(what="configuration", state="missing", found=str(problem).splitlines()[0], fix=problem.fix)
        return
    yield Sign(what="configuration", state="fine", found=f"{config}: {work.config.model}, {work.config.task}")
    yield interpreter(work)
    yield title(work)


def interpreter(work: Workspace) -> Sign:
    """Ask the user's interpreter for its version and for what scoring needs."""
    from modelbout.training.environment import probe, require_packages

    try:
        environment = probe(work.config.train.python, root=work.root, work=work.root / HOME / "doctor")
        if work.config.train.estimator is not None:
            require_packages(environment)
    except ModelboutError as error:
        problem = first_problem(error)
        return Sign(what="your python", state="missing", found=problem.found, fix=problem.fix)
    version = environment.packages.get("scikit-learn")
    sklearn = f", scikit-learn {version}" if version else ""
    return Sign(what="your python", state="fine", found=f"{environment.python} at {environment.interpreter}{sklearn}")


def title(work: Workspace) -> Sign:
    """Say who holds the title in the default registry."""
    try:
        holder = work.registry(None).champion(work.config.model, work.final_stage)
    except ModelboutError as error:
        problem = first_problem(error)
        return Sign(what="registry", state="missing", found=problem.found, fix=problem.fix)
    if holder is None:
        fix = "modelbout run, then modelbout promote"
        return Sign(what="registry", state="absent", found="no champion yet", fix=fix)
    return Sign(what="registry", state="fine", found=f"{holder.model}@{holder.version} since {holder.since}")
