from __future__ import annotations

import pytest

from modelbout.contract.spans import Span, compare_spans

NAN = float("nan")


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (Span(1, 5), "from 1 to 5"),
        (Span(0.5), "at least 0.5"),
        (Span(max=5.0), "at most 5"),
        (Span(3, 3), "from 3 to 3"),
    ],
)
def test_a_span_in_words(span: Span, words: str) -> None:
    assert str(span) == words


@pytest.mark.parametrize(
    ("span", "value", "holds"),
    [
        (Span(1, 5), 1, True),
        (Span(1, 5), 5, True),
        (Span(1, 5), 0.99, False),
        (Span(1, 5), 5.01, False),
        (Span(1), 1e300, True),
        (Span(max=1), -1e300, True),
        (Span(1), NAN, False),
        (Span(max=1), NAN, False),
    ],
)
def test_both_ends_lie_within_and_nan_nowhere(span: Span, value: float, holds: bool) -> None:  # noqa: FBT001 -- a table
    assert span.holds(value) is holds


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (Span(1, 5), Span(1, 5), "same"),
        (None, None, "same"),
        (Span(1, 5), Span(2, 5), "tighter"),
        (Span(1, 5), Span(1, 4), "tighter"),
        (Span(1, 5), Span(0, 4), "tighter"),
        (Span(1, 5), Span(0, 6), "looser"),
        (Span(1), Span(1, 9), "tighter"),
        (Span(1, 9), Span(1), "looser"),
        (None, Span(max=9), "tighter"),
        (Span(1), None, "looser"),
    ],
)
def test_a_narrower_span_asks_more(old: Span | None, new: Span | None, change: str) -> None:
    assert compare_spans(old, new) == change
