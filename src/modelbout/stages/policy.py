"""What `policy.forbidden` means for a table: columns that are no inputs, and the search for their proxies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from modelbout.catalogue import nearest
from modelbout.config.wording import quoted
from modelbout.contract.checks.proxies import Proxies
from modelbout.contract.model import Contract, Rule
from modelbout.data.names import meant
from modelbout.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from modelbout.stages.tables import Role
    from modelbout.stages.workspace import Workspace


def forbidden_in(work: Workspace, columns: Collection[str]) -> dict[str, str]:
    """Return the columns that no model may see, each with the key that forbids it.

    Raises:
        ConfigError: a name means no column and is nearly one: a slip that would let that column in.
    """
    found: dict[str, str] = {}
    problems = []
    for number, name in enumerate(work.config.policy.forbidden):
        key = f"policy.forbidden[{number}]"
        named = meant((name,), tuple(columns))
        found |= {column: key for column in named if column not in found}
        guess = None if named or set("*?") & set(name) else nearest(name, columns)
        # A table without the column is what one wishes for; a slip of the pen is not.
        if guess is not None:
            problems.append(
                Problem(
                    found=f"there is no column {quoted(name)} in the data, but there is {quoted(guess)}",
                    allowed="the names of columns that no model may see",
                    fix=f"write {quoted(guess)}, or remove the name if another column was meant",
                    place=work.loaded.place(key),
                )
            )
    if problems:
        raise ConfigError(*problems)
    return found


def with_policy(work: Workspace, contract: Contract | None, role: Role, columns: Collection[str]) -> Contract | None:
    """Return the contract with a rule on the proxies of every forbidden column that has none; None = nothing to hold.

    The rules warn, with the default limits. A holdout is too small a table to look for proxies in.
    """
    rules = () if role == "holdout" else tuple(_rules(work, contract, columns))
    if not rules:
        return contract
    if contract is None:
        return Contract(columns=(), table=rules, shown="modelbout.yaml")
    return replace(contract, table=(*contract.table, *rules))


def _rules(work: Workspace, contract: Contract | None, columns: Collection[str]) -> Iterator[Rule]:
    stated = {rule.value.of for rule in (contract.table if contract else ()) if isinstance(rule.value, Proxies)}
    for column, key in forbidden_in(work, columns).items():
        if column not in stated:
            yield Rule("proxies", Proxies(column), work.loaded.place(key), level="warn")
