from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from modelbout import catalogue
from modelbout.config import rules
from modelbout.config.compare import Compare, Guardrail, Primary
from modelbout.config.later import LATER
from modelbout.config.load import Loaded, load_config
from modelbout.config.model import Config, Data, Split
from modelbout.config.train import Train
from modelbout.errors import ConfigError, Place, Problem

if TYPE_CHECKING:
    from pathlib import Path

MODEL = "version: 1\nmodel: churn\n"
TASK = "task: binary\n"
DATA = "data: {source: a.csv, split: {by: id, holdout: 0.2}, target: y, positive: 'Yes'}\n"
TRAIN = "train: {estimator: 'pipeline:build'}\n"

EVERYTHING = """\
version: 1
model: churn
task: binary
data:
  source: [data/a.csv, "data/b-*.csv"]
  split: {by: time, column: day, from: 2012-07-01}
  target: Churn
  positive: Yes
  id: customerID
  exclude: [customerID, day]
  contract: contract.yaml
  engine: polars
train:
  command: python train.py --fast
  python: /usr/bin/python3
  seed: 7
  timeout_minutes: 5
  code: ["*.py", "lib/**/*.py"]
compare:
  primary: {metric: roc_auc, rule: superior, margin: 0.001}
  guardrails:
    - {metric: log_loss, rule: non_inferior, margin: 0.005}
    - {metric: log_loss, max: 0.7}
  slices: [gender]
  min_slice_rows: 50
  confidence: 0.9
promote:
  stages: [test, production]
  inconclusive: keep
"""


def load(tmp_path: Path, text: str) -> Loaded:
    path = tmp_path / "modelbout.yaml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def faults(tmp_path: Path, text: str) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert all(problem.place.file and problem.place.line for problem in caught.value.problems)
    return caught.value.problems


def test_every_key(tmp_path: Path) -> None:
    config = load(tmp_path, EVERYTHING).config
    assert config.data == Data(
        target="Churn",
        source=("data/a.csv", "data/b-*.csv"),
        split=Split(by="time", column="day", from_="2012-07-01"),
        positive="Yes",
        id="customerID",
        exclude=("customerID", "day"),
        contract="contract.yaml",
    )
    assert config.train.code == ("*.py", "lib/**/*.py")
    assert config.compare.guardrails[1] == Guardrail(metric="log_loss", max=0.7)
    assert config.promote.stages == ("test", "production")


def test_the_smallest_file(tmp_path: Path) -> None:
    loaded = load(tmp_path, MODEL + TASK + DATA + TRAIN)
    assert loaded.config == Config(
        version=1,
        model="churn",
        task="binary",
        data=Data(target="y", source="a.csv", split=Split(by="id", holdout=0.2), positive="Yes"),
        train=Train(estimator="pipeline:build"),
    )
    assert loaded.root == tmp_path.resolve()
    assert loaded.repository == tmp_path.resolve()


def test_two_tables_and_regression(tmp_path: Path) -> None:
    text = MODEL + "task: regression\ndata: {train: a.parquet, holdout: [b.parquet], target: y}\n" + TRAIN
    assert load(tmp_path, text).config.data.holdout == ("b.parquet",)


def test_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path.parent)
    loaded = load(tmp_path, EVERYTHING)
    shown = f"{tmp_path.name}/modelbout.yaml"
    assert loaded.shown == shown
    assert loaded.place("data.split.by") == Place(file=shown, line=6, column=11, key="data.split.by")
    assert loaded.place("compare.guardrails[1].max").line == 23
    assert loaded.place("data.exclude[1]").column == 25
    # What is not written is shown where its parent stands.
    assert loaded.place("data.split.holdout") == Place(file=shown, line=6, column=3, key="data.split.holdout")
    assert loaded.place("nothing.at.all") == Place(file=shown, line=1, column=1, key="nothing.at.all")


def test_the_path_is_shown_as_given_when_it_lies_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").mkdir()
    monkeypatch.chdir(tmp_path / "x")
    assert load(tmp_path, MODEL + TASK + DATA + TRAIN).shown == (tmp_path / "modelbout.yaml").as_posix()


def test_a_model_in_a_subdirectory_may_use_the_whole_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "model").mkdir()
    loaded = load(tmp_path / "model", MODEL + TASK + DATA.replace("a.csv", "../a.csv") + TRAIN)
    assert loaded.root == tmp_path.resolve() / "model"
    assert loaded.repository == tmp_path.resolve()


