"""From the text of one rule, short or long, to a Rule; which checks there are is what lies in ``checks/``."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from modelbout.catalogue import did_you_mean, member, names
from modelbout.config.wording import listed, quoted
from modelbout.contract.condition import read_condition
from modelbout.contract.kind import CHECKS_PACKAGE, Check, Context, refuse, refuse_at
from modelbout.contract.model import Rule
from modelbout.contract.parts import tolerance_in
from modelbout.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from modelbout.config.yaml_tree import Node
    from modelbout.errors import Level, Place

# Ours: a table with more compound rules than this wants a program, not a contract.
MAX_RULES: Final = 200


@cache
def check_named(name: str) -> Check:
    """Return a check by its module's name.

    Raises:
        KeyError: there is no such check.
    """
    return cast("Check", member(CHECKS_PACKAGE, name).CHECK)


def checks_by_key(scope: Literal["column", "table"]) -> dict[str, Check]:
    """Return the checks that may stand below a column or below ``table``, by their key."""
    found = (check_named(name) for name in names(CHECKS_PACKAGE))
    return {check.key: check for check in found if check.scope == scope}


def name_of(check: Check) -> str:
    """Return the module's name of a check."""
    return next(name for name in names(CHECKS_PACKAGE) if check_named(name) is check)


def read_rules(check: Check, node: Node, context: Context, column: str | None) -> tuple[Rule, ...]:
    """Read what stands under a check's key.

    Raises:
        ConfigError: it is no such rule; all its faults at once.
    """
    if check.types and context.type not in check.types:
        found = f"`{check.key}` is for {listed(tuple(sorted(check.types)))} columns; this one is {context.type}"
        raise refuse(node, found, "", "Remove it, or correct `type`.")
    if not check.many and not _several(check, node):
        return (_rule(check, node, context, column),)
    if node.kind != "sequence":
        raise refuse(node, "found no list", f"a list of {check.key}", "Write each rule behind a `-`.")
    if len(node.items) > MAX_RULES:
        raise refuse(node, f"{len(node.items):,} rules", f"at most {MAX_RULES}")
    rules: list[Rule] = []
    problems: list[Problem] = []
    for item in node.items:
        try:
            rules.append(_rule(check, item, context, column))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(*problems)
    return tuple(rules)


def default_rules(
    checks: Mapping[str, Check], stated: Collection[str], context: Context, place: Place, column: str | None
) -> tuple[Rule, ...]:
    """Return the rules that hold because the contract says nothing else."""
    return tuple(
        Rule(check=name_of(check), value=check.default, place=place, column=column, stated=False)
        for key, check in checks.items()
        if key not in stated and check.default is not None and (not check.types or context.type in check.types)
    )


def _rule(check: Check, node: Node, context: Context, column: str | None) -> Rule:
    name = name_of(check)
    if node.kind != "mapping" or not _is_long(check, node):
        return Rule(check=name, value=check.read(node, context), place=node.place, column=column)
    if node.get(check.main) is None:
        node = _folded(check, node)
    problems: list[Problem] = []
    read: dict[str, Callable[[Node], object]] = {
        "level": _level,
        "tolerance": tolerance_in,
        "where": lambda value: read_condition(value, context),
        "reason": read_text,
        "owner": read_text,
        "name": read_text,
    }
    given: dict[str, object] = {}
    for key, value, place in node.entries:
        try:
            if key == check.main:
                given["value"] = check.read(value, context)
            elif key in check.long:
                given[key] = read[key](value)
            else:
                raise _unknown(check, key, place)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(*problems)
    return Rule(check=name, place=node.place, column=column, **given)  # type: ignore[arg-type]  # each was read as its field


def _folded(check: Check, node: Node) -> Node:
    """Return a rule whose value is a mapping with that mapping below the main key, as the long form has it."""
    own = tuple(entry for entry in node.entries if entry[0] not in check.long)
    others = tuple(entry for entry in node.entries if entry[0] in check.long)
    return replace(node, entries=((check.main, replace(node, entries=own), node.place), *others))


def takes_mapping(schema: Mapping[str, Any]) -> bool:
    """Tell whether a check's value may be a mapping itself."""
    return schema.get("type") == "object" or any(takes_mapping(one) for one in schema.get("anyOf", ()))


def _several(check: Check, node: Node) -> bool:
    """Tell a list of long forms, each with a `where:` of its own, from a value that is a list."""
    return (
        "where" in check.long
        and bool(node.items)
        and all(
            item.kind == "mapping" and (item.get(check.main) is not None or takes_mapping(check.schema))
            for item in node.items
        )
    )


def _is_long(check: Check, node: Node) -> bool:
    """Tell a rule with a level, an owner and so on from a value that is a mapping (``rows: {min: 1}``).

    Raises:
        ConfigError: the value is missing.
    """
    if node.get(check.main) is not None:
        return True
    if all(key in check.long for key, _, _ in node.entries):
        raise refuse(node, f"the key `{check.main}` is missing", "", f"Write `{{{check.main}: ..., level: warn}}`.")
    if takes_mapping(check.schema):
        return any(key in check.long for key, _, _ in node.entries)
    unknown = next((key, place) for key, _, place in node.entries if key not in check.long)
    raise _unknown(check, *unknown)


def _unknown(check: Check, key: str, place: Place) -> ConfigError:
    known = (check.main, *check.long)
    if key == "tolerance":
        fix = f"`{check.key}` holds or does not: remove the tolerance."
    elif key == "where":
        fix = f"`{check.key}` is not about rows: remove the condition."
    elif key == "level":
        fix = f"The value of `{check.key}` is its level already."
    else:
        fix = did_you_mean(key, known).strip() or "Remove it."
    return refuse_at(place, f"unknown key {quoted(key)}", ", ".join(f"`{one}`" for one in known), fix)


def _level(node: Node) -> Level:
    if node.kind == "scalar" and node.text in ("error", "warn"):
        return cast("Level", node.text)
    found = f"found {quoted(node.text)}" if node.kind == "scalar" else "found no word"
    raise refuse(node, found, "`error`, `warn`", did_you_mean(node.text, ("error", "warn")).strip())


def read_text(node: Node) -> str:
    """Read a text that is not empty.

    Raises:
        ConfigError: it is none.
    """
    if node.kind != "scalar" or node.tag in ("null", "bool") or not node.text:
        raise refuse(node, "found no text", "a text", "Write it in quotes.")
    return node.text
