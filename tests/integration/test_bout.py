"""The whole bout on a laptop, through the command line: first, win, loss, tie, promote, rollback."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

import modelbout
from modelbout.errors import DataError
from tests.integration.shop import PLAIN_NOISE, PLAIN_STRONG

if TYPE_CHECKING:
    from tests.integration.shop import Repository


def test_the_whole_story(repo: Repository) -> None:
    first = repo("run")
    assert first.code == 0, first.err
    bout = repo.result("bout.json")
    assert (bout["verdict"], bout["passed"], bout["champion"]) == ("first", True, None)
    assert "contract holds" in first.out

    promoted = repo("promote", "--json")
    assert promoted.code == 0, promoted.err
    assert json.loads(promoted.out)["version"] == "v1.0.0"

    repo.write("pipeline.py", PLAIN_STRONG)
    won = repo("run")
    assert won.code == 0, won.err
    bout = repo.result("bout.json")
    assert bout["verdict"] == "win"
    assert bout["champion"]["version"] == "v1.0.0"
    assert bout["primary"]["improvement"]["interval"]["low"] > 0
    assert repo("promote").code == 0
    assert repo.result("promotion.json")["version"] == "v1.1.0"

    repo.write("pipeline.py", PLAIN_NOISE)
    lost = repo("run")
    assert lost.code == 1
    assert repo.result("bout.json")["verdict"] == "loss"
    before = repo.registry()
    refused = repo("promote")
    assert refused.code == 1
    assert "the verdict is loss" in refused.err
    assert repo.registry() == before

    repo.write("pipeline.py", PLAIN_STRONG + "\n# a remark changes nothing\n")
    tied = repo("run")
    assert tied.code == 0
    bout = repo.result("bout.json")
    assert bout["verdict"] == "inconclusive"
    assert bout["changed"]["fixed"] == bout["changed"]["broken"] == 0
    assert repo("compare", "--require-win").code == 1
    assert repo("promote").code == 1

    back = repo("rollback", "--to", "v1.0.0", "--reason", "complaints")
    assert back.code == 0, back.err
    listed = repo("registry", "list")
    assert "shop@v1.0.0  production" in listed.out
    history = json.loads(repo("registry", "history", "shop", "--json").out)
    assert [event["seq"] for event in history] == list(range(1, len(history) + 1))
    assert [event["event"] for event in history if event["event"] != "register"] == ["promote", "promote", "rollback"]
    assert history[-1]["reason"] == "complaints"


def test_the_report_and_page_and_plots_are_written(repo: Repository) -> None:
    answer = repo("run")
    assert answer.code == 0, answer.err
    run = repo.root / ".modelbout" / "run"
    text = (run / "report.md").read_text(encoding="utf-8")
    assert len(text.encode()) <= 65_536
    assert "shop" in text
    drawn = sorted((run / "plots").glob("*.png"))
    assert {path.stem.rsplit("-", 1)[1] for path in drawn} == {"light", "dark"}
    for picture in re.findall(r"plots/[\w.-]+\.png", text):
        assert (run / picture).is_file()
    assert "<table" in (run / "report.html").read_text(encoding="utf-8")
    again = repo("report", "--stdout")
    assert again.out == text


@pytest.mark.usefixtures("fitted")
def test_the_same_things_are_not_trained_twice(repo: Repository) -> None:
    assert json.loads(repo("train", "--json").out)["status"] == "trained"
    second = json.loads(repo("train", "--json").out)
    assert second["status"] == "reused"
    repo("compare")
    repo("promote")
    (repo.root / ".modelbout" / "run").rename(repo.root / "elsewhere")
    from_registry = json.loads(repo("train", "--json").out)
    assert from_registry["status"] == "reused"
    assert from_registry["bundle_digest"] == second["bundle_digest"]
    assert json.loads(repo("train", "--force", "--json").out)["status"] == "trained"
    repo.edit("modelbout.yaml", "seed: 3", "seed: 4")
    assert json.loads(repo("train", "--json").out)["status"] == "trained"


def test_laptop_verdicts_do_not_depend_on_the_directory(
    repo: Repository, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repo("run", "--no-plots", "--no-html").code == 0
    here = repo.result("bout.json")
    other = tmp_path_factory.mktemp("other") / "clone"
    for name in ("modelbout.yaml", "contract.yaml", "pipeline.py", "data/shop.csv"):
        target = other / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((repo.root / name).read_bytes())
    monkeypatch.chdir(other)
    assert repo("run", "--no-plots", "--no-html").code == 0
    there = json.loads((other / ".modelbout/run/bout.json").read_text(encoding="utf-8"))
    for key in ("verdict", "primary", "metrics", "slices", "holdout", "baseline"):
        assert here[key] == there[key], key
    assert here["challenger"]["fingerprint"] == there["challenger"]["fingerprint"]


def test_a_champion_that_changed_meanwhile_is_fought_again(repo: Repository) -> None:
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote").code == 0
    repo.write("pipeline.py", PLAIN_STRONG)
    assert repo("run", "--no-plots", "--no-html").code == 0
    mine = repo.root / "mine"
    (repo.root / ".modelbout" / "run").rename(mine)

    # Somebody else brings the same strong model to the title first.
    repo.write("pipeline.py", PLAIN_STRONG + "\n# theirs\n")
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote").code == 0
    repo.write("pipeline.py", PLAIN_STRONG)

    refused = repo("promote", "--run-dir", str(mine))
    assert refused.code == 1, refused.err
    assert "inconclusive" in refused.err
    fought = json.loads((mine / "bout.json").read_text(encoding="utf-8"))
    assert fought["champion"]["version"] == "v1.1.0"
    assert fought["verdict"] == "inconclusive"


def test_a_dry_run_writes_nothing(repo: Repository) -> None:
    assert repo("run", "--no-plots", "--no-html").code == 0
    before = repo.registry()
    answer = repo("promote", "--dry-run")
    assert answer.code == 0, answer.err
    assert "would hold" in answer.out
    assert repo.registry() == before
    assert not (repo.root / ".modelbout/run/promotion.json").exists()


def test_stages_move_one_digest_on(repo: Repository) -> None:
    repo.edit("modelbout.yaml", "compare:", "promote: {stages: [test, production]}\ncompare:")
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote").code == 0
    listed = json.loads(repo("registry", "list", "--json").out)
    assert [(title["stage"], title["version"]) for title in listed] == [("test", "v1.0.0")]
    assert repo("promote", "--stage", "production").code == 0
    listed = json.loads(repo("registry", "list", "--json").out)
    assert {(title["stage"], title["version"]) for title in listed} == {("test", "v1.0.0"), ("production", "v1.0.0")}
    assert repo("promote", "--stage", "prod").code == 2


def test_a_hold_stops_promotion_until_it_is_released(repo: Repository) -> None:
    assert repo("registry", "hold", "shop", "--reason", "too early").code == 4
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote").code == 0
    assert repo("registry", "hold", "shop", "--reason", "incident 12").code == 0
    repo.write("pipeline.py", PLAIN_STRONG)
    assert repo("run", "--no-plots", "--no-html").code == 0
    held = repo("promote")
    assert held.code == 1
    assert "incident 12" in held.err
    assert repo("registry", "release", "shop", "--reason", "over").code == 0
    assert repo("promote").code == 0


def test_who_was_champion_and_pull(repo: Repository) -> None:
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote").code == 0
    assert "shop@v1.0.0 held production" in repo("registry", "history", "shop", "--on", "2999-01-01").out
    assert "nobody held" in repo("registry", "history", "shop", "--on", "2001-01-01").out
    shown = json.loads(repo("registry", "show", "shop").out)
    assert shown["name"] == "shop"
    pulled = repo("registry", "pull", "shop@champion", "pulled")
    assert pulled.code == 0, pulled.err
    assert (repo.root / "pulled" / "shop@v1.0.0" / "manifest.json").is_file()
    unknown = repo("registry", "history", "shpo")
    assert unknown.code == 2
    assert "Did you mean `shop`?" in unknown.err
    assert repo("registry", "pull", "shop").code == 2
    assert "Did you mean `shop`?" in repo("registry", "pull", "shpo@champion").err
    nobody = repo("registry", "pull", "shop@champion", "--stage", "test")
    assert nobody.code == 2
    assert "nobody holds the title of 'shop' at test" in nobody.err
    assert repo("registry", "pull", "shop@v9.9.9").code == 4
    told = repo("registry", "history", "shop").out.splitlines()
    assert [line.split()[2] for line in told] == ["register", "promote"]
    at = json.loads(repo("registry", "history", "shop", "--on", "2999-01-01", "--json").out)
    assert [title["version"] for title in at] == ["v1.0.0"]
    assert json.loads(repo("registry", "history", "shop", "--on", "2001-01-01", "--json").out) == []
    assert repo("registry", "doctor").code == 0
    (repo.root / ".modelbout/registry/ledger/champions.json").unlink()
    assert repo("registry", "doctor").code == 4
    assert repo("registry", "doctor", "--repair").code == 0
    assert repo("registry", "doctor").out == "the registry is in order\n"


def test_on_github_the_ledger_names_the_run(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.example")
    monkeypatch.setenv("GITHUB_REPOSITORY", "shop/models")
    monkeypatch.setenv("GITHUB_RUN_ID", "77")
    monkeypatch.setenv("GITHUB_ACTOR", "octocat")
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote").code == 0
    last = json.loads(repo("registry", "history", "shop", "--json").out)[-1]
    assert (last["actor"], last["run_url"]) == ("octocat", "https://github.example/shop/models/actions/runs/77")
    manifest = json.loads(repo("registry", "show", "shop").out)
    assert manifest["lineage"]["run_url"] == last["run_url"]


def test_an_empty_registry_says_so(repo: Repository) -> None:
    assert repo("registry", "list").out.startswith("no model holds a title in this registry yet")
    assert json.loads(repo("registry", "list", "--json").out) == []
    assert "none yet" in repo("registry", "history", "shop").err


def test_what_was_promoted_is_what_a_program_loads(repo: Repository) -> None:
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote", "--json").code == 0
    model = modelbout.load("shop@champion", registry=str(repo.root / ".modelbout/registry"))
    rows = {"age": [20.0, 75.0], "income": [40.0, 40.0], "region": ["south", "north"]}
    assert model.version == "v1.0.0"
    assert model.classes == ("no", "yes")
    chances = model.predict_proba(rows)[:, 1]
    assert chances[0] < chances[1]
    assert list(model.predict(rows)) == ["yes" if chance > 0.5 else "no" for chance in chances]
    with pytest.raises(DataError, match="income"):
        model.predict({"age": [20.0], "region": ["south"]})


def test_doctor_of_the_machine(repo: Repository) -> None:
    answer = repo("doctor", "--json")
    assert answer.code == 0, answer.out
    signs = {sign["what"]: sign for sign in json.loads(answer.out)}
    assert signs["configuration"]["state"] == "fine"
    assert "scikit-learn" in signs["your python"]["found"]
    assert signs["registry"]["state"] == "absent"
    repo.edit("modelbout.yaml", "seed: 3", "seed: 3\n  python: nowhere/python")
    broken = repo("doctor")
    assert broken.code == 2
    assert "✘ your python" in broken.out


def test_promote_if_non_inferior(repo: Repository) -> None:
    repo.edit("modelbout.yaml", "margin: 0.0}", "margin: 0.01}")
    repo.write("pipeline.py", PLAIN_STRONG)
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote").code == 0
    repo.write("pipeline.py", PLAIN_STRONG + "\n# tie\n")
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo.result("bout.json")["verdict"] in {"inconclusive", "loss"}
    assert repo("promote").code == 1
    repo.edit("modelbout.yaml", "compare:", "promote: {inconclusive: promote_if_non_inferior}\ncompare:")
    assert repo("run", "--no-plots", "--no-html").code in {0, 1}
    if repo.result("bout.json")["verdict"] == "inconclusive":
        assert repo("promote").code == 0
