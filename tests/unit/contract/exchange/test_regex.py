from __future__ import annotations

import re
import warnings

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelbout.contract.exchange.regex import Anchoring, Dialect, RegexError, from_ours, to_ours
from modelbout.contract.formats import whole

PARTS = (
    *("a", "b", "[ab]", "[^a]", r"\d", r"\w", ".", r"\.", "(a|b)", "(?:ab)", "[a-c]", "[-a]", "[a-]", "[]a]", "[[a]"),
    *(
        "[a&&b]",
        "[a~~b]",
        r"\s",
        "a|b",
        "(?i:A)",
        r"\x41",
        "$",
        "^",
        r"\Z",
        r"\A",
        r"\b",
        "{",
        "}",
        "]",
        "-",
        "&",
        "\n",
    ),
    *(r"[\]a]", r"[\-a]", r"\-", "[.]", "[$]", "(?s:.)", r"\[", "(?P<n>a)", "é", r"\u00e9", "(?#note)", r"\_"),
)
COUNTS = ("", "", "", "*", "+", "?", "{2}", "{1,2}", "{,2}", "*?")
patterns = st.lists(st.tuples(st.sampled_from(PARTS), st.sampled_from(COUNTS)), min_size=1, max_size=4).map(
    lambda parts: "".join(part + count for part, count in parts)
)
samples = st.lists(st.text("ab1.A-[&{}\n ]$Bé", max_size=4), min_size=5, max_size=12)


def matches(pattern: str, texts: list[str]) -> list[bool]:
    return pl.Series(texts, dtype=pl.String).str.contains(whole(pattern)).to_list()


@settings(max_examples=300, deadline=None)
@given(pattern=patterns, texts=samples, anchoring=st.sampled_from(["whole", "prefix", "search"]))
def test_a_pattern_of_python_accepts_here_what_it_accepts_there(
    pattern: str, texts: list[str], anchoring: Anchoring
) -> None:
    try:
        with warnings.catch_warnings(action="ignore", category=FutureWarning):
            theirs = re.compile(pattern)
        made = to_ours(pattern, "python", anchoring)
    except (re.error, RegexError):
        return
    # What a remark tells is another answer to a line break at the end.
    texts = [text for text in texts if not (made.remark and text.endswith("\n"))]
    holds = {"whole": theirs.fullmatch, "prefix": theirs.match, "search": theirs.search}[anchoring]
    assert matches(made.pattern, texts) == [holds(text) is not None for text in texts]


@settings(max_examples=300, deadline=None)
@given(pattern=patterns, texts=samples, anchoring=st.sampled_from(["whole", "prefix", "search"]))
def test_a_pattern_of_ours_accepts_in_python_what_it_accepts_here(
    pattern: str, texts: list[str], anchoring: Anchoring
) -> None:
    try:
        pl.Series([""]).str.contains(pattern)
        ours = matches(pattern, texts)
        made = from_ours(pattern, "python", anchoring)
    except (pl.exceptions.ComputeError, RegexError):
        return
    theirs = re.compile(made.pattern)
    holds = {"whole": theirs.fullmatch, "prefix": theirs.match, "search": theirs.search}[anchoring]
    assert [holds(text) is not None for text in texts] == ours
    assert matches(to_ours(made.pattern, "python", anchoring).pattern, texts) == ours


@pytest.mark.parametrize(
    ("pattern", "dialect", "anchoring", "ours"),
    [
        ("[0-9]+", "python", "whole", "[0-9]+"),
        ("[0-9]+", "python", "prefix", "[0-9]+(?s:.*)"),
        ("[0-9]+", "python", "search", "(?s:.*)[0-9]+(?s:.*)"),
        ("a|b", "python", "prefix", "(?:a|b)(?s:.*)"),
        ("^a|b$", "python", "search", "(?s:.*)(?:^a|b$)(?s:.*)"),
        (r"^[0-9]+\Z", "python", "search", "[0-9]+"),
        ("[[a]", "python", "whole", r"[\[a]"),
        ("a{,3}", "python", "whole", "a{0,3}"),
        ("{a}", "python", "whole", r"\{a\}"),
        (r"^\d+$", "ecma", "search", "[0-9]+"),
        (r"[\d\s]", "ecma", "whole", r"[0-9\s\x{feff}]"),
        (r"\W\bx", "ecma", "whole", r"[^0-9A-Za-z_](?-u:\b)x"),
        (r"(?<year>\d)", "ecma", "whole", "(?P<year>[0-9])"),
        (r"a\/b", "ecma", "whole", "a/b"),
        (r"^[A-Z]\d$", "xsd", "whole", r"[A-Z]\d"),
        ("", "python", "whole", "(?:)"),
    ],
)
def test_patterns_become_ours(pattern: str, dialect: Dialect, anchoring: Anchoring, ours: str) -> None:
    assert to_ours(pattern, dialect, anchoring).pattern == ours


