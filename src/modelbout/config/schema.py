"""The JSON Schemas of every document that Modelbout reads or writes, made from the types that read them."""

from __future__ import annotations

from inspect import cleandoc
from typing import TYPE_CHECKING, Any

import msgspec

from modelbout.config.model import Config
from modelbout.contract_diff import ContractDiff
from modelbout.drift_result import DriftResult
from modelbout.manifest import BUNDLE_SCHEMA_VERSION, Manifest
from modelbout.registry.ledger import Event
from modelbout.results import (
    RESULT_SCHEMA_VERSION,
    BoutResult,
    Notice,
    Origin,
    PromotionResult,
    TrainingResult,
    ValidationResult,
)

if TYPE_CHECKING:
    from modelbout.record import Record

DIALECT = "https://json-schema.org/draft/2020-12/schema"
CONFIG_VERSION = 1
CONTRACT_VERSION = 1
EVENT_VERSION = 1

Schema = dict[str, Any]

_RECORDS: tuple[tuple[str, type[Record], int], ...] = (
    ("config", Config, CONFIG_VERSION),
    ("validation", ValidationResult, RESULT_SCHEMA_VERSION),
    ("contract-diff", ContractDiff, RESULT_SCHEMA_VERSION),
    ("drift", DriftResult, RESULT_SCHEMA_VERSION),
    ("training", TrainingResult, RESULT_SCHEMA_VERSION),
    ("bout", BoutResult, RESULT_SCHEMA_VERSION),
    ("promotion", PromotionResult, RESULT_SCHEMA_VERSION),
    ("origin", Origin, RESULT_SCHEMA_VERSION),
    ("notice", Notice, RESULT_SCHEMA_VERSION),
    ("manifest", Manifest, BUNDLE_SCHEMA_VERSION),
    ("event", Event, EVENT_VERSION),
)

# What config/rules.py checks too: an editor shows it while the file is written.
_ONE_OF = {
    "Data": [{"required": ["source", "split"]}, {"required": ["train", "holdout"]}],
    "Train": [{"required": [way]} for way in ("estimator", "command", "challengers")],
}


def schemas() -> dict[str, Schema]:
    """Return the JSON Schema (2020-12) of each document by its name: config, contract, validation, and so on.

    Objects allow no other property than those named. The identifiers are URNs, so that nothing is ever fetched.
    """
    # The contract's schema is assembled from its checks, which import their engines.
    from modelbout.contract.schema import contract_schema  # noqa: PLC0415 -- see above

    made = {name: record_schema(name, kind, version) for name, kind, version in _RECORDS}
    head = _head("contract", CONTRACT_VERSION)
    made["contract"] = {**head, **contract_schema(), **head}
    return dict(sorted(made.items()))


def record_schema(name: str, kind: type[Record], version: int) -> Schema:
    """Return the JSON Schema of one record type."""
    body = msgspec.json.schema(kind)
    definitions: dict[str, Schema] = body["$defs"]
    root = definitions.pop(kind.__name__)
    if kind is Config:
        for title, choices in _ONE_OF.items():
            definitions[title]["oneOf"] = choices
    # Defaults may be tuples and records: what is returned is what JSON says of them.
    made: Schema = msgspec.json.decode(msgspec.json.encode({**_head(name, version), **root, "$defs": definitions}))
    for part in (made, *made["$defs"].values()):
        # A docstring keeps its indentation until Python 3.12 and loses it from 3.13 on.
        if "description" in part:
            part["description"] = cleandoc(part["description"])
    return made


def _head(name: str, version: int) -> Schema:
    return {"$schema": DIALECT, "$id": f"urn:modelbout:schema:{name}:{version}"}
