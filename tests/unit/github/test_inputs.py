from __future__ import annotations

import json

import pytest

from modelbout.errors import ConfigError
from modelbout.github.inputs import TOKEN, VARIABLE, Inputs, take


def inputs(**values: str) -> Inputs:
    return Inputs({name.replace("_", "-"): value for name, value in values.items()})


def test_inputs_leave_the_environment_and_the_token_leaves_the_inputs() -> None:
    environ = {VARIABLE: json.dumps({"config": "a.yaml", TOKEN: "ghs_secret"}), "PATH": "/bin"}
    found = take(environ)
    assert environ == {"PATH": "/bin"}
    assert found.text("config") == "a.yaml"
    assert found.secret(TOKEN) == "ghs_secret"
    assert found.text(TOKEN) == ""
    assert "ghs_secret" not in repr(found)


def test_no_inputs_are_no_error() -> None:
    assert take({}).text("config", "modelbout.yaml") == "modelbout.yaml"


@pytest.mark.parametrize("raw", ["[]", "{", '{"config": 1}', "null", "[" * 100_000])
def test_what_is_no_set_of_inputs_is_refused_and_not_repeated(raw: str) -> None:
    environ = {VARIABLE: raw}
    with pytest.raises(ConfigError, match="these are no inputs"):
        take(environ)
    assert environ == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False), ("FALSE", False), (" ", True)],
)
def test_a_flag_takes_yamls_six_spellings_and_its_default(*, text: str, value: bool) -> None:
    assert inputs(comment=text).flag("comment", default=True) is value


@pytest.mark.parametrize("text", ["yes", "1", "tRUE", "on", "true false"])
def test_another_spelling_is_refused_by_name_and_value(text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        inputs(require_win=text).flag("require-win", default=False)
    (problem,) = refused.value.problems
    assert "`require-win`" in problem.found
    assert repr(text) in problem.found
    assert "TRUE" in problem.allowed
    assert "with:" in problem.fix


def test_lines_are_those_that_hold_something() -> None:
    assert inputs(config="\n a.yaml\r\n\n  models/*.yaml \n").lines("config") == ("a.yaml", "models/*.yaml")
    assert inputs().lines("config") == ()


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("", None), (" 12 ", 12)])
def test_a_number(text: str, number: int | None) -> None:
    assert inputs(issue=text).number("issue") == number


@pytest.mark.parametrize("text", ["0", "-1", "1.0", "#7", "\u0667", "1e3", "9" * 30])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="issue"):
        inputs(issue=text).number("issue")


def test_a_choice_is_one_of_its_words_and_a_slip_is_guessed() -> None:
    assert inputs(plots="branch").choice("plots", ("none", "branch"), default="none") == "branch"
    assert inputs().choice("plots", ("none", "branch"), default="none") == "none"
    with pytest.raises(ConfigError, match="branch"):
        inputs(plots="brnch").choice("plots", ("none", "branch"), default="none")


def test_a_wrong_value_is_shown_in_part_and_on_one_line() -> None:
    with pytest.raises(ConfigError) as refused:
        inputs(comment="x\n::error::" + "y" * 5000).flag("comment", default=True)
    assert "\n" not in refused.value.problems[0].found
    assert len(refused.value.problems[0].found) < 200
