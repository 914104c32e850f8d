"""Start other workflows by a ``repository_dispatch``: releases and pushes by a job's token start none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from modelbout.errors import Problem
from modelbout.github.api.errors import ForbiddenError, GitHubError, MissingError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelbout.github.api.session import Session

# docs.github.com, "Create a repository dispatch event".
MOST_KEYS = 10
PAYLOAD_BYTES = 65_536  # "must be less than 64 KB"
EVENT_TYPE_CHARACTERS = 100


def dispatch(
    session: Session, event_type: str, payload: Mapping[str, object], *, repository: str | None = None
) -> bool:
    """Send an event to this or another repository; return whether it was sent, which a dry run does not.

    Args:
        session: who sends.
        event_type: what the workflows there listen to.
        payload: at most 10 keys, less than 64 KB as JSON; checked before anything is sent.
        repository: ``owner/name``; None for the session's own.

    Raises:
        GitHubError: the payload is too large, or GitHub does not take it.
        ForbiddenError: the token may not start workflows there.
        MissingError: there is no such repository, or the token may not see it.
    """
    target = repository or session.repository
    _check(event_type, payload)
    if not session.writes(f"send the event {event_type} to {target}"):
        return False
    body = {"event_type": event_type, "client_payload": dict(payload)}
    try:
        with session.told(f"send the event {event_type} to {target}"):
            session.requester.requestJsonAndCheck("POST", f"/repos/{target}/dispatches", input=body)
    except (ForbiddenError, MissingError) as error:
        if target == session.repository:
            raise
        problem = error.problems[0]
        fix = f"a job's own token reaches its own repository alone: give one with `contents: write` in {target}"
        raise type(error)(Problem(found=problem.found, allowed=f"`contents: write` in {target}", fix=fix)) from None
    return True


def _check(event_type: str, payload: Mapping[str, object]) -> None:
    size = len(msgspec.json.encode(payload))
    for found, limit, what in (
        (len(event_type), EVENT_TYPE_CHARACTERS, "characters in an event's name"),
        (len(payload), MOST_KEYS, "keys in an event's payload"),
        (size, PAYLOAD_BYTES - 1, "bytes in an event's payload"),
    ):
        if found > limit:
            raise GitHubError(
                Problem(
                    found=f"{found} {what}", allowed=f"at most {limit}", fix="send less: an address instead of text"
                )
            )
