"""What each format means by its rules: a line of theirs, and the contract's line or the loss that it becomes."""

from __future__ import annotations

import json

import pytest

from modelbout.contract.exchange.draft import settle
from modelbout.contract.exchange.form import Exported, Imported, format_named, format_names
from modelbout.contract.load import parse_contract
from modelbout.errors import ConfigError


def imported(form: str, text: str, table: str | None = None) -> Imported:
    return settle(format_named(form).read(text, "theirs", table))


def exported(form: str, columns: str, table: str = "{}") -> Exported:
    text = f"version: 1\ntable: {table}\ncolumns:\n{columns}"
    return format_named(form).write(parse_contract(text, shown="contract.yaml"), "customers")


def column(made: Imported, name: str = "a") -> str:
    return next(line.split(": ", 1)[1] for line in made.text.splitlines() if line.startswith(f"  {name}: "))


def table(made: Imported) -> list[str]:
    lines = made.text.split("\ntable:\n")[1].split("\n\n")[0].splitlines()
    return [line.strip() for line in lines]


def losses(made: Imported | Exported) -> str:
    return "\n".join(str(loss) for loss in made.losses)


@pytest.mark.parametrize(
    ("rules", "line"),
    [
        ("dtype: int64", "{type: integer}"),
        ("dtype: float64, nullable: true", "{type: number, infinite: true, nulls: 1}"),
        ("dtype: uint8", "{type: integer, min: 0}"),
        ("dtype: 'datetime64[ns, Europe/Berlin]'", '{type: datetime, timezone: "Europe/Berlin"}'),
        ("dtype: int64, greater_than: 2", "{type: integer, min: 3}"),
        ("dtype: int64, less_than: 2.5", "{type: integer, max: 2}"),
        ("dtype: int64, in_range: {min_value: 0, max_value: 9, include_max: false}", "{type: integer, min: 0, max: 8}"),
        ("dtype: str, isin: [yes, 'no']", "{type: string}"),
        ("dtype: str, isin: ['yes', 'no']", '{type: string, values: ["yes", "no"]}'),
        ("dtype: str, str_matches: '[0-9]+'", '{type: string, pattern: "[0-9]+(?s:.*)"}'),
        ("dtype: str, str_contains: 'a|b'", '{type: string, pattern: "(?s:.*)(?:a|b)(?s:.*)"}'),
        ("dtype: str, str_startswith: a.b", '{type: string, pattern: "a\\\\.b(?s:.*)"}'),
        ("dtype: str, str_endswith: a", '{type: string, pattern: "(?s:.*)a"}'),
        ("dtype: int64, checks: {greater_than_or_equal_to: {value: 1, options: {raise_warning: true}}}",
         "{type: integer, min: {is: 1, level: warn}}"),
        ("dtype: int64, checks: [{value: 1, options: {check_name: equal_to, ignore_na: true}}]",
         "{type: integer, values: [1]}"),
    ],
)  # fmt: skip
def test_pandera(rules: str, line: str) -> None:
    made = imported("pandera", f"columns:\n  a: {{{rules}}}\n").text
    assert f"  a: {line}\n" in made.replace("required: true, ", "")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("columns:\n  a: {dtype: str, isin: [yes]}\n", "would be `values`"),
        ("columns:\n  a: {dtype: int64, coerce: true}\n", "theirs:2:29: columns.a.coerce: `coerce`"),
        ("columns:\n  a: {dtype: int64, mine: 3}\n", "`mine`"),
        ("columns:\n  a: {dtype: int64, checks: {mine: 3}}\n", "the check `mine`"),
        ("columns:\n  a: {dtype: int64, str_matches: x}\n", "`pattern` is for string columns"),
        ("columns:\n  a: {dtype: str, str_matches: '(?=x)'}\n", "look-around"),
        ("columns:\n  a: {dtype: int64}\nordered: true\n", "in any order"),
        ("columns:\n  a: {dtype: int64}\nstrict: filter\n", "never changes"),
        ("columns:\n  a: {dtype: int64}\nindex: [{dtype: int64}]\n", "`index`"),
        ("columns:\n  a: {dtype: int64, nullable: true, unique: true}\n", "two missing values"),
        ("columns:\n  a: {dtype: int64}\n  x_.*: {dtype: int64, regex: true}\n", "the columns like"),
        ("columns:\n  a: {dtype: timedelta64}\n", "the type `timedelta64`"),
        ("columns:\n  a: {dtype: int64}\n  a: {dtype: str}\n", ""),
    ],
)
def test_pandera_loses(text: str, what: str) -> None:
    if not what:
        with pytest.raises(ConfigError, match="second time"):
            imported("pandera", text)
        return
    assert what in losses(imported("pandera", text))


