"""Annotations: on the right lines, worst first, at most ten, and never a second command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelbout.errors import Place, Problem
from modelbout.github.annotations import MESSAGE_BYTES, Note, annotate, command, of_problems, of_validation
from modelbout.results import Finding
from tests.unit.report import stories

COMMAND = re.compile(r"::(error|warning|notice)(?: ([^:]*))?::(.*)", re.DOTALL)


def told(*notes: Note, base: str = "/w", workspace: str | None = "/w") -> list[str]:
    lines: list[str] = []
    count = annotate(notes, lines.append, base=Path(base), workspace=Path(workspace) if workspace else None)
    assert count == len(lines) <= 10
    return lines


def finding(level: str = "error", **changes: object) -> Finding:
    fields: dict[str, object] = {
        "check": "nulls",
        "rule": "at most 0 %",
        "columns": ("tenure",),
        "level": level,
        "role": "train",
        "failed": 12,
        "total": 7043,
        "message": "has 12 empty values",
        "fix": "Fill them, or allow them in `nulls`.",
        "place": Place(file="contract.yaml", line=14, column=5, key="columns.tenure.nulls"),
    }
    return Finding(**(fields | changes))  # type: ignore[arg-type]


def test_a_finding_stands_on_its_line_of_the_contract() -> None:
    (line,) = told(*of_validation(stories.validation(finding())))
    assert line == (
        "::error title=churn%3A nulls of tenure,file=contract.yaml,line=14,col=5::has 12 empty values \u2014 "
        "12 of 7,043 rows of train \u2014 Fill them, or allow them in `nulls`."
    )


def test_a_finding_without_a_place_stands_on_the_data() -> None:
    result = stories.validation(finding(place=Place(), role="source"))
    (line,) = told(*of_validation(result))
    assert f"file={result.tables[0].files[0].path}::" in line


def test_a_problem_stands_where_the_configuration_is_wrong() -> None:
    problem = Problem(
        found="`tsk` is no key\nlog line", allowed="task", fix="Write task.", place=Place(file="modelbout.yaml", line=2)
    )
    (line,) = told(*of_problems([problem], title="modelbout.yaml"))
    told_so = "`tsk` is no key \u2014 allowed: task \u2014 Write task."
    assert line == f"::error title=modelbout.yaml,file=modelbout.yaml,line=2::{told_so}"
    (line,) = told(*of_problems([Problem(found="gone", level="warn")], title="Modelbout"))
    assert line == "::warning title=Modelbout::gone"


def test_the_worst_come_first_and_the_rest_is_counted() -> None:
    notes = [Note("notice", "n", f"{n}") for n in range(5)]
    notes += [Note("warning", "w", f"{n}", "contract.yaml", n) for n in range(1, 26)]
    notes += [Note("error", "e", f"{n}", "contract.yaml", n) for n in range(1, 8)]
    lines = told(*notes)
    assert [line.split(" ")[0] for line in lines] == ["::error"] * 7 + ["::warning"] * 3
    assert lines[:7] == [f"::error title=e,file=contract.yaml,line={n}::{n}" for n in range(1, 8)]
    assert lines[-1] == "::warning title=Modelbout::and 28 more: see the job's summary"


@pytest.mark.parametrize(("count", "lines"), [(0, 0), (1, 1), (9, 9), (10, 10), (11, 10), (500, 10)])
def test_ten_are_never_exceeded(count: int, lines: int) -> None:
    got = told(*(Note("error", "e", f"{n}") for n in range(count)))
    assert len(got) == lines
    assert any("more" in line for line in got) == (count > 10)


def test_what_is_there_twice_is_told_once() -> None:
    assert len(told(*[Note("error", "e", "x", "a.yaml", 1)] * 40)) == 1


def test_files_are_named_from_the_workspace() -> None:
    note = Note("error", "", "x", "contract.yaml", 3)
    assert told(note, base="/w/models/churn") == ["::error file=models/churn/contract.yaml,line=3::x"]
    assert told(note, base="/w/models/churn", workspace=None) == ["::error file=contract.yaml,line=3::x"]
    assert told(Note("error", "", "x", "/elsewhere/c.yaml", 3)) == ["::error::/elsewhere/c.yaml \u2014 x"]
    assert told(Note("error", "", "x", "../../etc/passwd", 3)) == ["::error::../../etc/passwd \u2014 x"]


def test_a_place_that_cannot_be_is_left_out() -> None:
    assert told(Note("error", "", "x", "a", 0, 1)) == ["::error file=a::x"]
    assert told(Note("error", "", "x", "a", 1, -1)) == ["::error file=a,line=1::x"]
    assert told(Note("error", "", "x", None, 4, 4)) == ["::error::x"]


INJECTIONS = (
    "x\n::add-mask::y",
    "x\r\n::set-output name=verdict::win",
    "%0A::add-mask::x",
    "%25%0D%0A",
    "x\u2028::error::y",
    "x\x85::stop-commands::y",
    "a,file=/etc/passwd,line=1",
    "a::b",
    "##[error]x",
    "\x1b[31m",
    "\u202eevil",
)


@given(
    st.one_of(st.sampled_from(INJECTIONS), st.text(max_size=40)),
    st.one_of(st.sampled_from(INJECTIONS), st.text(max_size=40)),
    st.one_of(st.sampled_from(INJECTIONS), st.text(min_size=1, max_size=40)),
)
def test_one_line_is_one_command(title: str, message: str, file: str) -> None:
    line = command(Note("error", title, message, file, 3, 4))
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    found = COMMAND.fullmatch(line)
    assert found is not None
    names = [part.partition("=")[0] for part in (found[2] or "").split(",")]
    assert [name for name in names if name != "title"] == ["file", "line", "col"]
    assert not re.search(r"%(?!25|0D|0A|3A|2C)", found[2] + found[3])


def test_a_long_message_is_cut_at_a_whole_character_and_escape() -> None:
    for filler in ("x", "%", "\u00e9", "\N{TROPHY}", "a%"):
        line = command(Note("error", "t" * 500, filler * 9000, "f" * 9000, 1))
        message = line.rpartition("::")[2]
        assert len(message.encode()) <= MESSAGE_BYTES
        assert message.endswith("\u2026") or "\u2026" in message
        assert not re.search(r"%(?!25)", message)
    assert command(Note("error", "", "")) == "::error::see the job's summary"
