from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.exhaustive

EXAMPLES = Path(__file__).parents[2] / "examples"
SETTINGS = {name: value for name, value in os.environ.items() if not name.startswith("MODELBOUT_")}


@pytest.fixture
def churn(tmp_path: Path) -> Path:
    return copied("churn", tmp_path)


@pytest.fixture
def bikes(tmp_path: Path) -> Path:
    return copied("bikes", tmp_path)


def copied(name: str, into: Path) -> Path:
    ignored = shutil.ignore_patterns(".*", "__pycache__")
    return Path(shutil.copytree(EXAMPLES / name, into / name, ignore=ignored))


def modelbout(*words: str, root: Path, expect: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "modelbout", *words],
        cwd=root,
        env=SETTINGS,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == expect, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def result(root: Path, name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((root / ".modelbout" / "run" / f"{name}.json").read_text(encoding="utf-8"))
    return read


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path.name} should hold once: {old}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def measured(bout: dict[str, Any], metric: str) -> float:
    results = [bout["primary"], *bout["metrics"], *bout["guardrail_metrics"]]
    value: float = next(item["challenger"]["value"] for item in results if item["metric"] == metric)
    return value


def test_churn_takes_the_title_and_then_ties_with_itself(churn: Path) -> None:
    modelbout("run", "--quiet", root=churn)
    assert result(churn, "validation")["findings"] == []
    first = result(churn, "bout")
    assert first["verdict"] == "first"
    assert first["passed"]
    assert 0.80 < measured(first, "roc_auc") < 0.90
    assert {item["column"] for item in first["slices"]} == {"gender", "SeniorCitizen", "Contract"}
    report = (churn / ".modelbout" / "run" / "report.md").read_text(encoding="utf-8")
    assert "churn" in report

    modelbout("promote", "--quiet", root=churn)
    assert result(churn, "promotion")["version"] == "v1.0.0"

    edit(churn / "pipeline.py", "LogisticRegression(max_iter=1000)", "LogisticRegression(max_iter=1000, C=0.9)")
    modelbout("run", "--quiet", "--no-plots", root=churn)
    assert result(churn, "bout")["verdict"] == "inconclusive"
    modelbout("promote", "--quiet", root=churn, expect=1)
    titles = json.loads(modelbout("registry", "list", "--json", root=churn))
    assert [(title["model"], title["version"]) for title in titles] == [("churn", "v1.0.0")]


def test_churn_without_the_reviewed_blanks_stops_at_the_contract(churn: Path) -> None:
    edit(churn / "contract.yaml", 'missing: ["", " "]', 'missing: [""]')
    modelbout("run", "--quiet", root=churn, expect=3)
    findings = result(churn, "validation")["findings"]
    assert [(item["columns"], item["failed"]) for item in findings] == [(["TotalCharges"], 11)]
    assert not (churn / ".modelbout" / "run" / "bundle").exists()
    assert not (churn / ".modelbout" / "run" / "bout.json").exists()


def test_naive_bayes_is_trained_and_scored_by_its_own_command(churn: Path) -> None:
    for name in ("naive_bayes.py", "score.py"):
        assert imported(churn / name) <= set(sys.stdlib_module_names) | {"score"}
    modelbout("run", "--quiet", "--no-plots", "--config", "naive_bayes.yaml", root=churn)
    first = result(churn, "bout")
    assert first["verdict"] == "first"
    assert first["passed"]
    assert 0.78 < measured(first, "roc_auc") < 0.90
    manifest = json.loads((churn / ".modelbout" / "run" / "bundle" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["scorer"] == {"kind": "command", "command": ["python", "score.py"], "threshold": None}

    modelbout("promote", "--quiet", "--config", "naive_bayes.yaml", root=churn)
    edit(churn / "naive_bayes.py", "BINS = 10", "BINS = 2")
    modelbout("run", "--quiet", "--no-plots", "--config", "naive_bayes.yaml", root=churn)
    again = result(churn, "bout")
    assert again["champion"]["version"] == "v1.0.0"
    assert again["primary"]["champion"]["value"] == pytest.approx(measured(first, "roc_auc"), abs=1e-12)


def imported(path: Path) -> set[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}


def test_bikes_forecasts_the_future(bikes: Path) -> None:
    modelbout("run", "--quiet", root=bikes)
    (told,) = (line for line in result(bikes, "bout")["cautions"] if "'season'" in line)
    assert "'2' (33.9% of the training rows)" in told
    first = result(bikes, "bout")
    assert first["verdict"] == "first"
    assert first["passed"]
    assert (first["holdout"]["rows"], first["holdout"]["train_rows"]) == (4376, 13003)
    assert 60 < measured(first, "rmse") < 75
    groups = {(item["column"], item["group"]): item["rows"] for item in first["slices"]}
    assert groups["weathersit", "3"] == 290
    assert ("weathersit", "4") not in groups
    modelbout("promote", "--quiet", root=bikes)
    assert result(bikes, "promotion")["version"] == "v1.0.0"


def test_bikes_with_the_leak_among_its_inputs_has_no_verdict(bikes: Path) -> None:
    edit(bikes / "modelbout.yaml", "exclude: [dteday, casual, registered]", "exclude: [dteday]")
    modelbout("run", "--quiet", root=bikes, expect=3)
    bout = result(bikes, "bout")
    assert bout["verdict"] == "error"
    assert not bout["passed"]
    leaks = [leak for leak in bout["leaks"] if leak["kind"] == "target leak" and leak["level"] == "error"]
    assert ["casual", "registered"] in [sorted(leak["columns"]) for leak in leaks]
    assert "casual" in bout["error"]["found"]
    modelbout("promote", "--quiet", root=bikes, expect=1)
    assert json.loads(modelbout("registry", "list", "--json", root=bikes)) == []


@pytest.mark.parametrize(("example", "table"), [("churn", "telco_churn.csv"), ("bikes", "bike_sharing_hour.csv")])
def test_the_data_are_the_bytes_that_the_attribution_names(example: str, table: str) -> None:
    data = EXAMPLES / example / "data"
    digest = hashlib.sha256((data / table).read_bytes()).hexdigest()
    assert digest in (data / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("example", ["churn", "bikes"])
def test_a_readme_is_at_most_a_page(example: str) -> None:
    assert len((EXAMPLES / example / "README.md").read_text(encoding="utf-8").split()) < 450
