"""What follows from a model's events: versions, titles, earlier holders, holds. Pure functions, order by ``seq``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import TYPE_CHECKING

from modelbout.errors import ConfigError, Place, Problem, RegistryError
from modelbout.registry.ledger import Event, Hold, Standing, Title, damaged, is_name
from modelbout.registry.versions import Version, parse_version
from modelbout.seal import is_digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class State:
    """A model after an event.

    Attributes:
        model: its name.
        seq: the number of the last event; 0 before the first.
        versions: the bundle digest of each registered version, in the order of registration.
        holders: by stage, who held the title, the present holder last. A rollback takes off the ones after the
            version it returns to, so that the next rollback goes further back and never forward.
        holds: by stage, the hold that stands.
    """

    model: str
    seq: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)
    holders: Mapping[str, tuple[Title, ...]] = field(default_factory=dict)
    holds: Mapping[str, Hold] = field(default_factory=dict)

    def title(self, stage: str) -> Title | None:
        """Return who holds the title at a stage."""
        holders = self.holders.get(stage, ())
        return holders[-1] if holders else None

    def before(self, stage: str) -> Title | None:
        """Return who held the title before the present holder."""
        holders = self.holders.get(stage, ())
        return holders[-2] if len(holders) > 1 else None

    def version_of(self, digest: str) -> str | None:
        """Return the version under which a bundle is registered."""
        return next((version for version, known in self.versions.items() if known == digest), None)

    def standing(self) -> Standing:
        """Return what ``champions.json`` says of the model."""
        titles = {stage: holders[-1] for stage, holders in sorted(self.holders.items())}
        return Standing(seq=self.seq, titles=titles, holds=dict(sorted(self.holds.items())))


def fold(model: str, events: Sequence[Event], *, shown: str) -> State:
    """Follow the events from the first to the last.

    Args:
        model: whose ledger it is.
        events: all of them, in the order of the ledger's lines.
        shown: the ledger's name for messages; an event's line is its position from 1.

    Raises:
        RegistryError: the sequence has a gap or a duplicate, or an event does not follow from those before it.
    """
    run = _Run(model)
    for number, event in enumerate(events, start=1):
        wrong = run.follow(event, number)
        if wrong:
            raise damaged(wrong, shown=shown, line=number)
    return State(
        model=model,
        seq=len(events),
        versions=MappingProxyType(run.versions),
        holders=MappingProxyType({stage: tuple(holders) for stage, holders in run.holders.items()}),
        holds=MappingProxyType(run.holds),
    )


def until(events: Sequence[Event], moment: str) -> tuple[Event, ...]:
    """Return the events up to the last one whose clock shows at most the moment; order is that of ``seq``.

    Raises:
        ConfigError: the moment is no ISO 8601 date or time.
    """
    end = parse_moment(moment)
    last = max((event.seq for event in events if datetime.fromisoformat(event.at) <= end), default=0)
    return tuple(event for event in events if event.seq <= last)


def parse_moment(text: str) -> datetime:
    """Return a moment in UTC: a date alone means the end of that day, a time without zone is UTC.

    Raises:
        ConfigError: the text is neither.
    """
    try:
        return datetime.combine(date.fromisoformat(text), time.max, tzinfo=UTC)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        found = f"`{text}` is no date and no time" if text.isprintable() else "this is no date and no time"
        fix = "write it as 2026-05-03 or 2026-05-03T14:30:00Z"
        raise ConfigError(Problem(found=found, allowed="ISO 8601", fix=fix)) from None


class _Run:
    """A State while it is built; ``follow`` says what is wrong with an event instead of raising."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.versions: dict[str, str] = {}
        self.digests: set[str] = set()
        self.highest: Version | None = None
        self.holders: dict[str, list[Title]] = {}
        self.holds: dict[str, Hold] = {}

    def follow(self, event: Event, number: int) -> str:
        """Take one event up, or return why it cannot stand here."""
        wrong = self._frame(event, number)
        if wrong:
            return wrong
        if event.event == "register":
            return self._register(event)
        if event.stage is None or not is_name(event.stage):
            return "the stage is no name"
        if event.event in ("promote", "rollback"):
            return self._crown(event, event.stage)
        return self._hold(event, event.stage)

    def _frame(self, event: Event, number: int) -> str:
        if event.seq != number:
            return f"seq is {event.seq} where {number} belongs"
        if event.model != self.model:
            return f"the event is of another model than `{self.model}`"
        return "" if _is_moment(event.at) else "`at` is no ISO 8601 time with its zone"

    def _register(self, event: Event) -> str:
        version = parse_version(event.version or "")
        if version is None or event.version is None:
            return "the version is none"
        if event.stage is not None:
            return "a registration has no stage"
        if event.bundle_digest is None or not is_digest(event.bundle_digest):
            return "the bundle's digest is none"
        if event.bundle_digest in self.digests:
            return "a bundle with this digest is registered already"
        if self.highest is not None and version <= self.highest:
            return f"{version} is registered after {self.highest}"
        self.highest = version
        self.digests.add(event.bundle_digest)
        self.versions[event.version] = event.bundle_digest
        return ""

    def _crown(self, event: Event, stage: str) -> str:
        holders = self.holders.get(stage, [])
        present = holders[-1].version if holders else None
        digest = self.versions.get(event.version or "")
        if event.version is None or digest is None:
            return "the version is not registered"
        if event.bundle_digest != digest:
            return f"the digest is not the one of {event.version}"
        if event.previous != present:
            return f"the event follows another champion than {present or 'none'}"
        if event.version == present:
            return f"{present} holds the title already"
        if event.event == "rollback" and present is None:
            return "a rollback without a champion"
        if event.event == "rollback":
            kept = next(
                (spot for spot in reversed(range(len(holders))) if holders[spot].version == event.version), None
            )
            del holders[len(holders) if kept is None else kept :]
        title = Title(
            model=self.model,
            stage=stage,
            version=event.version,
            bundle_digest=digest,
            seq=event.seq,
            since=event.at,
            reason=event.reason,
        )
        self.holders.setdefault(stage, holders).append(title)
        return ""

    def _hold(self, event: Event, stage: str) -> str:
        if event.event == "hold":
            if stage in self.holds:
                return f"a hold of `{stage}` stands already"
            self.holds[stage] = Hold(seq=event.seq, since=event.at, actor=event.actor, reason=event.reason)
        elif self.holds.pop(stage, None) is None:
            return f"no hold of `{stage}` stands"
        return ""


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).utcoffset() is not None
    except ValueError:
        return False


