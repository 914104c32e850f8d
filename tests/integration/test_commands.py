"""The smaller commands, through the command line: contract, schema, init, report, doctor."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from modelbout.stages import doctor
from tests.integration.shop import CONTRACT, shop

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.integration.shop import Repository


def test_a_contract_is_drafted_and_holds_for_its_own_table(repo: Repository) -> None:
    drafted = repo("contract", "infer", "data/shop.csv", "-o", "drafted.yaml")
    assert drafted.code == 0, drafted.err
    text = (repo.root / "drafted.yaml").read_text(encoding="utf-8")
    assert "region:" in text
    assert text.count("#") > 5, "every rule stands beside its evidence"
    repo.edit("modelbout.yaml", "contract: contract.yaml", "contract: drafted.yaml")
    assert repo("validate").code == 0
    again = repo("contract", "infer", "data/shop.csv", "-o", "drafted.yaml")
    assert again.code == 2
    assert "--force" in again.err
    assert repo("contract", "infer", "data/shop.csv", "-o", "drafted.yaml", "--force").code == 0
    assert repo("contract", "infer", "data/shop.csv").out == text
    assert repo("contract", "infer", "data/nothing.csv").code == 3


def test_a_contract_diff_tells_breaking_from_not(repo: Repository) -> None:
    same = repo("contract", "diff", "contract.yaml", "contract.yaml")
    assert (same.code, same.out) == (0, "the contracts ask for the same\n")
    repo.write("narrow.yaml", CONTRACT.replace("values: [north, south, east]", "values: [north, south]"))
    breaking = repo("contract", "diff", "contract.yaml", "narrow.yaml")
    assert breaking.code == 1
    assert "region" in breaking.out
    changes = json.loads(repo("contract", "diff", "contract.yaml", "narrow.yaml", "--json").out)
    assert changes["breaking"] == 1
    assert [change["breaking"] for change in changes["changes"]] == [True]
    repo.write("wide.yaml", CONTRACT.replace("max: 120", "max: 130"))
    wide = repo("contract", "diff", "contract.yaml", "wide.yaml")
    assert "age" in wide.out


def test_schemas_are_printed_and_written(repo: Repository) -> None:
    assert json.loads(repo("schema").out)["$schema"].endswith("2020-12/schema")
    assert json.loads(repo("schema", "contract").out)["type"] == "object"
    wrong = repo("schema", "contrat")
    assert wrong.code == 2
    assert "Did you mean `contract`?" in wrong.err
    assert repo("schema", "--write", "published").code == 0
    written = {path.name for path in (repo.root / "published").iterdir()}
    assert {"config.schema.json", "contract.schema.json", "bout.schema.json"} <= written


def test_schemas_that_cannot_be_written_are_told(repo: Repository) -> None:
    repo.write("published/config.schema.json/in-the-way", "")
    answer = repo("schema", "--write", "published")
    assert answer.code == 2
    assert "cannot be written" in answer.err
    assert "  -> " in answer.err


def test_a_verdict_is_json_for_a_machine(repo: Repository) -> None:
    assert repo("run", "--no-plots", "--no-html", "--quiet").code == 0
    answer = repo("compare", "--json", "--quiet")
    assert (answer.code, answer.err) == (0, "")
    told = json.loads(answer.out)
    assert told == repo.result("bout.json")
    assert told["verdict"] == "first"
    valid = repo("validate", "--json", "--quiet")
    assert json.loads(valid.out)["passed"] is True


def test_init_drafts_a_repository_that_fights_its_first_bout(
    repo: Repository, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = tmp_path_factory.mktemp("fresh")
    monkeypatch.chdir(fresh)
    (fresh / "people.csv").write_text(shop(600), encoding="utf-8")
    dry = repo("init", "people.csv", "--target", "bought", "--dry-run")
    assert dry.code == 0, dry.err
    assert sorted(path.name for path in fresh.iterdir()) == ["people.csv"]
    made = repo("init", "people.csv", "--target", "bought")
    assert made.code == 0, made.err
    for name in ("modelbout.yaml", "contract.yaml", "pipeline.py", ".gitignore", ".github/workflows/modelbout.yml"):
        assert (fresh / name).is_file(), name
    assert repo("run", "--no-plots", "--no-html").code == 0
    kept = (fresh / "modelbout.yaml").read_bytes() + b"# reviewed\n"
    (fresh / "modelbout.yaml").write_bytes(kept)
    again = repo("init", "people.csv", "--target", "bought")
    assert again.code == 2
    assert "--force" in again.err
    assert (fresh / "modelbout.yaml").read_bytes() == kept
    unknown = repo("init", "people.csv", "--target", "bougth", "--force")
    assert unknown.code == 2
    assert "bought" in unknown.err
    assert (fresh / "modelbout.yaml").read_bytes() == kept


def test_a_report_needs_a_result(repo: Repository) -> None:
    answer = repo("report")
    assert answer.code == 2
    assert "modelbout run" in answer.err


def test_plots_of_an_older_bout_are_not_shown(repo: Repository) -> None:
    assert repo("run", "--no-html").code == 0
    assert "plots/" in repo("report", "--stdout").out
    bout = repo.root / ".modelbout/run/bout.json"
    text = bout.read_text(encoding="utf-8")
    bout.write_text(text.replace('"created": "2', '"created": "3', 1), encoding="utf-8")
    assert "plots/" not in repo("report", "--stdout").out
    assert "plots/" in repo("report", "--plots", "--stdout").out


def test_a_failed_validation_has_a_report_of_its_own(repo: Repository) -> None:
    assert repo("run", "--no-plots", "--no-html").code == 0
    repo.edit("contract.yaml", "max: 120", "max: 20")
    assert repo("run").code == 3
    text = (repo.root / ".modelbout/run/report.md").read_text(encoding="utf-8")
    assert "age" in text
    assert "ROC AUC" not in text, "the verdict of other data is gone"
    assert not (repo.root / ".modelbout/run/bout.json").exists()


def test_training_refuses_data_that_breaks_its_contract(repo: Repository) -> None:
    repo.edit("contract.yaml", "max: 120", "max: 20")
    answer = repo("train")
    assert answer.code == 3
    assert "age" in answer.err
    assert not (repo.root / ".modelbout/run/bundle").exists()


def test_data_that_changed_after_training_is_no_verdict(repo: Repository) -> None:
    assert repo("train").code == 0
    repo.write("data/shop.csv", shop(900, seed=2))
    answer = repo("compare")
    assert answer.code == 3
    assert "train" in answer.err
    assert repo.result("bout.json")["verdict"] == "error"
    assert repo("promote").code == 1


def test_without_a_contract_types_are_guessed_and_said(repo: Repository) -> None:
    repo.edit("modelbout.yaml", "  contract: contract.yaml\n", "")
    answer = repo("validate")
    assert answer.code == 0
    assert "no contract" in answer.out
    assert repo("run", "--no-plots", "--no-html").code == 0


def test_the_configuration_can_be_named_before_the_command(repo: Repository) -> None:
    (repo.root / "modelbout.yaml").rename(repo.root / "other.yaml")
    assert repo("validate").code == 2
    assert repo("--config", "other.yaml", "validate").code == 0
    assert repo("validate", "--config", "other.yaml").code == 0


def test_a_run_directory_may_be_relative(repo: Repository) -> None:
    assert repo("run", "--no-plots", "--no-html", "--run-dir", "runs/one").code == 0
    assert (repo.root / "runs/one/bout.json").is_file()
    assert repo("promote", "--run-dir", "runs/one", "--registry", "titles").code == 0
    assert (repo.root / "titles/ledger/shop.jsonl").is_file()


def test_doctor_tells_a_missing_and_a_broken_configuration(repo: Repository) -> None:
    absent = repo("doctor", "--config", "nowhere.yaml")
    assert absent.code == 0
    assert "- configuration" in absent.out
    repo.edit("modelbout.yaml", "seed: 3", "sead: 3")
    broken = repo("doctor")
    assert broken.code == 2
    assert "Did you mean `seed`?" in broken.out


def test_doctor_tells_who_holds_the_title_and_what_is_not_there(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote").code == 0
    assert "shop@v1.0.0" in repo("doctor").out
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 2**70)
    repo.write(".modelbout/registry/ledger/shop.jsonl", "nonsense\n")
    worse = repo("doctor")
    assert worse.code == 2
    assert "- git" in worse.out
    assert "✘ disk" in worse.out
    assert "✘ registry" in worse.out


def test_a_missing_library_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.requires", lambda _: ["click>=8", "not-there>=1"])
    click, missing = doctor.libraries()
    assert click.state == "fine"
    assert (missing.state, missing.fix) == ("missing", "install not-there>=1")


def test_python_m_modelbout_answers_with_the_exit_code(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "modelbout", "validate"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "modelbout.yaml" in done.stderr