@pytest.mark.parametrize(
    ("data", "task", "key", "found"),
    [
        ("{target: y, positive: a}", "binary", "data", "no table is named"),
        ("{target: y, positive: a, source: a}", "binary", "data.source", "`source` needs `split` beside it"),
        (
            "{target: y, positive: a, split: {by: i, holdout: .2}}",
            "binary",
            "data.split",
            "`split` needs `source` beside it",
        ),
        ("{target: y, positive: a, train: a}", "binary", "data.train", "`train` needs `holdout` beside it"),
        ("{target: y, positive: a, holdout: a}", "binary", "data.holdout", "`holdout` needs `train` beside it"),
        (
            "{target: y, positive: a, source: a, train: b, holdout: c}",
            "binary",
            "data",
            "both one table to split and two tables are named",
        ),
        ("{target: y, train: a, holdout: b}", "binary", "data", "the key `positive` is missing"),
        (
            "{target: y, positive: 1, train: a, holdout: b}",
            "multiclass",
            "data.positive",
            "`positive` has no meaning when the task is multiclass",
        ),
        (
            "{target: y, positive: 1, train: a, holdout: b}",
            "regression",
            "data.positive",
            "`positive` has no meaning when the task is regression",
        ),
        ("{target: y, id: y, train: a, holdout: b}", "regression", "data.id", "`id` and `target` are the same column"),
        (
            "{target: y, exclude: [a, y], train: a, holdout: b}",
            "regression",
            "data.exclude[1]",
            "the target is excluded",
        ),
        ("{target: y, exclude: [a, a], train: a, holdout: b}", "regression", "data.exclude[1]", "`a` is there twice"),
        (
            "{target: y, group: y, train: a, holdout: b}",
            "regression",
            "data.group",
            "the target cannot be the `group` as well",
        ),
        (
            "{target: y, time: y, train: a, holdout: b}",
            "regression",
            "data.time",
            "the target cannot be the `time` as well",
        ),
        ("{target: y, group: [], train: a, holdout: b}", "regression", "data.group", "`group` names no column"),
        ("{target: y, group: [a, a], train: a, holdout: b}", "regression", "data.group[1]", "`a` is there twice"),
        ("{target: y, source: a, split: {by: i}}", "regression", "data.split", "a split by a column needs `holdout`"),
        (
            "{target: y, source: a, split: {by: i, holdout: .2, column: t}}",
            "regression",
            "data.split.column",
            "`column` has no meaning in a split by a column",
        ),
        (
            "{target: y, source: a, split: {by: time, from: 2012-01-01}}",
            "regression",
            "data.split",
            "a split by time needs `column`",
        ),
        (
            "{target: y, source: a, split: {by: time, column: t}}",
            "regression",
            "data.split",
            "a split by time needs `from`",
        ),
        (
            "{target: y, source: a, split: {by: time, column: t, from: 2012-01-01, holdout: .2}}",
            "regression",
            "data.split.holdout",
            "`holdout` has no meaning in a split by time",
        ),
        (
            "{target: y, source: a, split: {by: time, column: t, from: 2012-02-31}}",
            "regression",
            "data.split.from",
            "`2012-02-31` is no date or time",
        ),
        (
            "{target: y, source: a, split: {by: y, holdout: .2}}",
            "regression",
            "data.split.by",
            "the target decides the split",
        ),
        (
            "{target: y, source: a, split: {by: time, column: y, from: 2012-01-01}}",
            "regression",
            "data.split.by",
            "the target decides the split",
        ),
        ("{target: y, train: ../a, holdout: b}", "regression", "data.train", "`../a` leaves the repository"),
        (
            "{target: y, train: a, holdout: [b, /c]}",
            "regression",
            "data.holdout[1]",
            "`/c` does not start at modelbout.yaml",
        ),
        (
            "{target: y, train: a, holdout: b, contract: 's3://k:v@h/c'}",
            "regression",
            "data.contract",
            "`s3://...` is an address",
        ),
    ],
)
def test_contradictions_in_data(tmp_path: Path, data: str, task: str, key: str, found: str) -> None:
    (problem,) = faults(tmp_path, f"{MODEL}task: {task}\ndata: {data}\n{TRAIN}")
    assert problem.found == found
    assert problem.place.key == key
    assert problem.place.line == 4
    assert problem.fix