def agree(standing: Standing, state: State, events: Sequence[Event], *, shown: str, ledger: str) -> None:
    """Check that a standing is what the first ``standing.seq`` events lead to: it may be behind, never elsewhere.

    So a ledger that lost its last events, or was taken away whole, is noticed.

    Args:
        standing: what ``champions.json`` says of the model.
        state: what all events lead to.
        events: the model's events.
        shown: the name of ``champions.json`` for messages.
        ledger: the ledger's name for messages.

    Raises:
        RegistryError: the standing knows events that the ledger has not, or contradicts it.
    """
    if standing.seq > state.seq:
        found = f"`{state.model}` stood at event {standing.seq}, but {ledger} ends at event {state.seq}"
    elif standing != _reached(standing.seq, state, events, ledger).standing():
        found = f"what it says of `{state.model}` is not what {ledger} says up to event {standing.seq}"
    else:
        return
    fix = f"restore {ledger} from a backup; or, when the ledger is right, remove {shown} and "
    fix += "run `modelbout registry doctor --repair`"
    raise RegistryError(Problem(found=found, fix=fix, place=Place(file=shown)))


def _reached(seq: int, state: State, events: Sequence[Event], ledger: str) -> State:
    return state if seq == state.seq else fold(state.model, events[: max(seq, 0)], shown=ledger)
