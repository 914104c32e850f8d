from __future__ import annotations

import pytest
from jinja2 import UndefinedError

from modelbout.report.engine import template
from modelbout.report.escape import Markdown


def test_a_string_is_escaped_and_markdown_is_not() -> None:
    fill = template("{{ name }} and {{ ours }}")
    assert fill(name="<b> *x*", ours=Markdown("**x**")) == "&#60;b&#62; &#42;x&#42; and **x**"


def test_joined_strings_are_escaped_still() -> None:
    assert "<b>" not in template("{{ one ~ two }}")(one=Markdown("<b>"), two="*x*")


def test_none_is_nothing_and_numbers_are_text() -> None:
    assert template("[{{ nothing }}]{{ number }}")(nothing=None, number=3) == "[]3"


def test_the_code_filter() -> None:
    assert template("{{ name | code }}")(name="a|b") == "`a`&#124;`b`"


def test_a_name_that_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        template("{{ missing }}")()
