from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelbout.errors import ConfigError, RegistryError
from modelbout.registry.events import State, agree, fold, parse_moment, until
from modelbout.registry.ledger import Event

STAGES = ("test", "production")
START = datetime(2026, 5, 3, tzinfo=UTC)


def digest(number: int) -> str:
    return f"{number:064x}"


def last_of(versions: list[str]) -> str | None:
    return versions[-1] if versions else None


@dataclass
class Story:
    """Tells a valid ledger, and keeps its own simple account of it."""

    events: list[Event] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    held: dict[str, list[str]] = field(default_factory=lambda: {stage: [] for stage in STAGES})
    holds: set[str] = field(default_factory=set)
    clock: datetime = START

    def add(self, kind: str, version: str | None, stage: str | None, previous: str | None) -> None:
        number = self.versions.index(version) + 1 if version else 0
        event = Event(
            seq=len(self.events) + 1,
            at=f"{self.clock:%Y-%m-%dT%H:%M:%SZ}",
            event=kind,  # type: ignore[arg-type]
            model="churn",
            version=version,
            stage=stage,
            previous=previous,
            actor="ada",
            reason="why",
            bundle_digest=digest(number) if version else None,
        )
        self.events.append(event)

    def step(self, kind: str, stage: str, pick: int, minutes: int) -> None:
        """Add the event when it is possible; the clock may go back."""
        self.clock += timedelta(minutes=minutes)
        holders = self.held[stage]
        present = holders[-1] if holders else None
        if kind == "register":
            self.versions.append(f"v1.{len(self.versions)}.0")
            self.add(kind, self.versions[-1], None, None)
        elif kind in ("promote", "rollback"):
            choice = [version for version in self.versions if version != present]
            if not choice or (kind == "rollback" and present is None):
                return
            version = choice[pick % len(choice)]
            self.add(kind, version, stage, present)
            if kind == "rollback" and version in holders:
                while holders.pop() != version:
                    pass
            holders.append(version)
        elif (kind == "hold") == (stage not in self.holds):
            self.add(kind, None, stage, None)
            self.holds ^= {stage}


@st.composite
def stories(draw: st.DrawFn) -> Story:
    story = Story()
    steps = st.tuples(
        st.sampled_from(["register", "promote", "promote", "rollback", "hold", "release_hold"]),
        st.sampled_from(STAGES),
        st.integers(0, 5),
        st.integers(-90, 600),
    )
    story.step("register", "test", 0, 0)
    for kind, stage, pick, minutes in draw(st.lists(steps, max_size=25)):
        story.step(kind, stage, pick, minutes)
    return story


@settings(deadline=None)
@given(stories())
def test_fold_agrees_with_a_simple_account(story: Story) -> None:
    state = fold("churn", story.events, shown="x")
    assert state.seq == len(story.events)
    assert list(state.versions) == story.versions
    assert set(state.holds) == story.holds
    for stage in STAGES:
        assert [title.version for title in state.holders.get(stage, ())] == story.held[stage]
        title, before = state.title(stage), state.before(stage)
        assert (title.version if title else None) == last_of(story.held[stage])
        assert (before.version if before else None) == last_of(story.held[stage][:-1])
        if title:
            assert story.events[title.seq - 1].version == title.version
            assert story.events[title.seq - 1].at == title.since
    for number, version in enumerate(story.versions, start=1):
        assert state.version_of(digest(number)) == version
    assert state.version_of("f" * 64) is None


@settings(deadline=None)
@given(stories(), st.data())
def test_a_missing_doubled_or_swapped_event_is_noticed(story: Story, data: st.DataObject) -> None:
    events = story.events
    spot = data.draw(st.integers(0, len(events) - 1))
    doubled = [*events[:spot], events[spot], *events[spot:]]
    broken = [doubled]
    if spot < len(events) - 1:
        broken.append([*events[:spot], *events[spot + 1 :]])
        broken.append([*events[:spot], events[spot + 1], events[spot], *events[spot + 2 :]])
    for wrong in broken:
        with pytest.raises(RegistryError) as caught:
            fold("churn", wrong, shown="churn.jsonl")
        assert "seq is" in caught.value.problems[0].found
        assert caught.value.problems[0].place.line in (spot + 1, spot + 2)


@settings(deadline=None)
@given(stories(), st.integers(-100, 5000))
def test_who_was_champion_at_a_moment_is_told_by_seq(story: Story, minutes: int) -> None:
    moment = START + timedelta(minutes=minutes)
    state = fold("churn", until(story.events, moment.isoformat()), shown="x")
    # What stands before the last event of that time in the ledger happened before it, whatever its own clock said.
    seen = max((event.seq for event in story.events if datetime.fromisoformat(event.at) <= moment), default=0)
    for stage in STAGES:
        crowned = [event for event in story.events[:seen] if event.stage == stage and event.version]
        title = state.title(stage)
        assert (title.version if title else None) == (crowned[-1].version if crowned else None)


@settings(deadline=None)
@given(stories())
def test_a_standing_agrees_with_its_own_ledger_and_any_later_one(story: Story) -> None:
    state = fold("churn", story.events, shown="x")
    for seq in range(len(story.events) + 1):
        standing = fold("churn", story.events[:seq], shown="x").standing()
        agree(standing, state, story.events, shown="champions.json", ledger="churn.jsonl")
        if seq < len(story.events):
            earlier = fold("churn", story.events[:seq], shown="x")
            with pytest.raises(RegistryError, match="ends at event"):
                agree(state.standing(), earlier, story.events[:seq], shown="champions.json", ledger="churn.jsonl")


def ledger() -> list[Event]:
    story = Story()
    for kind, pick in (("register", 0), ("promote", 0), ("register", 0), ("promote", 0), ("hold", 0)):
        story.step(kind, "production", pick, 60)
    return story.events


