"""What a section says of itself: sealed, harmless in an HTML comment, and which of two counts."""

from __future__ import annotations

import msgspec
import pytest

from modelbout.github.comment.state import State, read_stamp, replaces, stamp, state_of
from modelbout.report.overview import Line
from tests.unit.github.comment.sections import HEAD, OLD, OTHER, RUN

STATE = State(model="a--b", head=HEAD, run=RUN, attempt=2, told=Line("win", "--> <b>done</b> --", "+1", "x"))
PARTS = [("verdict", "## x"), ("scores", "y")]


def at(head: str, run: int = RUN, attempt: int = 1) -> State:
    return msgspec.structs.replace(STATE, head=head, run=run, attempt=attempt)


def test_a_state_survives_its_way() -> None:
    found = read_stamp(stamp(STATE, PARTS))
    assert found is not None
    assert state_of(found) == STATE


def test_a_state_cannot_end_the_comment_around_it() -> None:
    written = stamp(STATE, PARTS)
    assert not set("<>-") & set(written)
    assert "\n" not in written


@pytest.mark.parametrize(
    ("old", "new"),
    [('"attempt":2', '"attempt":3'), ('"standing":"win"', '"standing":"loss"'), ("a1a1", "b1a1"), ("}", ',"x":1}')],
)
def test_a_touched_state_counts_for_nothing(old: str, new: str) -> None:
    assert read_stamp(stamp(STATE, PARTS).replace(old, new, 1)) is None


@pytest.mark.parametrize(
    "change", [{"model": "No Name"}, {"model": "x" * 65}, {"head": "main"}, {"run": -1}, {"attempt": 0}]
)
def test_a_state_of_another_form_counts_for_nothing(change: dict[str, object]) -> None:
    assert read_stamp(stamp(msgspec.structs.replace(STATE, **change), PARTS)) is None


@pytest.mark.parametrize("written", ["", "{}", "[" * 100_000, "null", "\ud800", '{"model":1}'])
def test_nonsense_counts_for_nothing(written: str) -> None:
    assert read_stamp(written) is None


@pytest.mark.parametrize(
    ("new", "old", "present", "wins"),
    [
        (at(HEAD, RUN + 1), at(HEAD), None, True),
        (at(HEAD, RUN, 2), at(HEAD, RUN, 1), None, True),
        (at(HEAD, RUN, 1), at(HEAD, RUN, 2), None, False),
        (at(HEAD, RUN - 1), at(HEAD), None, False),
        (at(HEAD), at(HEAD), None, True),
        (at(HEAD), at(OLD, RUN + 5), HEAD, True),
        (at(OLD, RUN + 5, 9), at(HEAD), HEAD, False),
        (at(OLD, RUN + 1), at(OTHER), HEAD, True),
        (at(OLD, RUN - 1), at(OTHER), HEAD, False),
        (at(OLD, RUN + 1), at(OTHER), None, True),
    ],
)
def test_the_present_head_counts_then_the_later_run(new: State, old: State, present: str | None, *, wins: bool) -> None:
    assert replaces(new, old, lambda: present) is wins


def test_the_head_is_not_asked_for_where_it_is_the_same() -> None:
    def asked() -> str:
        raise AssertionError

    assert replaces(at(HEAD, RUN + 1), at(HEAD), asked)
