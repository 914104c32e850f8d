from __future__ import annotations

import ast
import csv
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from modelbout.config.load import load_config
from modelbout.contract.load import load_contract
from modelbout.errors import ConfigError, DataError
from modelbout.init import drafts
from modelbout.init.drafts import Draft, draft, write
from modelbout.progress import Quiet

NASTY = ('say "hi"', "x: y # no", "{{ 7 * 7 }}", "a\\b", "größe €", "&amp", "`tick`", "#", "true")


def people(path: Path, rows: int = 400) -> None:
    """Write a table of a binary target whose columns have names that no file format likes."""
    dice = random.Random(7)  # noqa: S311 -- made-up rows
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["customer_id", "day", *NASTY, "active", "Churn"])
        for row in range(rows):
            score = dice.gauss(0, 1)
            numbers = [round(score, 3), *(round(dice.random(), 3) if dice.random() > 0.05 else "" for _ in NASTY[2:])]
            group = dice.choice(["red", "green", "blue", ""])
            churn = "Yes" if score + dice.gauss(0, 1) > 0.5 else "No"
            day = f"2024-{row % 12 + 1:02d}-{row % 28 + 1:02d}"
            writer.writerow([f"c{row}", day, *numbers, group, dice.choice(["true", "false", ""]), churn])


def hours(path: Path, rows: int = 400) -> None:
    """Write a table of counts over time, without an id and with parts that add up to the target."""
    dice = random.Random(7)  # noqa: S311 -- made-up rows
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["day", "hour", "wind", "casual", "registered", "cnt"])
        for row in range(rows):
            casual, registered = dice.randrange(100), dice.randrange(400)
            day = f"2024-{row * 12 // rows + 1:02d}-{row % 28 + 1:02d}"
            writer.writerow([day, row % 24, round(dice.random(), 3), casual, registered, casual + registered])


def by_path(found: tuple[Draft, ...]) -> dict[str, str]:
    return {drafted.path: drafted.text for drafted in found}


