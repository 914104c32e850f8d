from __future__ import annotations

import jsonschema
import pytest
import yaml

from modelbout.catalogue import names
from modelbout.contract.kind import CHECKS_PACKAGE
from modelbout.contract.load import parse_contract
from modelbout.contract.rules import check_named
from modelbout.contract.schema import contract_schema
from modelbout.errors import ConfigError

pytestmark = pytest.mark.exhaustive

GOOD = """\
version: 1
table:
  {rows: {min: 1}, unexpected: {is: warn, owner: me}, unique: [[a], {is: [a, b], tolerance: 3}], expressions: [a > 1]}
columns:
  a: {type: integer, min: {is: 0, tolerance: 0.5}, max: 9, values: [1, 2], nulls: 0.5}
  b: {type: {is: string, level: warn}, pattern: x, required: false, unique: {is: true, reason: so}}
  c: {type: number, infinite: true, nulls: {is: 1, name: gaps}}
"""
COLUMN_RULES = [
    "{type: string, format: email, length: {max: 5, level: warn}}",
    "{type: string, format: {is: ip, tolerance: 3}, length: [{min: 1}, {is: {max: 9}, where: 'x == \"y\"'}]}",
    "{type: date, format: '%d/%m/%Y', monotonic: increasing}",
    "{type: datetime, timezone: UTC, monotonic: {order: strictly_decreasing, by: [x], owner: me}}",
    "{type: number, nan: 0.5, decimals: 2, near_constant: 0.99}",
    "{type: number, nan: {is: 0, where: x is null}, decimals: [{is: 2, where: x is null}, {is: 3}]}",
    "{type: number, aggregates: [{mean: {min: 1}}, {is: {std: {max: 2}}, level: warn}, {sum: {max: 2}, owner: me}]}",
    "{type: string, aggregates: [{share: {of: a, max: 0.5}}]}",
    "{type: integer, aggregates: [{quantile: {at: 0.5, max: 5}}, {median: {min: 1, max: 2}}]}",
    "{type: integer, references: {table: t.csv}}",
    "{type: integer, references: {table: t.csv, column: id, level: warn, tolerance: 0.1}}",
]
BAD_COLUMN_RULES = [
    "{type: string, length: {}}",
    "{type: string, length: 5}",
    "{type: number, nan: 2}",
    "{type: number, decimals: 16}",
    "{type: number, near_constant: 0}",
    "{type: number, monotonic: up}",
    "{type: number, monotonic: {by: [x]}}",
    "{type: number, aggregates: {mean: {min: 1}}}",
    "{type: number, aggregates: [{mean: {}}]}",
    "{type: number, aggregates: [{mean: {min: 1}, sum: {min: 1}}]}",
    "{type: number, aggregates: [{mean: {min: 1}, tolerance: 5}]}",
    "{type: number, aggregates: [{quantile: {max: 1}}]}",
    "{type: number, aggregates: [{share: {of: 1, max: 2}}]}",
    "{type: number, references: {column: x}}",
    "{type: number, references: t.csv}",
]
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


@pytest.mark.parametrize("rules", COLUMN_RULES)
def test_it_accepts_every_form_of_a_column_s_rules(rules: str) -> None:
    text = f"version: 1\ncolumns: {{a: {rules}, x: {{type: string}}}}"
    parse_contract(text, shown="c")
    jsonschema.validate(yaml.safe_load(text), contract_schema())


@pytest.mark.parametrize("rules", BAD_COLUMN_RULES)
def test_it_refuses_the_forms_that_the_loader_refuses(rules: str) -> None:
    text = f"version: 1\ncolumns: {{a: {rules}, x: {{type: string}}}}"
    with pytest.raises(ConfigError):
        parse_contract(text, shown="c")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(text), contract_schema())


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
