"""What is left to do when a champion cannot be scored faithfully: three ways, each as commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.errors import BundleError, Place, Problem
from modelbout.training.own_environment import PACKAGES

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.manifest import Manifest

SHORT_COMMIT = 12  # as git shows commits in a repository of a million objects
WITHOUT = "go on without it: `modelbout rollback --to VERSION --reason TEXT`, or another name in `model:`"


def no_way_left(bundle: Path, manifest: Manifest, *, why: str, new: int, reason: str) -> BundleError:
    """Return the error of a champion that answers neither here nor elsewhere, and is not known to have answered.

    Args:
        bundle: the champion's.
        manifest: what it says of itself.
        why: what is wrong here.
        new: how many rows are not in its record.
        reason: why its own environment does not help.
    """
    rows = "1 row is" if new == 1 else f"{new:,} rows are"
    ways = (by_hand(manifest), train_again(manifest), WITHOUT)
    return BundleError(
        Problem(
            found=f"the champion cannot be scored: {why}; {rows} not in its record; {reason}",
            allowed="answers that are those of the champion: fresh ones, or recorded ones for all rows",
            fix="; ".join(f"{number}) {way}" for number, way in enumerate(ways, 1)) + "; docs/scoring.md says more",
            place=Place(file=str(bundle)),
        )
    )


def by_hand(manifest: Manifest) -> str:
    """Return how to make the champion's environment, and let both models be scored there."""
    packages = PACKAGES.get(manifest.scorer.kind)
    if packages is None:
        return "make the environment of the champion's program by hand, and name its interpreter in `train.python`"
    minor = ".".join(manifest.lineage.python.split(".")[:2])
    return (
        f"make its environment: `modelbout registry pull {manifest.name}@champion .`, `uv venv --python {minor} old`,"
        f" `uv pip install --python old -c {manifest.name}@*/requirements.lock {' '.join(packages)}`, then"
        " `train: {python: old/bin/python}`"
    )


def train_again(manifest: Manifest) -> str:
    """Return how to train the champion's code with the libraries of today."""
    commit = manifest.lineage.commit or "COMMIT"
    commands = f"`git switch --detach {commit[:SHORT_COMMIT]}`, `modelbout run`, `modelbout promote`"
    return f"train its code with today's libraries: {commands}"
