"""Fill the templates of the drafted files; whatever comes from the table is quoted for the file's language."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import jinja2

if TYPE_CHECKING:
    from collections.abc import Mapping

# What reads the same in every YAML: a short word that is no boolean, null or number.
_PLAIN = re.compile(r"[A-Za-z_./][A-Za-z0-9_./-]*\Z")
_NOT_PLAIN = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", ".inf", ".nan"})


def render(name: str, facts: Mapping[str, object]) -> str:
    """Return the drafted file of that name, filled."""
    environment = jinja2.Environment(  # noqa: S701 -- YAML and Python, no HTML: each value passes a filter below
        loader=jinja2.PackageLoader("modelbout.init"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["yaml"] = as_yaml
    environment.filters["python"] = as_python
    return environment.get_template(f"{name}.j2").render(**facts)


def as_yaml(value: object) -> str:
    """Return a scalar as YAML on one line."""
    if isinstance(value, str) and _PLAIN.match(value) and value.casefold() not in _NOT_PLAIN:
        return value
    # JSON is YAML; what is unprintable or breaks lines in YAML is escaped.
    return json.dumps(value, ensure_ascii=not (isinstance(value, str) and value.isprintable()))


def as_python(text: str) -> str:
    """Return a text as a Python literal, in double quotes where it is printable."""
    return json.dumps(text, ensure_ascii=False) if text.isprintable() else ascii(text)