def test_yaml_of_others_has_anchors_and_merge_keys() -> None:
    made = imported(
        "pandera", "x: &x {dtype: int64, nullable: true}\ncolumns:\n  a: {<<: *x, nullable: false}\n  b: *x\n"
    )
    assert column(made) == "{type: integer}"
    assert column(made, "b") == "{type: integer, nulls: 1}"


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ('"type": "integer", "constraints": {"required": true, "minimum": "3"}', "{type: integer, min: 3}"),
        ('"type": "number", "constraints": {"exclusiveMaximum": 3}', "{type: number, infinite: true, nulls: 1}"),
        ('"constraints": {"pattern": "^a$"}', "{type: string, pattern: a, nulls: 1}"),
        ('"type": "date", "format": "%d.%m.%Y"', '{type: date, format: "%d.%m.%Y", nulls: 1}'),
        ('"format": "uri"', "{type: string, format: url, nulls: 1}"),
        ('"type": "boolean", "constraints": {"enum": ["true"]}', "{type: boolean, values: [true], nulls: 1}"),
    ],
)
def test_frictionless(field: str, line: str) -> None:
    made = imported("frictionless", f'{{"fieldsMatch": "equal",\t"fields": [{{"name": "a", {field}}}]}}')
    assert column(made) == line
    assert made.losses == ()


def test_frictionless_writes_ends_as_the_field_writes_its_dates() -> None:
    made = exported("frictionless", '  a: {type: date, format: "%d/%m/%Y", max: 2030-01-02, values: [2029-03-04]}\n')
    assert json.loads(made.text)["fields"][0]["constraints"] == {
        "required": True,
        "maximum": "02/01/2030",
        "enum": ["04/03/2029"],
    }
    assert column(imported("frictionless", made.text)) == (
        '{type: date, format: "%d/%m/%Y", max: "2030-01-02", values: ["2029-03-04"]}'
    )
    broken = made.text.replace("02/01/2030", "x")
    assert "would be `max`" in losses(imported("frictionless", broken))


@pytest.mark.parametrize(
    ("match", "required", "unexpected"),
    [("subset", True, "allow"), ("superset", False, "error"), ("partial", False, "allow"), ("equal", True, "error")],
)
def test_frictionless_says_which_columns_there_are(match: str, required: bool, unexpected: str) -> None:  # noqa: FBT001 -- a table
    made = imported("frictionless", f'{{"fieldsMatch": "{match}", "fields": [{{"name": "a"}}]}}')
    assert ("required: false" not in column(made)) == required
    assert next(rule.value for rule in made.contract.table if rule.check == "unexpected") == unexpected


def test_a_package_needs_the_name_of_its_table() -> None:
    package = {"resources": [{"name": name, "schema": {"fields": [{"name": name}]}} for name in ("one", "two")]}
    assert imported("frictionless", json.dumps(package), "two").contract.columns[0].name == "two"
    for wanted in (None, "three"):
        with pytest.raises(ConfigError, match="--table"):
            imported("frictionless", json.dumps(package), wanted)


def suite(*expectations: dict[str, object]) -> str:
    typed = {"type": "expect_column_values_to_be_of_type", "kwargs": {"column": "a", "type_": "float64"}}
    return json.dumps({"name": "s", "expectations": [typed, *expectations]})


def between(**kwargs: object) -> dict[str, object]:
    return {"type": "expect_column_values_to_be_between", "kwargs": {"column": "a", **kwargs}, "meta": {}}


NOT_NULL: dict[str, object] = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "a"}}


def test_mostly_is_a_share_of_the_rows_that_have_a_value() -> None:
    made = imported("great-expectations", suite(between(max_value=3, mostly=0.9)))
    assert "max: {is: 3, tolerance: 0.1, where: a is not null}" in column(made)
    made = imported("great-expectations", suite(between(max_value=3, mostly=0.9), NOT_NULL))
    assert "max: {is: 3, tolerance: 0.1}" in column(made)
    made = imported("great-expectations", suite(between(min_value=1, max_value=3, mostly=0.9), NOT_NULL))
    assert 'expressions: [{expr: "a >= 1 and a <= 3", tolerance: 0.1}]' in table(made)


