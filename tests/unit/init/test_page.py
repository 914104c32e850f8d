from __future__ import annotations

import ast

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelbout.config.yaml_tree import parse_yaml
from modelbout.init.page import as_python, as_yaml, render

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(TEXT | st.integers() | st.booleans())
def test_a_scalar_survives_yaml_on_one_line(value: object) -> None:
    text = as_yaml(value)
    assert "\n" not in text
    assert parse_yaml(f"[{{key: {text}}}]  # comment", shown="m").plain() == [{"key": value}]


@pytest.mark.parametrize(
    "word", ["yes", "No", "null", "true", "on", "y", "007", "1.5", "2012-01-01", ".inf", "~", "", "a b"]
)
def test_words_that_yaml_may_misread_are_quoted(word: str) -> None:
    assert as_yaml(word) == f'"{word}"'


def test_plain_words_stay_plain() -> None:
    assert [as_yaml(word) for word in ("Churn", "data/a-b.csv", "customer_id")] == [
        "Churn",
        "data/a-b.csv",
        "customer_id",
    ]
    assert [as_yaml(value) for value in (True, 7)] == ["true", "7"]


@given(TEXT)
def test_a_text_survives_python(text: str) -> None:
    assert ast.literal_eval(as_python(text)) == text


def test_a_fact_that_is_missing_is_no_blank() -> None:
    with pytest.raises(jinja2.UndefinedError):
        render("bout.yml", {})
