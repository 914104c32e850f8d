"""A step's outputs: written to the file that GitHub reads, so that no value can end another or add a second."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modelbout.errors import Place, Problem, RegistryError, cause

if TYPE_CHECKING:
    from pathlib import Path

OUTPUT_LIMIT = 2**18
"""Characters of one output: docs.github.com, "Usage limits": 1 MB for all of a job's outputs, counted as UTF-16."""

_NAME = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Outputs:
    """Where a step's outputs go.

    Attributes:
        file: GITHUB_OUTPUT; None outside of GitHub, where nobody reads them.
        known: what was set so far.
    """

    file: Path | None
    known: dict[str, str] = field(default_factory=dict)

    def set(self, name: str, value: object) -> None:
        """Set an output; None becomes the empty text, a yes or no ``true`` or ``false``.

        Raises:
            RegistryError: the file cannot be written.
            ValueError: the name or the value's length is our own slip.
        """
        text = _text(value)
        if not _NAME.fullmatch(name) or len(text) > OUTPUT_LIMIT:
            raise ValueError(f"no output {name!r} of {len(text)} characters")
        self.known[name] = text
        if self.file is None:
            return
        end = f"end-{secrets.token_hex(16)}"  # nobody can write this into a value beforehand
        try:
            with self.file.open("a", encoding="utf-8", newline="\n") as stream:
                stream.write(f"{name}<<{end}\n{text}\n{end}\n")
        except OSError as error:
            found = f"the outputs cannot be written: {error.strerror or cause(error)}"
            fix = "look at the disk of the runner, then run the job again"
            raise RegistryError(Problem(found=found, fix=fix, place=Place(file=str(self.file)))) from error


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    # A lone surrogate is no UTF-8.
    return str(value).encode("utf-8", "replace").decode()