@pytest.mark.parametrize(
    ("pattern", "dialect", "why"),
    [
        ("(?=a)", "python", "look-around"),
        ("(?<!a)b", "python", "look-around"),
        (r"(a)\1", "python", "not in both"),
        ("(?P<a>x)(?P=a)", "python", "look-around"),
        ("(?>a)", "python", "look-around"),
        ("a++", "python", "possessive"),
        ("(?x) a", "python", "flags"),
        (r"\N{DASH}", "python", "not in both"),
        (r"\U00110000", "python", "no character"),
        ("[a", "python", "not closed"),
        ("(a", "python", "not closed"),
        ("a)", "python", "not opened"),
        ("[]", "ecma", "empty class"),
        (r"\k<a>", "ecma", "not in both"),
        ("[a-z-[aeiou]]", "xsd", "difference"),
        (r"\i", "xsd", "not in both"),
        (r"\bword", "xsd", "word boundaries"),
        (r"\p{Greek}", "ecma", "property"),
        ("(" * 60 + ")" * 60, "python", "nested"),
        ("a" * 1001, "python", "1,000"),
        ("a{999}{999}", "python", "linear-time"),
    ],
)
def test_what_no_linear_engine_says_is_refused_with_the_reason(pattern: str, dialect: Dialect, why: str) -> None:
    with pytest.raises(RegexError, match=why):
        to_ours(pattern, dialect, "whole")


@pytest.mark.parametrize(
    ("pattern", "dialect", "anchoring", "theirs"),
    [
        ("[A-Z]+", "python", "prefix", r"[A-Z]+\Z"),
        ("a|b", "python", "search", r"^(?:a|b)\Z"),
        ("a|b", "ecma", "search", "^(?:a|b)$"),
        (r"\A(?:a+?)\z", "xsd", "whole", "(a+)"),
        (r"\x{1f600}", "python", "whole", "\N{GRINNING FACE}"),
        (r"\x{7}", "python", "whole", r"\U00000007"),
        (r"\x{7}", "ecma", "whole", r"\u0007"),
        ("(?P<n>a)", "ecma", "whole", "(?<n>a)"),
        (r"\p{L}", "ecma", "whole", r"\p{L}"),
    ],
)
def test_our_patterns_become_theirs(pattern: str, dialect: Dialect, anchoring: Anchoring, theirs: str) -> None:
    assert from_ours(pattern, dialect, anchoring).pattern == theirs


@pytest.mark.parametrize(
    ("pattern", "dialect", "why"),
    [
        (r"\p{L}", "python", "property"),
        ("[a&&b]", "python", "intersection"),
        ("[[a]b]", "python", "nested"),
        ("(?i)a", "ecma", "flags"),
        ("a(?i)b", "python", "middle"),
        ("a|^b", "xsd", "no anchors"),
        ("^*", "ecma", "repeats"),
        (r"\B", "ecma", "not the same"),
        ("(?U)a", "python", "flags"),
    ],
)
def test_what_another_dialect_cannot_say_is_refused(pattern: str, dialect: Dialect, why: str) -> None:
    with pytest.raises(RegexError, match=why):
        from_ours(pattern, dialect, "whole")


def test_what_means_otherwise_there_is_told() -> None:
    assert "line break" in to_ours("a$", "python", "prefix").remark
    assert "line break" not in to_ours("a$", "python", "whole").remark
    assert "underscore" in to_ours(r"\w", "xsd", "whole").remark
    assert "ASCII" in from_ours(r"\d", "ecma", "search").remark
    assert from_ours("[0-9]", "ecma", "search").remark == ""
