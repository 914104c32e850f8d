"""An action's inputs, parsed once: each has a type, and a wrong one is told by its name."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from modelbout.catalogue import did_you_mean
from modelbout.errors import ConfigError, Place, Problem, cause

if TYPE_CHECKING:
    from collections.abc import MutableMapping

T = TypeVar("T", bound=str)

VARIABLE = "MODELBOUT_INPUTS"
TOKEN = "github-token"  # noqa: S105 -- an input's name
DISPATCH_TOKEN = "dispatch-token"  # noqa: S105 -- an input's name
SECRETS = (TOKEN, DISPATCH_TOKEN)
TRUE = ("true", "True", "TRUE")  # YAML 1.2, core schema: the six spellings of a boolean
FALSE = ("false", "False", "FALSE")
NUMBER_LIMIT = 2**63 - 1  # the largest integer that every JSON reader of ours takes
SHOWN = 80  # ours: characters of a wrong value that a message repeats
_NUMBER = re.compile(r"[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Inputs:
    """What ``with:`` says, and the defaults of what it leaves out, as texts; an empty one counts as not given.

    Attributes:
        values: by the input's name, without the secrets.
        secrets: the tokens; never shown, not even by ``repr``.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def text(self, name: str, default: str = "") -> str:
        """Return an input as it is, without white space around it."""
        return self.values.get(name, "").strip() or default

    def lines(self, name: str) -> tuple[str, ...]:
        """Return the lines of an input that hold something."""
        return tuple(line for part in self.values.get(name, "").splitlines() if (line := part.strip()))

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a yes or no.

        Raises:
            ConfigError: it is none of YAML's six spellings.
        """
        value = self.text(name)
        if not value:
            return default
        if value in TRUE or value in FALSE:
            return value in TRUE
        raise wrong(name, value, allowed=", ".join((*TRUE, *FALSE)))

    def number(self, name: str) -> int | None:
        """Return a number from 1, such as that of an issue; None when it is not given.

        Raises:
            ConfigError: it is something else.
        """
        value = self.text(name)
        if not value:
            return None
        if not _NUMBER.fullmatch(value) or int(value) > NUMBER_LIMIT:
            raise wrong(name, value, allowed="a whole number from 1")
        return int(value)

    def choice(self, name: str, allowed: tuple[T, ...], *, default: T) -> T:
        """Return one of some words.

        Raises:
            ConfigError: it is another one.
        """
        value = self.text(name, default)
        found = next((word for word in allowed if word == value), None)
        if found is None:
            raise wrong(name, value, allowed=", ".join(allowed), guess=did_you_mean(value, allowed))
        return found

    def secret(self, name: str) -> str | None:
        """Return a token; None when it is not given."""
        return self.secrets.get(name, "").strip() or None


def take(environ: MutableMapping[str, str]) -> Inputs:
    """Parse the inputs and take them out of the environment, so that no child inherits the tokens in them.

    Raises:
        ConfigError: the variable is there and holds no inputs.
    """
    raw = environ.pop(VARIABLE, "")
    if not raw:
        return Inputs()
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, Mapping) or not all(isinstance(value, str) for value in found.values()):
        fix = f"let the action set it: `env: {{{VARIABLE}: ${{{{ toJSON(inputs) }}}}}}`"
        raise ConfigError(
            Problem(found="these are no inputs", allowed="a JSON object of texts", fix=fix, place=Place(key=VARIABLE))
        )
    return Inputs(
        values={name: value for name, value in found.items() if name not in SECRETS},
        secrets={name: value for name, value in found.items() if name in SECRETS},
    )


def wrong(name: str, value: str, *, allowed: str, guess: str = "") -> ConfigError:
    """Return the error for an input that is not what it should be."""
    return ConfigError(
        Problem(
            found=f"the input `{name}` is {cause(repr(value), limit=SHOWN)}.{guess}",
            allowed=allowed,
            fix=f"correct `{name}:` below `with:` in the workflow",
            place=Place(key=name),
        )
    )
