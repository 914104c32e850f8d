"""Find the contract that a change started from, so that the report can say what the change makes of it.

On GitHub a pull request is checked out as its merge for trial, whose first parent is the base branch's head; a checkout
without history knows that name and not its files, which the API hands out to a token that may read. On a laptop it is
the commit at which the branch left the main one. Where nothing is known there is no record, and a line in the log.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout.errors import ModelboutError
from modelbout.github.checkout import commits, file_at, inside, merge_base
from modelbout.results import CONTRACT_DIFF_FILE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modelbout.github.api.session import Session
    from modelbout.github.context import Plan
    from modelbout.github.job import Job
    from modelbout.stages.workspace import Workspace

MAIN_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
"""Where a laptop's branch may have started; the first that git knows counts."""

MOST_BYTES = 1_000_000
"""Of a contract: what the contents API hands out (docs.github.com, "Get repository content")."""

SHOWN = 12
"""Characters of a commit's name, as in the rest of the report."""


@dataclass(frozen=True)
class Base:
    """The contract's file as it was, and the commit where."""

    commit: str
    text: bytes


def note_contract(job: Job, work: Workspace) -> None:
    """Leave ``contract_diff.json`` beside the results of a pull request, or of a laptop's branch.

    Never stops a bout: whatever cannot be found out is a line in the log.

    Raises:
        RegistryError: the disk refuses.
    """
    if job.plan.event and job.plan.pull_request is None:
        (work.run / CONTRACT_DIFF_FILE).unlink(missing_ok=True)
        return
    note(work, job.say, plan=job.plan, session=(lambda: job.session) if job.plan.event else None)


def note(
    work: Workspace,
    say: Callable[[str], object],
    *,
    plan: Plan | None = None,
    session: Callable[[], Session] | None = None,
) -> None:
    """Compare the model's contract with that of the base, and leave what changed.

    Args:
        work: the model.
        say: takes the line about what could not be found out.
        plan: what the event asks for; None on a laptop.
        session: opens the API; None on a laptop.

    Raises:
        RegistryError: the disk refuses.
    """
    (work.run / CONTRACT_DIFF_FILE).unlink(missing_ok=True)

    def before(path: str) -> Base | str:
        try:
            return base_of(work.root, path, plan=plan, session=session)
        except ModelboutError as error:
            return error.problems[0].found if error.problems else str(error)

    path = work.config.data.contract
    why = _removed(work, before) if path is None else _changed(work, before(path))
    if why and session is not None:
        say(f"{work.config.model}: {why}")


def _changed(work: Workspace, base: Base | str) -> str:
    """Leave what changed in the contract; return why there is nothing to show, if so."""
    if isinstance(base, str):
        return f"what changed in the contract is not shown: {base}"
    from modelbout.stages.contracts import note_changes  # noqa: PLC0415 -- heavy: loaded when there is work for it

    why = note_changes(work, base.text, base=base.commit[:SHOWN])
    return why and f"the contract has no changes to show: {why}"


def _removed(work: Workspace, before: Callable[[str], Base | str]) -> str:
    """Leave that the contract is gone, where the configuration of the base named one; return why not, if so."""
    from modelbout.stages.contracts import contract_named, note_removal  # noqa: PLC0415 -- as above

    config = before(posixpath.basename(work.loaded.shown))
    path = None if isinstance(config, str) else contract_named(config.text, shown=work.loaded.shown)
    if path is None:
        return ""
    base = before(path)
    if isinstance(base, str):
        return f"that the contract was removed is not shown: {base}"
    why = note_removal(work, base.text, path=path, base=base.commit[:SHOWN])
    return why and f"that the contract was removed is not shown: {why}"


def base_of(
    root: Path, contract: str, *, plan: Plan | None = None, session: Callable[[], Session] | None = None
) -> Base | str:
    """Return the contract as it was at the base, or why nobody knows.

    Args:
        root: the directory of modelbout.yaml.
        contract: the contract's path from there.
        plan: what the event asks for; None on a laptop.
        session: opens the API; None on a laptop.

    Raises:
        GitHubError: the API has no such file, or cannot be asked.
    """
    prefix = inside(root)
    if prefix is None:
        return "this is no git checkout"
    path = posixpath.normpath(posixpath.join(prefix, contract))
    commit = _commit(root, plan)
    if commit is None:
        return "the commit that it started from is not known here: check out the pull request's merge, or all history"
    text = file_at(root, commit, path, limit=MOST_BYTES)
    if text is None and session is not None:
        from modelbout.github.api.contents import read_file  # noqa: PLC0415 -- the client is loaded where it is used

        text = read_file(session(), path, commit)
    return Base(commit, text) if text is not None else f"there is none at {commit[:SHOWN]}"


def _commit(root: Path, plan: Plan | None) -> str | None:
    """Return the commit to compare with."""
    if plan is None or not plan.event:
        return merge_base(root, *MAIN_BRANCHES)
    known = commits(root)
    merged = len(known) > 2  # noqa: PLR2004 -- itself and two parents
    # The base may have moved on since the event: the parent is what this very merge was made of.
    if merged and known[2] == plan.head_sha:
        return known[1]
    return merge_base(root, plan.base_sha) if plan.base_sha is not None else None
