"""Which number the next version gets: worked out from what its consumers would notice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelbout.manifest import Manifest, Signature

Change = Literal["major", "minor", "patch"]

_FORM = re.compile(r"v(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})")


class Version(NamedTuple):
    """A version's three numbers; versions are ordered by them."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        """Return the version as it stands in tags and the ledger, such as ``v2.3.1``."""
        return f"v{self.major}.{self.minor}.{self.patch}"

    def bump(self, change: Change) -> Version:
        """Return the next version after such a change."""
        if change == "major":
            return Version(self.major + 1, 0, 0)
        if change == "minor":
            return Version(self.major, self.minor + 1, 0)
        return Version(self.major, self.minor, self.patch + 1)


FIRST = Version(1, 0, 0)


def parse_version(text: str) -> Version | None:
    """Return the version that a text such as ``v2.3.1`` names, or None when it names none."""
    match = _FORM.fullmatch(text)
    return Version(*map(int, match.groups())) if match else None


def next_version(new: Manifest, *, succeeds: Manifest | None, registered: Iterable[str]) -> str:
    """Return the number for a new bundle.

    Args:
        new: the bundle to register.
        succeeds: the champion that it follows, or the latest version; None only when nothing is registered.
        registered: every version of the model that was ever registered; numbers go on from the highest of them,
            because a number is never used twice.
    """
    highest = _highest(registered)
    if highest is None or succeeds is None:
        return str(FIRST if highest is None else highest.bump("major"))
    return str(highest.bump(change(succeeds, new)))


def latest(registered: Iterable[str]) -> str | None:
    """Return the highest version, or None when there is none."""
    highest = _highest(registered)
    return None if highest is None else str(highest)


def followers(registered: Iterable[str]) -> frozenset[str]:
    """Return every number that the next version could get."""
    highest = _highest(registered)
    if highest is None:
        return frozenset({str(FIRST)})
    return frozenset(str(highest.bump(kind)) for kind in ("major", "minor", "patch"))


def change(old: Manifest, new: Manifest) -> Change:
    """Return how much changed between two bundles of a model, as its consumers see it.

    ``major``: who sends the old columns, or reads the old answer, may break (:func:`breaks`). ``minor``: code,
    configuration or the signature changed, and nobody breaks. ``patch``: at most data and environment changed.
    """
    if old.task != new.task or breaks(old.signature, new.signature):
        return "major"
    before, after = old.lineage, new.lineage
    if before.code_digest != after.code_digest or before.config_digest != after.config_digest:
        return "minor"
    return "minor" if _inputs(old.signature) != _inputs(new.signature) else "patch"


def breaks(old: Signature, new: Signature) -> bool:
    """Return whether a consumer written for the old signature can fail with the new one.

    It sends the old columns, nulls where they were allowed. So it breaks when an input is new and not nullable,
    when an input has another type or no longer takes nulls, and when the answer is about something else: another
    target, other classes, another positive class. An input that is no longer read breaks nobody.
    """
    if (old.target, old.target_type, old.classes, old.positive) != (
        new.target,
        new.target_type,
        new.classes,
        new.positive,
    ):
        return True
    known = {feature.name: feature for feature in old.inputs}
    for feature in new.inputs:
        before = known.get(feature.name)
        if before is None:
            if not feature.nullable:
                return True
        elif before.type != feature.type or (before.nullable and not feature.nullable):
            return True
    return False


def _inputs(signature: Signature) -> frozenset[tuple[str, str, bool]]:
    return frozenset((feature.name, feature.type, feature.nullable) for feature in signature.inputs)


def _highest(registered: Iterable[str]) -> Version | None:
    return max((version for text in registered if (version := parse_version(text))), default=None)