def test_a_standing_that_contradicts_its_ledger_is_refused() -> None:
    events = ledger()
    state = fold("churn", events, shown="x")
    wrong = msgspec.structs.replace(state.standing(), holds={})
    with pytest.raises(RegistryError, match="is not what") as caught:
        agree(wrong, state, events, shown="champions.json", ledger="churn.jsonl")
    assert caught.value.problems[0].place.file == "champions.json"


@pytest.mark.parametrize(
    ("line", "changes", "said"),
    [
        (1, {"seq": 0}, "seq is 0 where 1 belongs"),
        (4, {"seq": 5}, "seq is 5 where 4 belongs"),
        (2, {"model": "bikes"}, "another model"),
        (2, {"at": "yesterday"}, "ISO 8601"),
        (2, {"at": "2026-05-03T12:00:00"}, "ISO 8601"),
        (1, {"version": None}, "version is none"),
        (1, {"version": "../v1"}, "version is none"),
        (1, {"stage": "production"}, "no stage"),
        (1, {"bundle_digest": None}, "digest is none"),
        (1, {"bundle_digest": "F" * 64}, "digest is none"),
        (3, {"bundle_digest": digest(1)}, "registered already"),
        (3, {"version": "v1.0.0"}, "v1.0.0 is registered after v1.0.0"),
        (3, {"version": "v0.9.0"}, "v0.9.0 is registered after v1.0.0"),
        (2, {"stage": None}, "stage is no name"),
        (2, {"stage": "../x"}, "stage is no name"),
        (2, {"version": "v9.0.0"}, "not registered"),
        (2, {"version": None}, "not registered"),
        (2, {"bundle_digest": digest(9)}, "digest is not the one"),
        (2, {"previous": "v1.0.0"}, "another champion than none"),
        (4, {"previous": None}, "another champion than v1.0.0"),
        (4, {"version": "v1.0.0", "bundle_digest": digest(1)}, "holds the title already"),
        (2, {"event": "rollback"}, "without a champion"),
        (5, {"event": "release_hold"}, "no hold"),
    ],
)
def test_an_event_that_does_not_follow_is_refused_at_its_line(line: int, changes: dict[str, object], said: str) -> None:
    events = ledger()
    events[line - 1] = msgspec.structs.replace(events[line - 1], **changes)
    with pytest.raises(RegistryError, match=said) as caught:
        fold("churn", events, shown="ledger/churn.jsonl")
    place = caught.value.problems[0].place
    assert (place.file, place.line) == ("ledger/churn.jsonl", line)
    assert caught.value.problems[0].fix


def test_a_second_hold_is_refused() -> None:
    events = ledger()
    events.append(msgspec.structs.replace(events[-1], seq=6))
    with pytest.raises(RegistryError, match="stands already"):
        fold("churn", events, shown="x")


def test_rolling_back_twice_goes_back_twice() -> None:
    story = Story()
    for _ in range(3):
        story.step("register", "production", 0, 1)
    for version in ("v1.0.0", "v1.1.0", "v1.2.0"):
        present = last_of(story.held["production"])
        story.add("promote", version, "production", present)
        story.held["production"].append(version)
    story.add("rollback", "v1.1.0", "production", "v1.2.0")
    state = fold("churn", story.events, shown="x")
    title, before = state.title("production"), state.before("production")
    assert title is not None
    assert before is not None
    assert (title.version, before.version) == ("v1.1.0", "v1.0.0")


def test_no_events_are_an_empty_state() -> None:
    assert fold("churn", (), shown="x").standing() == State(model="churn").standing()


def test_a_date_is_the_end_of_that_day() -> None:
    events = [
        msgspec.structs.replace(event, at=at)
        for event, at in zip(
            ledger(),
            (
                "2026-05-01T00:00:00Z",
                "2026-05-03T23:59:59Z",
                "2026-05-04T00:30:00+01:00",
                "2026-05-04T00:00:00Z",
                "2026-05-09T00:00:00Z",
            ),
            strict=True,
        )
    ]
    assert len(until(events, "2026-04-30")) == 0
    assert len(until(events, "2026-05-01")) == 1
    assert len(until(events, "2026-05-03")) == 3
    assert len(until(events, "2026-05-03T23:00:00")) == 1
    assert len(until(events, "2026-05-04")) == 4
    assert len(until(events, "2026-05-04T00:59:59+01:00")) == 3
    assert len(until(events, "2099-01-01")) == 5


def test_seq_wins_over_a_clock_that_went_back() -> None:
    events = ledger()[:4]
    clocks = ("2026-05-03T10:00:00Z", "2026-05-03T12:00:00Z", "2026-05-03T11:00:00Z", "2026-05-03T11:00:00Z")
    events = [msgspec.structs.replace(event, at=at) for event, at in zip(events, clocks, strict=True)]
    title = fold("churn", until(events, "2026-05-03T11:30:00Z"), shown="x").title("production")
    assert title is not None
    assert title.version == "v1.1.0"


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "2026-05", "03.05.2026", "2026-05-03T99:00", "a\nb"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ConfigError, match="no date and no time") as caught:
        parse_moment(text)
    assert "2026-05-03" in caught.value.problems[0].fix
    assert "\n" not in caught.value.problems[0].found


def test_a_moment_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(ConfigError):
        parse_moment("0001-01-01T00:00:00+10:00")


@settings(deadline=None)
@given(st.text())
def test_no_text_makes_the_moment_fail_otherwise(text: str) -> None:
    try:
        assert parse_moment(text).tzinfo == UTC
    except ConfigError as error:
        assert error.problems[0].fix  # noqa: PT017 -- either outcome is fine, and each is checked