@pytest.mark.parametrize("moment", ["2012-07-01T12:00:00Z", "2012-07-01 12:00", "2012-07-01T12:00:00+02:00"])
def test_moments(tmp_path: Path, moment: str) -> None:
    data = f"data: {{source: a, split: {{by: time, column: t, from: '{moment}'}}, target: y, positive: 1}}\n"
    split = load(tmp_path, MODEL + TASK + data + TRAIN).config.data.split
    assert split is not None
    assert split.from_ == moment


@pytest.mark.parametrize(
    ("train", "key", "found"),
    [
        ("{}", "train", "no way to train is there"),
        ("{estimator: 'a:b', command: c}", "train", "several ways to train are there"),
        (
            "{challengers: [{name: a, estimator: 'a:b'}]}",
            "train.challengers",
            "there is only one of several challengers",
        ),
        (
            "{challengers: [{name: a, estimator: 'a:b'}, {name: a, estimator: 'b:b'}]}",
            "train.challengers[1]",
            "`a` is there twice",
        ),
        ("{command: c, search: {space: 'a:b'}}", "train.search", "`search` is for an estimator, not for a command"),
        ("{command: c, backend: 'dask://a:1'}", "train.backend", "`backend` is for an estimator, not for a command"),
        (
            "{command: c, parameters: {a: 1}}",
            "train.parameters",
            "`parameters` is for an estimator, not for a command",
        ),
        (
            "{estimator: 'a:b', search: {space: 'a:b', minutes: 60}}",
            "train.search.minutes",
            "the search may take 60 minutes, and its process 60",
        ),
        (
            "{challengers: [{name: b, estimator: b:b, search: {space: a:b, minutes: 90}}, {name: a, estimator: a:a}]}",
            "train.challengers[0].search.minutes",
            "the search may take 90 minutes, and its process 60",
        ),
        ('{command: "python \'x"}', "train.command", "the command cannot be split into words: No closing quotation"),
        ("{command: ' '}", "train.command", "the command is blank"),
        ("{command: a, code: ['*.py', '*.py']}", "train.code[1]", "`*.py` is there twice"),
        ("{command: a, code: ['/*.py']}", "train.code[0]", "`/*.py` does not start at modelbout.yaml"),
        ("{command: a, code: ['../*.py']}", "train.code[0]", "`../*.py` leaves the repository"),
    ],
)
def test_contradictions_in_train(tmp_path: Path, train: str, key: str, found: str) -> None:
    (problem,) = faults(tmp_path, f"{MODEL}{TASK}{DATA}train: {train}\n")
    assert (problem.found, problem.place.key, problem.place.line) == (found, key, 5)
    assert problem.fix


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fix the names, so that these tests hold whichever metrics there are."""
    known = {rules.METRICS: ("log_loss", "roc_auc"), rules.GUARDRAILS: ("artifact_mb", "flip_cost", "latency_ratio")}
    monkeypatch.setattr(catalogue, "names", known.__getitem__)


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize(
    ("compare", "key", "found", "fix"),
    [
        ("{primary: {metric: auc}}", "primary.metric", "unknown metric `auc`", "Did you mean `roc_auc`?"),
        (
            "{primary: {metric: latency_ratio}}",
            "primary.metric",
            "unknown metric `latency_ratio`",
            "See docs/metrics.",
        ),
        (
            "{guardrails: [{metric: artifact_bm, max: 1}]}",
            "guardrails[0].metric",
            "unknown metric or guardrail `artifact_bm`",
            "Did you mean `artifact_mb`?",
        ),
        (
            "{guardrails: [{metric: log_loss}]}",
            "guardrails[0]",
            "the guardrail has no condition",
            "Add one, such as `max: 1.25`.",
        ),
        (
            "{guardrails: [{metric: log_loss, rule: superior}]}",
            "guardrails[0]",
            "the guardrail's `margin` is missing",
            "Write it as in `{metric: log_loss, rule: non_inferior, margin: 0.005}`.",
        ),
        (
            "{primary: {metric: log_loss, rule: equivalent}}",
            "primary.margin",
            "no interval lies within a margin of 0",
            "Say how far apart they may be and still count as the same.",
        ),
        (
            "{guardrails: [{metric: log_loss, rule: equivalent, margin: 0}]}",
            "guardrails[0].margin",
            "no interval lies within a margin of 0",
            "Say how far apart they may be and still count as the same.",
        ),
        (
            "{guardrails: [{metric: log_loss, margin: 1}]}",
            "guardrails[0]",
            "the guardrail's `rule` is missing",
            "Write it as in `{metric: log_loss, rule: non_inferior, margin: 0.005}`.",
        ),
        (
            "{guardrails: [{metric: log_loss, rule: superior, margin: 1, max: 2}]}",
            "guardrails[0]",
            "the guardrail mixes a comparison and a limit",
            "Write two guardrails, one against the champion and one with the limit.",
        ),
        (
            "{guardrails: [{metric: latency_ratio, rule: superior, margin: 1}]}",
            "guardrails[0]",
            "`latency_ratio` is no metric: it knows no `rule` and no `margin`",
            "Write `max:` instead.",
        ),
        (
            "{guardrails: [{metric: log_loss, min: 2, max: 1}]}",
            "guardrails[0].min",
            "`min` is above `max`",
            "Swap them.",
        ),
        (
            "{guardrails: [{metric: log_loss, max: 2}, {metric: log_loss, max: 1}]}",
            "guardrails[1]",
            "`log_loss` has the same kind of guardrail already",
            "Keep the stricter one.",
        ),
        ("{slices: [a, b, a]}", "slices[2]", "`a` is there twice", "Remove one of them."),
        (
            "{guardrails: [{metric: flip_cost, max: 5}]}",
            "guardrails[0].metric",
            "`flip_cost` needs `costs`",
            "Add `costs: {false_positive: ..., false_negative: ...}` to `compare`, or guard negative_flips.",
        ),
        (
            "{expectations: [{rising: a}, {share: 0.1}]}",
            "expectations[1]",
            "the expectation says nothing of the answers",
            "Write it as in `{rising: income}`; several are several entries.",
        ),
        (
            "{expectations: [{rising: a, invariant: [b]}]}",
            "expectations[0]",
            "the expectation says several things at once",
            "Write it as in `{rising: income}`; several are several entries.",
        ),
        (
            "{expectations: [{invariant: [a, b, a]}]}",
            "expectations[0].invariant[2]",
            "`a` is there twice",
            "Remove one of them.",
        ),
        (
            "{block: day}",
            "block",
            "rows cannot be put into blocks of one day: no column holds their time",
            "Name it as `data.time`, or remove `block`.",
        ),
    ],
)
def test_contradictions_in_compare(tmp_path: Path, compare: str, key: str, found: str, fix: str) -> None:
    (problem,) = faults(tmp_path, f"{MODEL}{TASK}{DATA}{TRAIN}compare: {compare}\n")
    assert (problem.found, problem.place.key, problem.place.line) == (found, f"compare.{key}", 6)
    assert problem.fix == fix


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize(
    "data",
    [
        "{source: a.csv, split: {by: id, holdout: 0.2}, time: t, target: y, positive: 'Yes'}",
        "{source: a.csv, split: {by: time, column: t, from: 2012-07-01}, target: y, positive: 'Yes'}",
    ],
)
def test_blocks_of_a_time_that_is_there(tmp_path: Path, data: str) -> None:
    text = f"{MODEL}{TASK}data: {data}\n{TRAIN}compare: {{block: week}}\n"
    assert load(tmp_path, text).config.compare.block == "week"


@pytest.mark.usefixtures("names")
def test_compare_in_order(tmp_path: Path) -> None:
    text = "compare: {primary: {metric: roc_auc}, guardrails: [{metric: latency_ratio, max: 1.25}], slices: [a, b]}\n"
    assert load(tmp_path, MODEL + TASK + DATA + TRAIN + text).config.compare == Compare(
        primary=Primary(metric="roc_auc"), guardrails=(Guardrail(metric="latency_ratio", max=1.25),), slices=("a", "b")
    )


def test_contradictions_in_promote(tmp_path: Path) -> None:
    (problem,) = faults(tmp_path, MODEL + TASK + DATA + TRAIN + "promote: {stages: [test, test]}\n")
    assert (problem.found, problem.place.key) == ("`test` is there twice", "promote.stages[1]")


def test_faults_of_every_kind_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = """\
version: 2
model: Churn
task: binary
policy: {forbidden: [gender, "*"]}
data:
  source: ../../a.csv
  target: y
  exclude: [y]
  engine: ibis:postgresql://me:secret@host/db
