from __future__ import annotations

import jsonschema
import pytest
import yaml

from modelbout.catalogue import names
from modelbout.contract.kind import CHECKS_PACKAGE
from modelbout.contract.load import parse_contract
from modelbout.contract.rules import check_named
from modelbout.contract.schema import contract_schema

GOOD = """\
version: 1
table:
  {rows: {min: 1}, unexpected: {is: warn, owner: me}, unique: [[a], {is: [a, b], tolerance: 3}], expressions: [a > 1]}
columns:
  a: {type: integer, min: {is: 0, tolerance: 0.5}, max: 9, values: [1, 2], nulls: 0.5}
  b: {type: {is: string, level: warn}, pattern: x, required: false, unique: {is: true, reason: so}}
  c: {type: number, infinite: true, nulls: {is: 1, name: gaps}}
"""
BAD = [
    "version: 2\ncolumns: {a: {type: string}}",
    "version: 1\ncolumns: {a: {}}",
    "version: 1\ncolumns: {a: {type: string, mn: 1}}",
    "version: 1\ncolumns: {a: {type: integer, min: {is: 0, tolerance: 1.5}}}",
    "version: 1\ncolumns: {a: {type: integer, nulls: 2}}",
    "version: 1\ntable: {rows: {}}\ncolumns: {a: {type: integer}}",
    "version: 1\ntable: {unexpected: {is: warn, level: error}}\ncolumns: {a: {type: integer}}",
]


def test_it_is_a_schema_and_accepts_what_the_loader_accepts() -> None:
    schema = contract_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    parse_contract(GOOD, shown="c")
    jsonschema.validate(yaml.safe_load(GOOD), schema)


@pytest.mark.parametrize("text", BAD)
def test_it_refuses_what_the_loader_refuses(text: str) -> None:
    with pytest.raises(Exception, match="contract"):
        parse_contract(text, shown="contract.yaml")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(text), contract_schema())


def test_every_check_is_in_it() -> None:
    schema = contract_schema()["properties"]
    keys = set(schema["columns"]["additionalProperties"]["properties"]) | set(schema["table"]["properties"])
    checks = [check_named(name) for name in names(CHECKS_PACKAGE)]
    assert keys >= {check.key for check in checks}
    assert len({(check.scope, check.key) for check in checks}) == len(checks)
