"""Train a challenger in the user's own Python and seal its bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.errors import EXIT_FINE
from modelbout.github.actions.validate import set_paths
from modelbout.github.bouts import idle, spoil
from modelbout.github.rounds import Rounds
from modelbout.results import TRAINING_FILE

if TYPE_CHECKING:
    from modelbout.github.job import Job
    from modelbout.stages.workspace import Workspace


def act(job: Job) -> int:
    """Return 0 when there is a sealed bundle for each model, else the exit code of what was in the way.

    Raises:
        ConfigError: an input or a configuration is wrong.
    """
    for name in ("result", "bundle-digest", "run-directory"):
        job.outputs.set(name, "")
    if idle(job):
        return EXIT_FINE
    rounds = Rounds(job)
    digests: list[str] = []

    def one(work: Workspace) -> int:
        from modelbout.stages.entrants import train  # noqa: PLC0415 -- heavy: loaded when there is work for it

        result = train(work, job.progress, registry=job.registry_address)
        digests.append(result.bundle_digest)
        job.say(f"{work.config.model}: {result.status}, bundle {result.bundle_digest[:12]}")
        return EXIT_FINE

    rounds.each(one, spoilt=spoil)
    job.outputs.set("bundle-digest", "\n".join(digests))
    set_paths(job, TRAINING_FILE)
    return rounds.end()
