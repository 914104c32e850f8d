"""Cut GitHub's OpenAPI description down to the operations that this server answers.

Take it again with ``npm pack @octokit/openapi``, unpack ``generated/api.github.com.json`` and run, from the root:

    python -m tests.github_server.cut_openapi path/to/api.github.com.json

What stays is the operations in the route table and every component that they reach; prose and examples go. The same
input gives the same bytes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.github_server import app as _app  # fills the route table
from tests.github_server.exchange import ROUTES

KEPT = Path(__file__).parent / "data" / "github-openapi.json"
# A discriminator only says which schema of oneOf to try; GitHub has one for a list, which has no property to look at.
PROSE = {"description", "summary", "example", "examples", "externalDocs", "tags", "title", "discriminator"}
NAMES = {"properties", "schemas", "responses", "parameters", "headers", "paths", "content"}  # keys are names


def strip(found: Any, *, names: bool = False) -> Any:
    """Remove prose, examples and extensions; below ``names`` a key is a name and stays, whatever it is called."""
    if isinstance(found, list):
        return [strip(item) for item in found]
    if not isinstance(found, dict):
        return found
    kept = {}
    for key, value in found.items():
        if not names and (key in PROSE or key.startswith("x-")):
            continue
        kept[key] = (
            value
            if key in {"enum", "default", "required"} and not names
            else strip(value, names=key in NAMES and not names)
        )
    return kept


def references(found: Any) -> set[str]:
    if isinstance(found, list):
        return set().union(*map(references, found))
    if not isinstance(found, dict):
        return set()
    here = {found["$ref"]} if isinstance(found.get("$ref"), str) else set()
    return here.union(*map(references, found.values()))


def corrected(schemas: dict[str, Any]) -> None:
    """Say what GitHub does and its description does not: each of these was seen in real answers."""
    nullable: list[tuple[str, ...]] = [("pull-request", "head", "repo"), ("pull-request", "head", "user")]
    nullable += [("pull-request-simple", *rest) for _, *rest in nullable]
    for name, *way, last in (*nullable, ("workflow-run", "head_repository")):
        # What belongs to a fork is null once the fork, or its owner, is deleted.
        if name in schemas:
            within = schemas[name]["properties"]
            for step in way:
                within = within[step]["properties"]
            kind = within[last]["$ref"].rsplit("/", 1)[1]
            if not kind.startswith("nullable-"):
                schemas.setdefault(f"nullable-{kind}", {**schemas[kind], "nullable": True})
                within[last] = {"$ref": f"#/components/schemas/nullable-{kind}"}
    # An upload that broke leaves an asset in this state (docs: "Upload a release asset").
    schemas["release-asset"]["properties"]["state"]["enum"].append("starter")


def cut(whole: dict[str, Any]) -> dict[str, Any]:
    """Return the part of the description that the route table needs."""
    paths: dict[str, Any] = {}
    for route in sorted(ROUTES, key=lambda r: (r.template, r.method)):
        operations = whole["paths"][route.template]
        paths.setdefault(route.template, {})[route.method.lower()] = operations[route.method.lower()]
    wanted = {"#/components/schemas/basic-error", "#/components/schemas/validation-error"}
    stripped = strip(paths, names=True)
    waiting, reached = references(stripped) | wanted, set()
    components: dict[str, Any] = {}
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        _, _, kind, key = name.split("/")
        part = strip(whole["components"][kind][key])
        components.setdefault(kind, {})[key] = part
        waiting |= references(part)
    corrected(components["schemas"])
    return {
        "openapi": whole["openapi"],
        "info": {"title": "GitHub's REST API, cut for tests", "version": whole["info"]["version"]},
        "servers": whole["servers"],
        "paths": paths and stripped,
        "components": {kind: dict(sorted(components[kind].items())) for kind in sorted(components)},
    }


def lines(described: dict[str, Any]) -> str:
    """Write JSON with one line for each path and each component, so that a new cut shows what changed."""

    def inner(parts: dict[str, Any], indent: str) -> str:
        told = [f"{indent}{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in parts.items()]
        return "{\n" + ",\n".join(told) + "\n" + indent[1:] + "}"

    head = ",\n".join(f" {json.dumps(k)}: {json.dumps(described[k])}" for k in ("openapi", "info", "servers"))
    kinds = ",\n".join(
        f"  {json.dumps(kind)}: {inner(parts, '   ')}" for kind, parts in described["components"].items()
    )
    return f'{{\n{head},\n "paths": {inner(described["paths"], "  ")},\n "components": {{\n{kinds}\n }}\n}}\n'


if __name__ == "__main__":
    KEPT.write_text(lines(cut(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))), encoding="utf-8")
    print(f"{KEPT}: {KEPT.stat().st_size:,} bytes, {len(ROUTES)} operations of {_app.__name__}")  # noqa: T201  a script
