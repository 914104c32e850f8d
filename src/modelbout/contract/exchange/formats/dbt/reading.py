"""From a dbt model to the draft of a contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.config.wording import quoted
from modelbout.contract.exchange.draft import Draft
from modelbout.contract.exchange.formats.dbt.data_tests import REF, Test, ask
from modelbout.contract.exchange.formats.dbt.writing import TITLE
from modelbout.contract.exchange.source import ABOUT, Keys, mapping_of, only, read_source
from modelbout.contract.exchange.sql import from_sql
from modelbout.contract.exchange.types import sql_type, type_of

if TYPE_CHECKING:
    from modelbout.contract.exchange.draft import DraftColumn


def read(text: str, shown: str, table: str | None) -> Draft:
    """Read one model, seed, snapshot or source table."""
    root = mapping_of(read_source(text, shown), "dbt properties")
    draft = Draft(TITLE, shown)
    keys = Keys(root, draft.losses.append)
    keys.take("version")
    found = [item for kind in ("models", "seeds", "snapshots") for item in keys.items(kind)]
    for source in keys.items("sources"):
        found += (source.get("tables") or source).items
    named = [(label.text if (label := item.get("name")) else "", item) for item in found]
    chosen = only(named, table, "models", root)
    for name, item in named:
        if item is not chosen:
            draft.lose(item.place, f"the model {quoted(name)}", "a contract is about one table")
    _model(draft, Keys(mapping_of(chosen, "model"), draft.losses.append))
    keys.done(ABOUT)
    return draft


def _model(draft: Draft, keys: Keys) -> None:
    keys.take("name")
    draft.description = keys.text("description")
    config = keys.mapping("config")
    contract = config.mapping("contract") if config is not None else None
    enforced = contract is not None and contract.flag("enforced")
    if config is not None:
        config.done(ABOUT)
    for item in keys.items("columns"):
        _column(draft, Keys(mapping_of(item, "column"), draft.losses.append), enforced=enforced)
    if enforced:
        draft.ask("unexpected", "error", keys.place)
    for item in (*keys.items("data_tests"), *keys.items("tests")):
        ask(draft, None, Test(draft, item))
    for item in keys.items("constraints"):
        _constraint(draft, Keys(mapping_of(item, "constraint"), draft.losses.append), None)
    keys.done(ABOUT)


def _column(draft: Draft, keys: Keys, *, enforced: bool) -> None:
    name, kind = keys.text("name"), keys.take("data_type")
    tests = [Test(draft, item) for item in (*keys.items("data_tests"), *keys.items("tests"))]
    known = sql_type(kind.text) if kind is not None else type_of(value for test in tests for value in test.values())
    if kind is None or known is None:
        made = known or "string"
        place = kind.place if kind is not None else keys.place
        what = f"the type {quoted(kind.text)} of {quoted(name)}" if kind is not None else f"the type of {quoted(name)}"
        why = "Modelbout has none like it" if kind is not None else "dbt says none"
        draft.lose(place, what, f"{why}; written as {made}", "Correct `type:`.")
    column = draft.column(name, known or "string", keys.place)
    if column is None:
        return
    # A test on a column that is gone is an error of the database; a column that is only described may be gone.
    column.ask("required", enforced or bool(tests), keys.place)
    description = keys.text("description")
    if description:
        column.ask("description", description, keys.place)
    for test in tests:
        ask(draft, column, test)
    for item in keys.items("constraints"):
        _constraint(draft, Keys(mapping_of(item, "constraint"), draft.losses.append), column)
    keys.done(ABOUT)


def _constraint(draft: Draft, keys: Keys, column: DraftColumn | None) -> None:
    kind, names = keys.text("type"), [item.text for item in keys.items("columns")]
    keys.take("name", "warn_unenforced", "warn_unsupported")
    columns = [column] if column is not None else [draft.columns[name] for name in names if name in draft.columns]
    match kind:
        case "not_null" | "primary_key" | "unique":
            for one in columns if kind != "unique" else ():
                one.ask("nulls", 0, keys.place)
            if kind != "not_null" and len(columns) == 1:
                columns[0].ask("unique", value=True, place=keys.place)
            elif kind != "not_null":
                draft.ask("unique", names, keys.place)
        case "check":
            draft.express(from_sql(keys.text("expression")), keys.place, "the constraint `check`")
        case "foreign_key" if len(columns) == 1 and (target := REF.match(keys.text("to"))):
            there = [item.text for item in keys.items("to_columns")]
            draft.refer(columns[0], target[1], there[0] if there else "", keys.place)
        case _:
            draft.lose(keys.place, f"the constraint {quoted(kind)}", "Modelbout has no such rule, or it is SQL")
            keys.take("expression", "to", "to_columns")
    keys.done()
