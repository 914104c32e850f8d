"""The JSON Schema of contract.yaml, put together from what each check says of its own key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelbout.contract.model import CONTRACT_VERSION, DEFAULT_MISSING
from modelbout.contract.rules import MAX_RULES, checks_by_key, takes_mapping

if TYPE_CHECKING:
    from modelbout.contract.kind import Check, Schema

_TEXT: Final[Schema] = {"type": "string", "minLength": 1}
_LONG: Final[Schema] = {
    "level": {"enum": ["error", "warn"], "default": "error", "description": "Whether a broken rule fails the table."},
    "tolerance": {
        "description": "How many rows may fail: a share of all rows below 1, or a whole number of rows.",
        "anyOf": [{"type": "number", "minimum": 0, "exclusiveMaximum": 1}, {"type": "integer", "minimum": 1}],
        "default": 0,
    },
    "where": {**_TEXT, "description": 'Only the rows for which this comparison holds, such as `country == "DE"`.'},
    "reason": {**_TEXT, "description": "Why the rule is there."},
    "owner": {**_TEXT, "description": "Who answers for it."},
    "name": {**_TEXT, "description": "What the rule is called in reports."},
}


def contract_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of contract.yaml, without ``$schema`` and ``$id``."""
    checks = {key: _property(check) for key, check in sorted(checks_by_key("column").items())}
    column = {
        **checks,
        # The one key that is a rule on texts and a way of reading for dates.
        "format": {**checks["format"], "anyOf": [*checks["format"]["anyOf"], _TEXT]},
        "timezone": {**_TEXT, "description": "IANA name of the zone of a datetime column, such as `Europe/Berlin`."},
        "description": {**_TEXT, "description": "What the column means."},
    }
    table = {key: _property(check) for key, check in sorted(checks_by_key("table").items())}
    return {
        "title": "contract.yaml",
        "description": "What a table promises: its columns and the rules on them.",
        **_object(
            {
                "version": {"const": CONTRACT_VERSION, "description": "The version of this file's format."},
                "description": {**_TEXT, "description": "What the table is."},
                "table": {"description": "Rules on the table as a whole.", **_object(table)},
                "read": {
                    "description": "How a text file is read.",
                    **_object(
                        {
                            "missing": {
                                "type": "array",
                                "items": {"type": ["string", "number"]},
                                "default": list(DEFAULT_MISSING),
                                "description": "The texts that mean `no value`.",
                            },
                            "delimiter": {**_TEXT, "description": "What separates the cells."},
                            "encoding": {**_TEXT, "description": "Such as utf-8 (default) or latin-1."},
                        }
                    ),
                },
                "columns": {
                    "description": "The columns by name, in any order.",
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": _object(column, "type"),
                },
            },
            "version",
            "columns",
        ),
    }


def _object(properties: Schema, *required: str) -> Schema:
    made: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**made, "required": list(required)} if required else made


def _property(check: Check) -> Schema:
    """Return the short form, or the long one with the check's own keys; several where the check takes a list."""
    default = {"default": check.schema["default"]} if "default" in check.schema else {}
    value = {key: part for key, part in check.schema.items() if key != "default"}
    beside: Schema = {key: _LONG[key] for key in check.long}
    long = _object({check.main: value, **beside}, check.main)
    value = _with(beside, value)
    if check.many:
        rule: Schema = {"type": "array", "maxItems": MAX_RULES, "items": {"anyOf": [value, long]}}
    else:
        each = {"anyOf": [value, long]} if takes_mapping(value) else long
        several: Schema = {"type": "array", "minItems": 1, "maxItems": MAX_RULES, "items": each}
        rule = {"anyOf": [value, long, *([several] if "where" in check.long else [])]}
    return {"description": check.summary, **default, **rule}


def _with(beside: Schema, value: Schema) -> Schema:
    """Return a value that is a mapping with level, owner and so on in it; any other value as it is."""
    if value.get("type") == "object":
        return {**value, "properties": {**value["properties"], **beside}}
    if "anyOf" in value:
        return {**value, "anyOf": [_with(beside, one) for one in value["anyOf"]]}
    return value
