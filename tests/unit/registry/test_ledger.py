from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelbout.errors import RegistryError
from modelbout.registry.ledger import (
    LINE_LIMIT,
    Champions,
    Event,
    Standing,
    from_champions,
    from_lines,
    is_name,
    to_champions,
    to_lines,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
EVENTS = st.lists(
    st.builds(
        Event,
        seq=st.integers(-(2**62), 2**62),
        at=TEXT,
        event=st.sampled_from(["register", "promote", "rollback", "hold", "release_hold"]),
        model=TEXT,
        version=st.none() | TEXT,
        stage=st.none() | TEXT,
        previous=st.none() | TEXT,
        actor=TEXT,
        reason=TEXT,
        verdict_digest=st.none() | TEXT,
        bundle_digest=st.none() | TEXT,
        pull_request=st.none() | st.integers(1, 2**62),
        run_url=st.none() | TEXT,
    ),
    min_size=1,
    max_size=4,
)
EVENT = Event(
    seq=1,
    at="2026-05-03T12:00:00Z",
    event="hold",
    model="churn",
    version=None,
    stage="production",
    previous=None,
    actor="ada",
    reason="why",
)


@settings(deadline=None)
@given(EVENTS)
def test_events_survive_their_lines_whatever_their_text(events: list[Event]) -> None:
    raw = to_lines(events)
    assert raw.count(b"\n") == len(events)
    assert from_lines(raw, shown="churn.jsonl") == tuple(events)


@settings(deadline=None)
@given(EVENTS, st.data())
def test_a_ledger_that_was_cut_off_inside_a_line_is_refused(events: list[Event], data: st.DataObject) -> None:
    raw = to_lines(events)
    cut = data.draw(st.integers(0, len(raw) - 1))
    if cut and raw[cut - 1 : cut] == b"\n":
        assert from_lines(raw[:cut], shown="x") == tuple(events[: raw[:cut].count(b"\n")])
    else:
        with pytest.raises(RegistryError) as caught:
            from_lines(raw[:cut], shown="x")
        assert caught.value.problems[0].place.line == (raw[:cut].count(b"\n") + 1 if cut else None)


@settings(deadline=None)
@given(st.binary())
def test_no_bytes_make_the_reader_fail_otherwise(raw: bytes) -> None:
    try:
        assert from_lines(raw, shown="x")
    except RegistryError as error:
        assert error.problems[0].fix  # noqa: PT017 -- either outcome is fine, and each is checked


def test_every_wrong_line_is_named_by_its_number() -> None:
    line = to_lines([EVENT])
    wrong = (b"\n", b"garbage\n", b"[]\n", b"\xef\xbb\xbf" + line, line.replace(b'"seq":1', b'"seq":"1"'), b"\xff\n")
    for bad in (*wrong, line.replace(b'"hold"', b'"crown"'), line.replace(b"{", b'{"more":1,'), b"[" * 50_000 + b"\n"):
        with pytest.raises(RegistryError) as caught:
            from_lines(line + bad + line, shown="ledger/churn.jsonl")
        place = caught.value.problems[0].place
        assert (place.file, place.line) == ("ledger/churn.jsonl", 2)
        assert "no event" in caught.value.problems[0].found


def test_a_line_that_nobody_wrote_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(RegistryError, match=f"allowed: at most {LINE_LIMIT}"):
        from_lines(b"{" * (LINE_LIMIT + 1) + b"\n", shown="x")


def test_champions_survive_their_bytes() -> None:
    champions = Champions(models={"churn": Standing(seq=3, titles={}, holds={})})
    assert from_champions(to_champions(champions), shown="x") == champions


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "no list of champions"),
        (b"garbage", "no list of champions"),
        (b"[]", "no list of champions"),
        (b"\xff", "no list of champions"),
        (b'{"models": {}, "schema_version": 2}', "schema version 2"),
        (json.dumps({"models": {"../x": {"seq": 1, "titles": {}, "holds": {}}}}).encode(), "name that is none"),
    ],
)
def test_what_is_no_list_of_champions(raw: bytes, said: str) -> None:
    with pytest.raises(RegistryError, match=said) as caught:
        from_champions(raw, shown="champions.json")
    assert caught.value.problems[0].place.file == "champions.json"
    assert caught.value.problems[0].fix


@pytest.mark.parametrize("name", ["churn", "a", "0-x", "a" * 64])
def test_names(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize("name", ["", "-a", "A", "a_b", "a/b", "..", "a\n", "a" * 65, "a@v1", "\u00e4", "a.b"])
def test_what_is_no_name(name: str) -> None:
    assert not is_name(name)
