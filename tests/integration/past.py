"""A long past of a registry on the test GitHub, laid out at once: thousands of versions take a minute and not a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from modelbout.registry.events import fold
from modelbout.registry.ledger import Champions, Event, to_champions, to_lines
from tests.github_server.records import Release

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.github_server.state import Repository

STAGE = "production"
BRANCH = "modelbout/ledger"


def lay_out(repo: Repository, versions: Mapping[str, int], champions: Mapping[str, str], kept: Release) -> int:
    """Give each model a ledger of so many versions, each promoted after the one before it and each with a release.

    Args:
        repo: where; a branch with a ledger is there.
        versions: their number by model; the releases of the first model become the oldest.
        champions: the bundle digest of the last version, by model; any other version has a bundle of its own.
        kept: a published release whose assets all of them get; nobody reads those of former champions.

    Returns:
        The bytes of the ledgers.
    """
    files: dict[str, str | bytes | None] = {}
    standings = {}
    for model, number in versions.items():
        events = history(model, number, champions.get(model, "c" * 64))
        files[f"ledger/{model}.jsonl"] = to_lines(events)
        standings[model] = fold(model, events, shown=model).standing()
        for version in (event.version for event in events if event.event == "register"):
            _publish(repo, kept, f"{model}@{version}")
    files["champions.json"] = to_champions(Champions(models=dict(sorted(standings.items()))))
    repo.commit(files, branch=BRANCH)
    return sum(len(content or "") for path, content in files.items() if path.startswith("ledger/"))


def history(model: str, versions: int, champion: str) -> Sequence[Event]:
    """Return the events of so many versions, ``v1.0.0`` to the champion's."""
    events: list[Event] = []
    previous = None
    for number in range(versions):
        version = f"v1.{number}.0"
        digest = champion if number == versions - 1 else f"{number + 1:064x}"
        common = {"model": model, "version": version, "digest": digest}
        events.append(_event("register", seq=2 * number + 1, previous=None, **common))
        events.append(_event("promote", seq=2 * number + 2, previous=previous, **common))
        previous = version
    return events


def _event(
    kind: Literal["register", "promote"], *, model: str, seq: int, version: str, digest: str, previous: str | None
) -> Event:
    return Event(
        seq=seq,
        at="2026-05-03T12:00:00Z",
        event=kind,
        model=model,
        version=version,
        stage=STAGE if kind == "promote" else None,
        previous=previous,
        actor="ada",
        reason="better by 0.8 points of average precision on 5,634 customers",
        bundle_digest=digest,
        verdict_digest="v" * 64,
        run_url="https://github.com/octo/churn/actions/runs/17000000000",
    )


def _publish(repo: Repository, kept: Release, tag: str) -> None:
    if tag in repo.tagged:
        return
    number = repo.github.id()
    repo.releases[number] = Release(**{**vars(kept), "id": number, "tag": tag, "name": tag})
    repo.tagged[tag] = number
    repo.refs[f"refs/tags/{tag}"] = repo.refs["refs/heads/main"]
