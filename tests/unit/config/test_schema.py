from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from modelbout.config.schema import DIALECT, record_schema, schemas
from modelbout.config.yaml_tree import parse_yaml
from modelbout.errors import Place, Problem
from modelbout.evidence import Curve, Estimate, Interval, MetricResult
from modelbout.manifest import Feature, FileDigest, Lineage, Manifest, Scorer, Signature
from modelbout.record import Record, to_json
from modelbout.registry.ledger import Event
from modelbout.results import (
    BoutResult,
    DataFile,
    Finding,
    PromotionResult,
    TableSummary,
    TrainingResult,
    ValidationResult,
)

PUBLISHED = Path(__file__).parents[3] / "schemas"
NOW = "2026-11-20T12:00:00Z"

ESTIMATE = Estimate(value=0.8, interval=Interval(low=0.7, high=0.9, method="influence function"))
RECORDS: dict[str, Record] = {
    "validation": ValidationResult(
        model="churn",
        passed=False,
        tables=(TableSummary(role="source", files=(DataFile(path="a", sha256="0", bytes=1),), rows=1, columns=1),),
        rules=1,
        findings=(
            Finding(
                check="min",
                rule="min",
                columns=("a",),
                level="error",
                role="source",
                failed=1,
                total=2,
                message="m",
                rows=(1,),
                place=Place(file="contract.yaml", line=3),
            ),
        ),
        contract="contract.yaml",
        seconds=0.5,
        created=NOW,
    ),
    "training": TrainingResult(
        model="churn",
        status="trained",
        bundle="bundle",
        bundle_digest="0",
        fingerprint="1",
        train_rows=1,
        holdout_rows=1,
        features=1,
        seconds=1.0,
        created=NOW,
    ),
    "bout": BoutResult(
        model="churn",
        task="binary",
        verdict="win",
        passed=True,
        reasons=("r",),
        exit_code=0,
        stage="production",
        confidence=0.95,
        seed=0,
        created=NOW,
        error=Problem("found"),
        primary=MetricResult(
            metric="roc_auc", title="ROC AUC", better="higher", rule="superior", status="holds", challenger=ESTIMATE
        ),
        curves=(Curve(kind="roc", side="challenger", x=(0.0, 1.0), y=(0.0, 1.0)),),
        seconds={"score": 1.0},
    ),
    "promotion": PromotionResult(
        model="churn",
        event="promote",
        version="1.0.0",
        previous=None,
        stage="production",
        reason="r",
        created=NOW,
        seq=1,
    ),
    "manifest": Manifest(
        schema_version=1,
        name="churn",
        task="binary",
        signature=Signature(inputs=(Feature(name="a", type="integer"),), target="y", target_type="string"),
        scorer=Scorer(kind="skops"),
        files=(FileDigest(path="model.skops", sha256="0", bytes=1),),
        lineage=Lineage(
            created=NOW,
            seed=0,
            code_digest="0",
            config_digest="0",
            data_digest="0",
            environment_digest="0",
            fingerprint="0",
            python="3.11.9",
            train_rows=1,
        ),
    ),
    "event": Event(
        seq=1,
        at=NOW,
        event="promote",
        model="churn",
        version="1.0.0",
        stage="production",
        previous=None,
        actor="a",
        reason="r",
    ),
}

CONFIG = """
version: 1
model: churn
task: binary
data: {source: [a.csv], split: {by: time, column: t, from: '2012-07-01'}, target: y, positive: true, exclude: [a]}
train: {estimator: 'pipeline:build', seed: 7}
compare:
  primary: {metric: roc_auc, margin: 0.01}
  guardrails: [{metric: latency_ratio, max: 1.25}]
promote: {stages: [test, production]}
"""
CONTRACT = """
version: 1
table:
  rows: {min: 1000}
  unexpected: warn
  unique: [[customerID]]
  expressions:
    - {expr: "TotalCharges >= MonthlyCharges or tenure == 0", name: totals add up, level: warn, tolerance: 0.01}
read: {missing: ["", " "], delimiter: ",", encoding: utf-8}
columns:
  customerID: {type: string, unique: true, pattern: "^[0-9]{4}-[A-Z]{5}$"}
  tenure: {type: integer, min: {is: 0, level: warn, reason: of old}, max: 100}
  TotalCharges: {type: number, nulls: 0.01, min: 0}
  Contract: {type: string, values: [Month-to-month, One year]}
  dteday: {type: date, format: "%m/%d/%Y"}
  note: {type: string, required: false}
"""