def test_a_tolerance_goes_to_mostly_only_where_it_means_the_same() -> None:
    rule = "max: {is: 3, tolerance: 0.1"
    assert '"mostly": 0.9' in exported("great-expectations", f"  a: {{type: number, {rule}}}}}\n").text
    assert '"mostly": 0.9' not in exported("great-expectations", f"  a: {{type: number, nulls: 0.5, {rule}}}}}\n").text
    made = exported("great-expectations", f"  a: {{type: number, nulls: 1, {rule}, where: a is not null}}}}\n")
    assert '"mostly": 0.9' in made.text
    made = exported("great-expectations", "  a: {type: number, max: {is: 3, tolerance: 5}}\n")
    assert "a share, not a number of rows" in losses(made)


def test_a_strict_end_becomes_an_expression() -> None:
    made = imported("great-expectations", suite(between(min_value=0.5, strict_min=True), NOT_NULL))
    assert 'expressions: ["a > 0.5"]' in table(made)
    made = imported("great-expectations", suite(between(min_value="x"), NOT_NULL))
    assert "`min`" in losses(made)


@pytest.mark.parametrize(
    ("test", "line"),
    [
        ("not_null", "{type: integer}"),
        ("accepted_values: {values: [1, 2], quote: false}", "{type: integer, nulls: 1, values: [1, 2]}"),
        ("dbt_utils.accepted_range: {min_value: 0}", "{type: integer, nulls: 1, min: 0}"),
        ("dbt_utils.accepted_range: {min_value: 0, inclusive: false}", "{type: integer, nulls: 1, min: 1}"),
        ("dbt_utils.accepted_range: {arguments: {max_value: 9}, config: {error_if: '>5', severity: warn}}",
         "{type: integer, nulls: 1, max: {is: 9, tolerance: 5, level: warn}}"),
        ("dbt_utils.accepted_range: {max_value: 9, where: \"b = 'x' AND a IS NOT NULL\"}",
         '{type: integer, nulls: 1, max: {is: 9, where: "b == \\"x\\" and a is not null"}}'),
        ("dbt_utils.not_null_proportion: {at_least: 0.95}", "{type: integer, nulls: 0.05}"),
    ],
)  # fmt: skip
def test_dbt(test: str, line: str) -> None:
    columns = f"  - {{name: b, data_type: text}}\n  - {{name: a, data_type: int, tests: [{test}]}}\n"
    text = f"models:\n- name: m\n  columns:\n{columns}"
    made = column(imported("dbt", text))
    assert made.replace("level: warn, tolerance: 5", "tolerance: 5, level: warn") == line


@pytest.mark.parametrize(
    ("test", "what"),
    [
        ("unique: {config: {error_if: '>5'}}", "dbt counts values there"),
        ("dbt_utils.accepted_range: {max_value: other_column}", "it is SQL"),
        ("not_null: {config: {where: 'f(b) > 1'}}", "`where` is SQL"),
        ("relationships: {to: \"source('a', 'b')\", field: id}", "names no model"),
        ("mine: {x: 1}", "the test `mine`"),
        ("dbt_utils.expression_is_true: {expression: '/ b > 1'}", "cannot stand in an expression"),
    ],
)
def test_dbt_loses(test: str, what: str) -> None:
    text = f"models:\n- name: m\n  columns:\n  - name: a\n    data_type: int\n    data_tests: [{{{test}}}]\n"
    assert what in losses(imported("dbt", text))


def odcs(properties: str) -> str:
    head = "apiVersion: v3.0.2\nkind: DataContract\nschema:\n- name: t\n  properties:\n"
    return f"{head}  - {{name: a, {properties}}}\n"


@pytest.mark.parametrize(
    ("properties", "line"),
    [
        ("logicalType: integer, required: true", "{type: integer}"),
        ("logicalType: integer, primaryKey: true", "{type: integer, nulls: 0, unique: true}"),
        ("physicalType: 'DECIMAL(10, 2)'", "{type: number, nulls: 1, infinite: true}"),
        ("physicalType: 'NUMBER(10)'", "{type: integer, nulls: 1}"),
        ("logicalType: string, logicalTypeOptions: {pattern: 'x'}",
         '{type: string, nulls: 1, pattern: "(?s:.*)x(?s:.*)"}'),
        ("logicalType: string, quality: [{rule: nullCheck, mustBe: 0}]", "{type: string}"),
        ("logicalType: string, quality: [{metric: nullValues, mustBeLessThan: 5, unit: percent}]",
         "{type: string, nulls: 0.05}"),
        ("logicalType: string, quality: [{metric: invalidValues, arguments: {validValues: [a]}, mustBeLessThan: 5}]",
         "{type: string, nulls: 1, values: {is: [a], tolerance: 4}}"),
        ("logicalType: date, logicalTypeOptions: {format: yyyy-MM-dd}", "{type: date, nulls: 1}"),
    ],
)  # fmt: skip
def test_odcs(properties: str, line: str) -> None:
    assert column(imported("odcs", odcs(properties))).replace("nulls: 0, ", "") == line.replace("nulls: 0, ", "")


