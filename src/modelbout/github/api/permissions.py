"""Say which permission of a workflow's token a call needs, by its path."""

from __future__ import annotations

import re

# docs.github.com, "Permissions required for GitHub Apps": the first row that fits the path behind the repository.
# A comment under a pull request is an issue's comment, and either permission lets it be written.
_AREAS = (
    (r"issues/", "pull-requests"),
    (r"pulls", "pull-requests"),
    (r"commits/[^/]+/check-(runs|suites)|check-(runs|suites)", "checks"),
    (r"commits/[^/]+/pulls", "pull-requests"),
    (r"actions/|environments", "actions"),
    (r"deployments", "deployments"),
)
_REPOSITORY = re.compile(r"/repos/[^/]+/[^/]+/?(?P<rest>.*)")
_KNOWN = re.compile(r"[a-z_]+=(?:read|write|admin)")
ADMINISTRATION = re.compile(r"immutable-releases|branches/.+/protection|rulesets")


def permission(asked: str, accepted: str = "") -> str:
    """Return the permission as a workflow writes it, such as ``contents: write``; empty when none would help.

    Args:
        asked: method and path of the call, such as ``POST /repos/o/n/releases``.
        accepted: GitHub's own word on it, the header ``x-accepted-github-permissions``, when it gave one.
    """
    told = [part for part in re.split(r"[;,]\s*", accepted) if _KNOWN.fullmatch(part)]
    if told:
        names = [part.replace("=", ": ").replace("_", "-") for part in told]
        return next((name for name in names if name.startswith("pull-requests")), names[0])
    method, _, path = asked.partition(" ")
    found = _REPOSITORY.search(path.partition("?")[0])
    if found is None:
        return ""
    rest = found["rest"]
    if ADMINISTRATION.match(rest):
        return "administration: read" if method == "GET" else "administration: write"
    area = next((area for pattern, area in _AREAS if re.match(pattern, rest)), "contents")
    return f"{area}: {'read' if method in ('GET', 'HEAD', '') else 'write'}"