def trained(root: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Let the drafted files go through the real stages; return the number of inputs."""
    from modelbout.stages.train import train  # noqa: PLC0415 -- heavy, and needed by two tests
    from modelbout.stages.validate import validate  # noqa: PLC0415 -- see above
    from modelbout.stages.workspace import open_workspace  # noqa: PLC0415 -- see above

    # Threads that wait for each other on a busy machine make such a small fit ten times slower.
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    work = open_workspace(root / "modelbout.yaml", None)
    assert validate(work, Quiet()).passed
    return train(work, Quiet(), registry=str(root / "registry")).features


def test_a_binary_table_is_drafted_loaded_and_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people(tmp_path / "data" / "people.csv")
    found = draft(Path("data/people.csv"), root=tmp_path, model="churn", target=None)
    assert [drafted.path for drafted in found] == [
        "modelbout.yaml",
        "contract.yaml",
        "pipeline.py",
        ".github/workflows/bout.yml",
        ".github/workflows/modelbout.yml",
        ".github/workflows/modelbout-forks.yml",
        ".github/workflows/modelbout-promote.yml",
        ".github/workflows/modelbout-rollback.yml",
        ".gitignore",
    ]
    write(found, tmp_path, force=False)
    config = load_config(tmp_path / "modelbout.yaml").config
    assert (config.model, config.task) == ("churn", "binary")
    assert (config.data.target, config.data.positive, config.data.id) == ("Churn", "Yes", "customer_id")
    assert config.data.split is not None
    assert (config.data.split.by, config.data.split.holdout) == ("customer_id", 0.2)
    assert config.data.exclude == ("day",)
    assert config.compare.slices == ("true", "active")
    contract = load_contract(tmp_path / "contract.yaml", shown="contract.yaml")
    assert {column.name for column in contract.columns} == {"customer_id", "day", *NASTY, "active", "Churn"}
    assert trained(tmp_path, monkeypatch) == len(NASTY) + 1


def test_counts_over_time_are_drafted_loaded_and_trained_without_the_leak(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours(tmp_path / "hours.csv")
    write(draft(tmp_path / "hours.csv", root=tmp_path, model="bikes", target=None), tmp_path, force=False)
    config = load_config(tmp_path / "modelbout.yaml").config
    assert (config.task, config.data.target, config.data.source) == ("regression", "cnt", "hours.csv")
    assert config.data.split is not None
    assert (config.data.split.by, config.data.split.column) == ("time", "day")
    assert config.data.split.from_ is not None
    assert config.data.split.from_.startswith("2024-1")
    assert config.data.exclude == ("day", "casual", "registered")
    assert "gives the target away" in (tmp_path / "modelbout.yaml").read_text(encoding="utf-8")
    assert trained(tmp_path, monkeypatch) == 2


def test_several_classes_in_a_directory_of_its_own(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    root = tmp_path / "models" / "Iris Flowers!"
    root.mkdir(parents=True)
    dice = random.Random(7)  # noqa: S311 -- made-up rows
    lines = [f"{n},{dice.random():.4f},{dice.random():.2f},{'abc'[n % 3]}\n" for n in range(300)]
    (root / "a[1].csv").write_text("id,length,width,species\n" + "".join(lines), encoding="utf-8")
    (root / "requirements.txt").write_text("scikit-learn\n", encoding="utf-8")
    write(draft(Path("a[1].csv"), root=root, model=None, target="species"), root, force=False)
    loaded = load_config(root / "modelbout.yaml")
    assert (loaded.config.model, loaded.config.task) == ("iris-flowers", "multiclass")
    assert loaded.config.data.source == "a[[]1].csv"
    workflows = tmp_path / ".github" / "workflows"
    assert sorted(path.name for path in workflows.iterdir()) == [
        "bout-iris-flowers.yml",
        "modelbout-iris-flowers-forks.yml",
        "modelbout-iris-flowers-promote.yml",
        "modelbout-iris-flowers-rollback.yml",
        "modelbout-iris-flowers.yml",
    ]
    steps = steps_of(yaml.safe_load((workflows / "bout-iris-flowers.yml").read_text(encoding="utf-8")))
    runs = [step["run"] for step in steps if "run" in step]
    assert runs == ["python -m pip install -r 'models/Iris Flowers!/requirements.txt'"]
    given = {key: value for step in steps for key, value in step.get("with", {}).items()}
    assert given["config"] == "models/Iris Flowers!/modelbout.yaml"
    assert given["path"] == "models/Iris Flowers!/.modelbout/run/bundle/"
    assert given["name"] == "modelbout-bundle-iris-flowers"
    caller = yaml.safe_load((workflows / "modelbout-iris-flowers.yml").read_text(encoding="utf-8"))
    assert caller["jobs"]["bout"]["uses"] == "./.github/workflows/bout-iris-flowers.yml"
    forks = yaml.safe_load((workflows / "modelbout-iris-flowers-forks.yml").read_text(encoding="utf-8"))
    assert forks[True]["workflow_run"]["workflows"] == [caller["name"]]


def steps_of(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job.get("steps", [])]


@pytest.fixture
def found(tmp_path: Path) -> tuple[Draft, ...]:
    """Draft for a small table."""
    people(tmp_path / "t.csv", rows=60)
    return draft(Path("t.csv"), root=tmp_path, model="m", target=None)


def test_the_workflows_give_no_rights_away_where_the_users_code_runs(found: tuple[Draft, ...]) -> None:
    workflows = {
        path.rpartition("/")[2]: yaml.safe_load(text) for path, text in by_path(found).items() if path.endswith(".yml")
    }
    assert len(workflows) == 5
    for workflow in workflows.values():
        assert workflow["permissions"] == {}
        for job in workflow["jobs"].values():
            uses = [step.get("uses", "") for step in job.get("steps", [])]
            if job.get("uses") or any("checkout" in name for name in uses):
                assert job["permissions"] == {"contents": "read"}
            else:
                assert not any("run" in step for step in job["steps"])
                assert all(name.startswith("modelbout/") for name in uses)
    assert workflows["modelbout.yml"][True] == "pull_request"  # PyYAML reads the key `on` as YAML 1.1 does
    assert workflows["modelbout-promote.yml"]["concurrency"]["cancel-in-progress"] is False


def test_without_requirements_the_workflow_installs_what_training_needs(found: tuple[Draft, ...]) -> None:
    text = by_path(found)[".github/workflows/bout.yml"]
    assert "- run: python -m pip install numpy pandas scikit-learn skops\n" in text


def test_the_pipeline_is_python(found: tuple[Draft, ...]) -> None:
    tree = ast.parse(by_path(found)["pipeline.py"])
    lists = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert lists == {"NUMBERS": list(NASTY[:-1]), "GROUPS": ["true", "active"]}


def test_every_guess_is_marked(found: tuple[Draft, ...]) -> None:
    text = by_path(found)["modelbout.yaml"]
    for key in ("task", "  split", "  target", "  positive", "  id", "  slices"):
        (line,) = (line for line in text.splitlines() if line.startswith(f"{key}:"))
        assert "guess" in line


def test_nothing_is_overwritten_and_all_conflicts_are_told(tmp_path: Path, found: tuple[Draft, ...]) -> None:
    (tmp_path / "modelbout.yaml").write_text("mine", encoding="utf-8")
    (tmp_path / "pipeline.py").write_bytes(b"\xff\xfe")
    (tmp_path / "contract.yaml").symlink_to("nowhere")
    with pytest.raises(ConfigError) as caught:
        write(found, tmp_path, force=False)
    assert [problem.place.file for problem in caught.value.problems] == [
        "modelbout.yaml",
        "contract.yaml",
        "pipeline.py",
    ]
    assert all("--force" in problem.fix for problem in caught.value.problems)
    assert (tmp_path / "modelbout.yaml").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / ".gitignore").exists()
    assert not (tmp_path / ".github").exists()


def test_force_overwrites(tmp_path: Path, found: tuple[Draft, ...]) -> None:
    (tmp_path / "modelbout.yaml").write_text("mine", encoding="utf-8")
    write(found, tmp_path, force=True)
    assert load_config(tmp_path / "modelbout.yaml").config.model == "m"


def test_writing_the_same_again_is_no_conflict(tmp_path: Path, found: tuple[Draft, ...]) -> None:
    write(found, tmp_path, force=False)
    write(found, tmp_path, force=False)
    assert not list(tmp_path.rglob(".*.part"))


def test_a_gitignore_is_extended(tmp_path: Path) -> None:
    people(tmp_path / "t.csv", rows=60)
    (tmp_path / ".gitignore").write_text("__pycache__/\nsecret", encoding="utf-8")
    found = draft(Path("t.csv"), root=tmp_path, model="m", target=None)
    write(found, tmp_path, force=False)
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "__pycache__/\nsecret\n.modelbout/\n"


def test_a_complete_gitignore_stays_as_it_is(tmp_path: Path) -> None:
    people(tmp_path / "t.csv", rows=60)
    (tmp_path / ".gitignore").write_text(".modelbout/\n__pycache__/", encoding="utf-8")
    drafted = draft(Path("t.csv"), root=tmp_path, model="m", target=None)[-1]
    assert drafted == Draft(".gitignore", ".modelbout/\n__pycache__/\n", extends=True)


@pytest.mark.parametrize("force", [True, False])
def test_what_even_force_does_not_overwrite(tmp_path: Path, found: tuple[Draft, ...], force: bool) -> None:  # noqa: FBT001 -- a parameter of pytest
    (tmp_path / "modelbout.yaml").mkdir()
    (tmp_path / ".github").write_text("a file", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        write(found, tmp_path, force=force)
    assert [problem.found for problem in caught.value.problems] == [
        "a directory stands in the file's place",
        *["a file stands where its directory should be"] * 5,
    ]


def test_a_directory_that_is_a_link_to_elsewhere(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, found: tuple[Draft, ...]
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (tmp_path / ".github").symlink_to(elsewhere)
    with pytest.raises(ConfigError, match="leaves the repository by a link"):
        write(found, tmp_path, force=True)
    assert not list(elsewhere.iterdir())


def test_a_full_disk_leaves_nothing(tmp_path: Path, found: tuple[Draft, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.write_text

    def full(self: Path, text: str, **options: str) -> int:
        if "pipeline" in self.name:
            raise OSError(28, "No space left on device")
        return real(self, text, **options)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ConfigError, match="cannot be written: No space left on device"):
        write(found, tmp_path, force=False)
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


@pytest.mark.parametrize("table", ["../t.csv", "/etc/hosts", "link.csv", "a\0b.csv"])
def test_a_table_outside_the_repository(tmp_path: Path, table: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    people(tmp_path / "t.csv", rows=60)
    (root / "link.csv").symlink_to(tmp_path / "t.csv")
    with pytest.raises(ConfigError, match="the table lies outside the repository"):
        draft(Path(table), root=root, model="m", target=None)


@pytest.mark.parametrize("model", ["Churn", "", "a b", "-a", "x" * 65])
def test_a_name_that_is_none(tmp_path: Path, model: str) -> None:
    with pytest.raises(ConfigError, match="is no name of a model"):
        draft(Path("t.csv"), root=tmp_path, model=model, target=None)


def test_a_directory_without_a_usable_name(tmp_path: Path) -> None:
    assert drafts._model(None, tmp_path / "日本") == "model"
    assert drafts._model(None, tmp_path / ("A" * 80)) == "a" * 64


def test_a_missing_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"t\.csv"):
        draft(Path("t.csv"), root=tmp_path, model="m", target=None)


def test_inputs_that_all_give_the_target_away_are_left_in(tmp_path: Path) -> None:
    # Excluding them would leave nothing to learn from; the bout will say so better.
    lines = "".join(f"k{n},{n % 7 * 1.5},{n % 7 * 3.25}\n" for n in range(300))
    (tmp_path / "t.csv").write_text("id,copy,price\n" + lines, encoding="utf-8")
    text = by_path(draft(Path("t.csv"), root=tmp_path, model="m", target=None))
    assert "exclude" not in text["modelbout.yaml"]
    assert '"copy"' in text["pipeline.py"]