@pytest.mark.parametrize(
    ("properties", "what"),
    [
        ("logicalType: string, quality: [{type: sql, query: select 1, mustBe: 0}]", "it is a query"),
        ("logicalType: string, quality: [{type: custom, engine: soda}]", "another tool"),
        ("logicalType: string, quality: [{metric: nullValues, mustBeLessThan: 5}]", "counts otherwise"),
        ("logicalType: string, quality: [{metric: nullValues, mustNotBe: 5}]", "no one range"),
        ("logicalType: string, quality: [{metric: nullValues, mustBeLessThan: 5, unit: percent}]", "strict end"),
        ("logicalType: object", "the type `object`"),
        ("logicalType: date, logicalTypeOptions: {format: 'EEE d'}", "the format"),
        ("logicalType: string, tags: [pii]", "`tags`"),
    ],
)
def test_odcs_loses(properties: str, what: str) -> None:
    assert what in losses(imported("odcs", odcs(properties)))


def test_another_version_of_odcs_is_refused() -> None:
    with pytest.raises(ConfigError, match="v2"):
        imported("odcs", "apiVersion: v2.2.2\nkind: DataContract\n")


@pytest.mark.parametrize(
    ("feature", "line"),
    [
        ("type: INT presence { min_fraction: 1 }", "{type: integer}"),
        ("type: INT presence { min_count: 1 }", "{type: integer, nulls: 1}"),
        ("type: INT", "{type: integer, nulls: 1, required: false}"),
        ("type: FLOAT presence { min_fraction: 0.9 } float_domain { max: 2 disallow_inf: true }",
         "{type: number, nulls: 0.1, max: 2}"),
        ('type: BYTES presence { min_fraction: 1 } domain: "d" distribution_constraints { min_domain_mass: 0.9 }',
         "{type: string, values: {is: [x], tolerance: 0.1}}"),
        ('type: BYTES presence { min_fraction: 1 } time_domain { string_format: "%d.%m.%Y" }',
         '{type: date, format: "%d.%m.%Y"}'),
    ],
)  # fmt: skip
def test_tfdv(feature: str, line: str) -> None:
    text = f'feature {{ name: "a" {feature} }} string_domain {{ name: "d" value: "x" }}'
    assert column(imported("tfdv", text)) == line


@pytest.mark.parametrize(
    ("feature", "what"),
    [
        ("type: INT presence { min_count: 5 }", "`min_count`"),
        ("type: INT value_count { max: 5 }", "one value a row"),
        ("type: STRUCT", "no structures"),
        ("type: INT lifecycle_stage: DEPRECATED", "in this stage"),
        ("type: INT unique_constraints { min: 2 }", "how many different"),
        ("type: INT drift_comparator { }", "`drift_comparator`"),
        ('type: BYTES domain: "no"', "does not have it"),
        ("presence { min_fraction: 1 }", "does not say it"),
        ("type: INT int_domain { min: 0 max: 2 } distribution_constraints { min_domain_mass: 0.9 }", "at each end"),
    ],
)  # fmt: skip
def test_tfdv_loses(feature: str, what: str) -> None:
    made = imported("tfdv", f'feature {{ name: "b" type: INT }} feature {{ name: "a" {feature} }}')
    assert what in losses(made)


@pytest.mark.parametrize("form", format_names())
@pytest.mark.parametrize("text", ["[1]", "a: 1", "", "x" * 100, "{", 'feature { name: "" }', "columns: 3", "a: !!x 1"])
def test_a_file_of_another_kind_is_refused_or_has_no_columns(form: str, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        imported(form, text)
    assert caught.value.problems[0].found


@pytest.mark.parametrize("form", format_names())
def test_a_rule_is_not_exported_without_what_softens_it(form: str) -> None:
    made = exported(form, "  a: {type: integer, min: {is: 77, where: a is not null, level: warn, tolerance: 3}}\n")
    assert "77" not in made.text or form == "dbt"
    assert "a.min" in losses(made) or form == "dbt"


@pytest.mark.parametrize("form", format_names())
def test_rules_that_a_format_has_not_are_told(form: str) -> None:
    made = exported(form, "  a: {type: integer, near_constant: 0.9}\n", "{duplicates: 0}")
    assert "contract.yaml:2:21: table.duplicates: `duplicates`" in losses(made)
    assert "columns.a.near_constant: `near_constant` of `a`" in losses(made)
