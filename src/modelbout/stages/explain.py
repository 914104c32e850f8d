"""Say how the tables would be checked, without reading a row of a typed file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.contract.explain import Explained, explain
from modelbout.data.engines.choice import on_engine
from modelbout.errors import ConfigError, Problem
from modelbout.stages.policy import with_policy
from modelbout.stages.setting import setting_of
from modelbout.stages.tables import contract_of, scans

if TYPE_CHECKING:
    from modelbout.stages.workspace import Workspace


def plans(work: Workspace) -> tuple[Explained, ...]:
    """Return the plan of each table.

    Raises:
        ConfigError: the configuration or the contract is at fault, or there is no contract.
        DataError: a table cannot be opened.
    """
    contract = contract_of(work)
    if contract is None:
        raise ConfigError(
            Problem(
                found="there is no contract whose checks could be explained",
                fix="draft one with `modelbout contract infer`, and name it as `data.contract`",
                place=work.loaded.place("data"),
            )
        )
    return tuple(
        explain(
            on_engine(opened, work.config.data.engine),
            with_policy(work, contract, role, opened.columns) or contract,
            role=role,
            setting=setting_of(work, opened.columns),
        )
        for role, opened in scans(work, contract).items()
    )