def document(text: str) -> Any:
    return parse_yaml(text, shown="m").plain()


def accepts(name: str, instance: object) -> bool:
    return bool(Draft202012Validator(schemas()[name]).is_valid(instance))


def test_the_published_files_are_those_made_from_the_types() -> None:
    made = schemas()
    assert sorted(path.name for path in PUBLISHED.iterdir()) == sorted(f"{name}.schema.json" for name in made)
    for name, schema in made.items():
        text = (PUBLISHED / f"{name}.schema.json").read_text(encoding="utf-8")
        assert json.loads(text) == schema, f"{name}: run `make schemas`"


@pytest.mark.parametrize(
    "name", ["bout", "config", "contract", "event", "manifest", "promotion", "training", "validation"]
)
def test_each_is_a_schema_of_its_own(name: str) -> None:
    schema = schemas()[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == DIALECT
    assert schema["$id"] == f"urn:modelbout:schema:{name}:1"
    assert schema["additionalProperties"] is False
    assert schema["description"]


def objects(schema: object) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [found for part in schema for found in objects(part)]
    if not isinstance(schema, dict):
        return []
    here = [schema] if "properties" in schema and schema.get("type") == "object" else []
    return here + [found for part in schema.values() for found in objects(part)]


@pytest.mark.parametrize("name", [*RECORDS, "config", "contract"])
def test_no_object_allows_unknown_properties(name: str) -> None:
    found = objects(schemas()[name])
    assert found
    assert all(one.get("additionalProperties") is False for one in found)


def test_every_key_of_the_config_is_described() -> None:
    schema = schemas()["config"]
    for one in objects(schema):
        assert one["description"]
        for key, value in one["properties"].items():
            assert "description" in value or "$ref" in value, key


@pytest.mark.parametrize("name", list(RECORDS))
def test_records_are_accepted_and_others_refused(name: str) -> None:
    good = json.loads(to_json(RECORDS[name]))
    assert accepts(name, good)
    assert not accepts(name, {**good, "unknown": 1})
    assert not accepts(name, [good])
    required = schemas()[name]["required"]
    assert required
    for key in required:
        assert not accepts(name, {other: value for other, value in good.items() if other != key})
        assert not accepts(name, {**good, key: {"other": "type"}})


def test_a_number_that_is_none_is_refused() -> None:
    record = msgspec.structs.replace(RECORDS["training"], seconds=float("nan"))
    assert not accepts("training", json.loads(to_json(record)))


def test_a_good_config_and_contract() -> None:
    assert accepts("config", document(CONFIG))
    assert accepts("contract", document(CONTRACT))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("model: churn", "modl: churn"),
        ("model: churn", "model: Churn"),
        ("version: 1", "version: 2"),
        ("task: binary", "task: bianry"),
        ("exclude: [a]", "exclude: a"),
        ("exclude: [a]", "train: b.csv, holdout: c.csv"),
        ("source: [a.csv], ", ""),
        ("seed: 7", "seed: -1"),
        ("seed: 7", "command: x"),
        ("margin: 0.01", "margin: -0.01"),
        ("stages: [test, production]", "stages: []"),
        ("max: 1.25", "maximum: 1.25"),
        ("promote:", "promotion:"),
    ],
)
def test_bad_configs(old: str, new: str) -> None:
    assert old in CONFIG
    assert not accepts("config", document(CONFIG.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version: 1", "version: 2"),
        ("columns:", "colums:"),
        ("type: integer", "type: int"),
        ("nulls: 0.01", "nulls: many"),
        ("unexpected: warn", "unexpected: maybe"),
        ("reason: of old", "raeson: of old"),
    ],
)
def test_bad_contracts(old: str, new: str) -> None:
    assert old in CONTRACT
    assert not accepts("contract", document(CONTRACT.replace(old, new)))


def test_only_the_config_says_what_excludes_each_other() -> None:
    assert "oneOf" in schemas()["config"]["$defs"]["Train"]
    assert record_schema("event", Event, 3)["$id"] == "urn:modelbout:schema:event:3"
