from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from modelbout import __version__
from modelbout.cli import main
from modelbout.errors import ConfigError, DataError, GateRefusedError, Place, Problem, RegistryError

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = ("numpy", "pandas", "polars", "scipy", "sklearn", "matplotlib", "skops", "narwhals")


def raising(error: BaseException) -> click.Command:
    @click.command()
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (GateRefusedError(Problem(found="no")), 1),
        (ConfigError(Problem(found="no")), 2),
        (DataError(Problem(found="no")), 3),
        (RegistryError(Problem(found="no")), 4),
        (OSError(28, "No space left on device"), 4),
        (FileNotFoundError(2, "No such file"), 5),
        (ZeroDivisionError("oops"), 5),
        (KeyboardInterrupt(), 130),
        (click.UsageError("no"), 2),
    ],
)
def test_every_kind_of_error_has_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException, code: int
) -> None:
    monkeypatch.setattr(main, "command", raising(error))
    assert main.run([]) == code
    told = capsys.readouterr()
    assert "Traceback" not in told.err + told.out
    assert told.err


def test_an_error_names_place_finding_allowed_and_next_step(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Place(file="modelbout.yaml", line=3, column=7, key="task")
    problem = Problem(found="found this", allowed="that", fix="do so", place=place)
    monkeypatch.setattr(main, "command", raising(ConfigError(problem)))
    main.run([])
    assert capsys.readouterr().err == ("error: modelbout.yaml:3:7: task: found this (allowed: that)\n  -> do so\n")


def test_our_own_fault_keeps_the_traceback_in_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(main, "command", raising(ZeroDivisionError("oops")))
    main.run([])
    assert "ZeroDivisionError: oops" in capsys.readouterr().err
    (kept,) = tmp_path.iterdir()
    assert "Traceback" in kept.read_text(encoding="utf-8")


def test_many_problems_are_counted_and_the_worst_come_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    problems = [Problem(found="mild", level="warn"), *(Problem(found=f"bad {n}") for n in range(25))]
    monkeypatch.setattr(main, "command", raising(ConfigError(*problems)))
    main.run([])
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "error: bad 0"
    assert lines[-1] == "... and 6 more"
    assert not any("mild" in line for line in lines)


def test_a_message_cannot_steer_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(main, "command", raising(ConfigError(Problem(found="\x1b[2Jgone\u202e"))))
    main.run([])
    told = capsys.readouterr().err
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "\\x1b[2Jgone" in told


def test_a_misspelt_command_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["promte"]) == 2
    assert "Did you mean `promote`?" in capsys.readouterr().err


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--help"]) == 0
    told = capsys.readouterr().out
    assert all(f"\n  {name} " in told for name in main.COMMANDS)


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_command_explains_itself_with_an_example(name: str) -> None:
    group: click.Group = main.command
    with click.Context(group) as context:
        command = group.get_command(context, name)
    assert command is not None
    parts = list(command.commands.values()) if isinstance(command, click.Group) else [command]
    for part in parts:
        assert part.help is not None
        assert re.search(r"Examples?:\n  ", part.help.replace("\b\n", ""))


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["version"]) == 0
    assert main.run(["version", "--json"]) == 0
    assert capsys.readouterr().out == f'{__version__}\n{{"version": "{__version__}"}}\n'


def in_a_child(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [["--help"], ["report", "--help"], ["promote", "--help"], ["registry", "list"]])
def test_light_commands_import_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    code = (
        "import sys, os; from modelbout.cli.main import run\n"
        f"os.chdir({str(tmp_path)!r})\n"
        f"code = run({arguments!r})\n"
        f"print('heavy:', sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    done = in_a_child(code)
    assert done.returncode == 0, done.stderr
    assert "heavy: []" in done.stderr


def test_a_reader_that_leaves_early_sees_no_traceback_and_no_pass() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "modelbout", "--help"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert done.stderr == ""
    assert done.returncode == main.EXIT_NO_READER
