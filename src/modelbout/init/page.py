"""Fill the templates of the drafted files; whatever comes from the table is quoted for the file's language."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import jinja2

from modelbout.init.pins import uses

if TYPE_CHECKING:
    from collections.abc import Mapping

# What reads the same in every YAML: a short word that is no boolean, null or number.
_PLAIN = re.compile(r"[A-Za-z_./][A-Za-z0-9_./-]*\Z")
_COMMAND = re.compile(r"[A-Za-z][A-Za-z0-9 ./_-]*\Z")
_NOT_PLAIN = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", ".inf", ".nan"})


# How templates mark what is filled in. Workflows are full of GitHub's own ${{ }}, so theirs are others.
MARKS = ("{{", "}}", "{%", "%}", "{#", "#}")
WORKFLOW_MARKS = ("[[", "]]", "[%", "%]", "[#", "#]")


def render(name: str, facts: Mapping[str, object]) -> str:
    """Return the drafted file of that name, filled."""
    marks = WORKFLOW_MARKS if name.endswith(".yml") else MARKS
    environment = jinja2.Environment(  # noqa: S701 -- YAML and Python, no HTML: each value passes a filter below
        variable_start_string=marks[0],
        variable_end_string=marks[1],
        block_start_string=marks[2],
        block_end_string=marks[3],
        comment_start_string=marks[4],
        comment_end_string=marks[5],
        loader=jinja2.PackageLoader("modelbout.init"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["yaml"] = as_yaml
    environment.filters["python"] = as_python
    environment.filters["command"] = as_command
    environment.globals["uses"] = uses
    return environment.get_template(f"{name}.j2").render(**facts)


def as_yaml(value: object) -> str:
    """Return a scalar as YAML on one line."""
    if isinstance(value, str) and _PLAIN.match(value) and value.casefold() not in _NOT_PLAIN:
        return value
    # JSON is YAML; what is unprintable or breaks lines in YAML is escaped.
    return json.dumps(value, ensure_ascii=not (isinstance(value, str) and value.isprintable()))


def as_command(text: str) -> str:
    """Return a command as YAML on one line, plain where that is safe."""
    return text if _COMMAND.match(text) else as_yaml(text)


def as_python(text: str) -> str:
    """Return a text as a Python literal, in double quotes where it is printable."""
    return json.dumps(text, ensure_ascii=False) if text.isprintable() else ascii(text)