train:
  seed: -1
compare: {top: 1.5, slices: [a, a]}
promote: {stages: []}
"""
    problems = faults(tmp_path, text)
    assert [(problem.place.line, problem.place.key) for problem in problems] == [
        (1, "version"),
        (2, "model"),
        (4, "policy.forbidden[1]"),
        (5, "data"),
        (6, "data.source"),
        (6, "data.source"),
        (8, "data.exclude[0]"),
        (9, "data.engine"),
        (10, "train"),
        (11, "train.seed"),
        (12, "compare.top"),
        (12, "compare.slices[1]"),
        (13, "promote.stages"),
    ]


def test_a_fault_brings_no_follow_up(tmp_path: Path) -> None:
    # Each of these would look like a missing key if the wrong value were merely dropped.
    data = "data: {source: 3, split: {by: i, holdout: 2}, target: y, positve: a}\n"
    text = MODEL + TASK + data + "train: {estimator: x}\n"
    assert [problem.place.key for problem in faults(tmp_path, text)] == [
        "data.source",
        "data.split.holdout",
        "data.positve",
        "train.estimator",
    ]


@pytest.mark.parametrize("task", ["bianry", "[binary]", ""])
def test_without_a_task_nothing_is_said_of_positive(tmp_path: Path, task: str) -> None:
    text = f"{MODEL}task: {task}\ndata: {{train: a, holdout: b, target: y}}\n{TRAIN}"
    assert [problem.place.key for problem in faults(tmp_path, text)] == ["task"]
    assert [problem.found for problem in faults(tmp_path, text.replace(f"task: {task}\n", ""))] == [
        "the key `task` is missing"
    ]


@pytest.mark.parametrize("text", ["- a\n", "just text\n", "42\n", "---\n"])
def test_not_a_mapping(tmp_path: Path, text: str) -> None:
    (problem,) = faults(tmp_path, text)
    assert problem.allowed == "a mapping (`key: value`)"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("source: 'postgresql://me@h/d?table=t', engine: duckdb", "a table of a database is not read by duckdb"),
        ("source: a.csv, engine: ibis", "the engine ibis is for tables of a database"),
        ("source: [a.csv, 'postgresql://me@h/d?table=t']", "a table of a database stands in a list"),
        ("source: 'postgresql://me:hunter2@h/d?table=t'", "there is a password or a key in this address"),
        ("source: 's3://key:hunter2@bucket/a.csv'", "there is a password or a key in this address"),
    ],
)
def test_engines_and_addresses_that_do_not_go_together(tmp_path: Path, data: str, found: str) -> None:
    text = f"{MODEL}{TASK}{TRAIN}data: {{target: y, positive: 1, split: {{by: id, holdout: 0.2}}, {data}}}\n"
    problems = faults(tmp_path, text)
    assert [problem.found for problem in problems] == [found]
    assert "hunter2" not in str(problems)


@pytest.mark.parametrize("engine", ["polars", "duckdb", "pandas", "pyspark", "dask"])
def test_engines_for_files(tmp_path: Path, engine: str) -> None:
    source = f"source: 's3://bucket/*.csv', engine: {engine}"
    text = f"{MODEL}{TASK}{TRAIN}data: {{target: y, positive: 1, split: {{by: id, holdout: 0.2}}, {source}}}\n"
    (tmp_path / "modelbout.yaml").write_text(text, encoding="utf-8")
    assert load_config(tmp_path / "modelbout.yaml").config.data.engine == engine


@pytest.mark.parametrize("key", sorted(LATER))
def test_what_comes_later_is_refused_with_a_sentence(tmp_path: Path, key: str) -> None:
    path, _, value = key.partition(": ")
    section, _, name = path.partition(".")
    text = MODEL + TASK + DATA + TRAIN
    if section == "data":
        text = text.replace("target: y", f"target: y, {name}: '{value}:anything'")
    else:
        text += f"{section}: {{{name or 'x'}: 0.5}}\n"
    (problem,) = faults(tmp_path, text)
    assert "is not in this version" in problem.found
    assert problem.fix == LATER[key]
    assert "later" in problem.fix


def test_a_directory_in_the_file_s_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="this is a directory"):
        load_config(tmp_path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        load_config(tmp_path / "sub" / "modelbout.yaml")


def test_loading_imports_nothing_heavy() -> None:
    code = (
        "import sys, modelbout.config.load, modelbout.config.schema, modelbout.config.describe\n"
        "heavy = {'numpy', 'polars', 'pandas', 'sklearn', 'scipy', 'matplotlib', 'skops', 'narwhals', 'jinja2'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
