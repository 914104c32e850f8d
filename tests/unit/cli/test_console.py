from __future__ import annotations

import sys
import time

import pytest

from modelbout.cli import console
from modelbout.errors import Problem


def test_a_step_tells_its_time(capsys: pytest.CaptureFixture[str]) -> None:
    with console.TerminalProgress().step("fitting"):
        pass
    assert capsys.readouterr().err == "  ✔ fitting  0.0 s\n"


def test_a_failed_step_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="no"), console.TerminalProgress().step("fitting"):
        raise ValueError("no")
    assert "✘ fitting" in capsys.readouterr().err


def test_a_closed_standard_error_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with console.TerminalProgress().step("fitting"):
        pass


def test_quiet_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with console.TerminalProgress(quiet=True).step("fitting"):
        pass
    assert capsys.readouterr() == ("", "")


def test_the_bar_moves_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with console.TerminalProgress().step("fitting"):
        time.sleep(console.REDRAW_SECONDS * 2.5)
    told = capsys.readouterr().err
    assert "▰" in told
    assert told.endswith("fitting  0.2 s\n") or "✔" in told


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert console.colours_wanted() is False
    monkeypatch.delenv("NO_COLOR")
    assert console.colours_wanted() is None


def test_what_must_not_be_kept_is_told_at_once_also_when_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    console.TerminalProgress(quiet=True).tell(Problem(found="could not read \x1b", fix="look"))
    assert capsys.readouterr().err == "error: could not read \\x1b\n  -> look\n"


def test_no_text_is_a_command_to_the_runner(capsys: pytest.CaptureFixture[str]) -> None:
    console.problems(
        [Problem(found="x ##[set-output name=verdict]win\n  ::add-mask::y\n::error::z", fix="::stop-commands::t")]
    )
    console.note("\t::debug::x")
    console.say("a ##[add-mask]b")
    console.say("::error title=Modelbout::x")
    told = capsys.readouterr()
    assert "##[" not in told.out + told.err
    assert [line for line in (told.out + told.err).splitlines() if line.lstrip().startswith("::")] == [
        "::error title=Modelbout::x"
    ]
