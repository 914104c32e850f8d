from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from modelbout.config.yaml_tree import parse_yaml
from modelbout.contract.kind import Context
from modelbout.contract.parts import column_in, columns_in, count_in, keys_of, number_in, span_in
from modelbout.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.config.yaml_tree import Node
    from modelbout.manifest import ColumnType

WHOLE: tuple[ColumnType, ...] = ("integer",)
CONTEXT = Context(None, {"a": "integer", "b": "string"})


def node(text: str) -> Node:
    found = parse_yaml(f"key: {text}", shown="contract.yaml").get("key")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2 days", timedelta(days=2)),
        ("1day", timedelta(days=1)),
        ("1.5 hours", timedelta(minutes=90)),
        ("90 minutes", timedelta(minutes=90)),
        ("3 weeks", timedelta(days=21)),
        ("0 days", timedelta()),
    ],
)
def test_a_length_of_time(text: str, span: timedelta) -> None:
    assert span_in(node(text)) == span


def read_keys(found: Node) -> object:
    return keys_of(found, ("of", "max"), ("of",))


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (span_in, "2", "found `2`"),
        (span_in, "1 month", "found `1 month`"),
        (span_in, "-1 days", "found `-1 days`"),
        (span_in, "9999999 days", "found `9999999 days`"),
        (span_in, "[1 day]", "found a list"),
        (read_keys, "x", "found no mapping"),
        (read_keys, "{max: 1}", "the key `of` is missing"),
        (read_keys, "{of: 1, mxa: 2}", "unknown key `mxa`"),
        (lambda found: column_in(found, CONTEXT), "{a: b}", "found no column"),
        (lambda found: column_in(found, CONTEXT), "'a`b'", "`a\u02cbb` is no column of this contract"),
        (lambda found: column_in(found, CONTEXT, WHOLE), "b", "column `b` is string"),
        (lambda found: columns_in(found, CONTEXT), "a", "found no list of columns"),
        (lambda found: columns_in(found, CONTEXT), "[]", "found no list of columns"),
        (lambda found: columns_in(found, CONTEXT), "[a, a]", "`a` stands twice"),
        (lambda found: number_in(found, "", 0, 1), "1.1", "found `1.1`"),
        (lambda found: number_in(found, "", 0), "true", "found `true`"),
        (lambda found: number_in(found, "", 0), ".inf", "found `.inf`"),
        (lambda found: count_in(found, ""), "1.0", "found `1.0`"),
        (lambda found: count_in(found, "", 1), "0", "found `0`"),
        (lambda found: count_in(found, ""), "{a: 1}", "found a mapping"),
    ],
)
def test_what_is_refused(read: Callable[[Node], Any], text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(node(text))
    assert caught.value.problems[0].found == said


def test_what_is_read() -> None:
    assert list(keys_of(node("{of: a, max: 1}"), ("of", "max"))) == ["of", "max"]
    assert column_in(node("a"), CONTEXT, WHOLE) == "a"
    assert columns_in(node("[b, a]"), CONTEXT) == ("b", "a")
    assert number_in(node("0.5"), "", 0, 1) == 0.5
    assert count_in(node("7"), "") == 7
