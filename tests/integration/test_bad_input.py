"""Each kind of bad input: one clear error with its exit code, no traceback, and the registry as before."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from tests.integration.shop import CONFIG, PLAIN_CONFIG, WEAK, shop

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.shop import Answer, Repository

pytestmark = pytest.mark.exhaustive

TABLE = "data/shop.csv"


def table(change: Callable[[list[str]], list[str]]) -> Callable[[Repository], object]:
    """Return what rewrites the lines of the table."""
    return lambda repo: repo.write(TABLE, "\n".join(change(shop().splitlines())) + "\n")


def cell(row: int, column: int, text: str) -> Callable[[Repository], object]:
    """Return what puts a text into one cell; rows from 1."""

    def change(lines: list[str]) -> list[str]:
        cells = lines[row].split(",")
        cells[column] = text
        return [*lines[:row], ",".join(cells), *lines[row + 1 :]]

    return table(change)


def column(place: int, make: Callable[[int, str], str]) -> Callable[[Repository], object]:
    """Return what rewrites one column from row number and old text."""

    def change(lines: list[str]) -> list[str]:
        rows = [line.split(",") for line in lines[1:]]
        for number, cells in enumerate(rows, start=1):
            cells[place] = make(number, cells[place])
        return [lines[0], *(",".join(cells) for cells in rows)]

    return table(change)


def contract(old: str, new: str) -> Callable[[Repository], object]:
    return lambda repo: repo.edit("contract.yaml", old, new)


def config(old: str, new: str) -> Callable[[Repository], object]:
    return lambda repo: repo.edit("modelbout.yaml", old, new)


def both(*changes: Callable[[Repository], object]) -> Callable[[Repository], object]:
    def spoil(repo: Repository) -> None:
        for change in changes:
            change(repo)

    return spoil


def fitted(code: str = WEAK, *, estimator: str = "pipeline:build") -> Callable[[Repository], object]:
    """Return what makes the model an estimator of scikit-learn."""
    return both(
        lambda repo: repo.write("modelbout.yaml", CONFIG.replace("pipeline:build", estimator)),
        lambda repo: repo.write("pipeline.py", code),
    )


def directory_in_place(repo: Repository) -> None:
    (repo.root / TABLE).unlink()
    (repo.root / TABLE).mkdir()


def bomb(repo: Repository) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]" for n in range(9)]
    repo.write("modelbout.yaml", "\n".join(lines) + "\n")


def timestamps(values: list[str]) -> Callable[[Repository], object]:
    """Return what adds a time column that takes its values from a list in turn."""

    def change(lines: list[str]) -> list[str]:
        rows = [f"{line},{values[number % len(values)]}" for number, line in enumerate(lines[1:])]
        return [lines[0] + ",at", *rows]

    return both(table(change), contract("  bought:", "  at: {type: datetime}\n  bought:"))


# what is bad: what spoils it, the exit code, words that the error must hold
CASES: dict[str, tuple[Callable[[Repository], object], int, str]] = {
    "an empty file": (lambda repo: repo.write(TABLE, ""), 3, "empty"),
    "header only": (table(lambda lines: lines[:1]), 3, "rows"),
    "ragged rows": (table(lambda lines: [*lines[:5], lines[5] + ",more", *lines[6:]]), 3, "shop.csv:6: "),
    "latin-1": (
        lambda repo: repo.write(TABLE, shop().replace("north", "nörth").encode("latin-1")),
        3,
        "encoding",
    ),
    "semicolons that were said to be commas": (
        both(
            lambda repo: repo.write(TABLE, shop().replace(",", ";")),
            contract("columns:", 'read: {delimiter: ","}\ncolumns:'),
        ),
        3,
        "not in the table",
    ),
    "duplicate headers": (table(lambda lines: ["id,age,age,region,bought", *lines[1:]]), 3, "age"),
    "a blank header": (table(lambda lines: ["id,age,,region,bought", *lines[1:]]), 3, "blank name"),
    "mixed types": (cell(7, 2, "abc"), 3, "1 of 900"),
    "20-digit integers": (
        both(column(1, lambda _, __: "12345678901234567890"), contract("age: {type: number", "age: {type: integer")),
        3,
        "integer",
    ),
    "infinities": (cell(3, 2, "inf"), 3, "income"),
    "a time zone here and none there": (timestamps(["2026-01-01T00:00:00", "2026-01-01T00:00:00+02:00"]), 3, "at"),
    "a column of nulls": (column(2, lambda *_: ""), 3, "income"),
    "one class only in the holdout": (
        both(
            lambda repo: repo.write("data/train.csv", shop(300)),
            lambda repo: repo.write(
                "data/hold.csv", shop(300, seed=9).replace(",no\n", ",yes\n").replace("\nc", "\nh")
            ),
            config(
                "source: data/shop.csv\n  split: {holdout: 0.4, by: id}",
                "train: data/train.csv\n  holdout: data/hold.csv",
            ),
        ),
        3,
        "only one value",
    ),
    "a class unseen in training": (
        both(
            lambda repo: repo.write("data/train.csv", shop(300)),
            lambda repo: repo.write(
                "data/hold.csv", shop(300, seed=9).replace("\nc", "\nh").replace(",no\n", ",maybe\n", 3)
            ),
            contract('values: ["yes", "no"]', 'values: ["yes", "no", maybe]'),
            config(
                "source: data/shop.csv\n  split: {holdout: 0.4, by: id}",
                "train: data/train.csv\n  holdout: data/hold.csv",
            ),
        ),
        3,
        "training",
    ),
    "a holdout of five rows": (
        both(
            lambda repo: repo.write("data/train.csv", shop(300)),
            lambda repo: repo.write("data/hold.csv", shop(5, seed=9).replace("\nc", "\nh")),
            contract("  rows: {min: 100}", "  rows: {min: 1}"),
            config(
                "source: data/shop.csv\n  split: {holdout: 0.4, by: id}",
                "train: data/train.csv\n  holdout: data/hold.csv",
            ),
        ),
        3,
        "rows",
    ),
    "a target with missing values": (
        both(
            cell(5, 4, ""),
            contract('bought: {type: string, values: ["yes", "no"]}', "bought: {type: string, nulls: 1}"),
        ),
        3,
        "target",
    ),
    "a missing file": (lambda repo: (repo.root / TABLE).unlink(), 3, TABLE),
    "a directory in a file's place": (directory_in_place, 3, "directory"),
    "a YAML bomb": (bomb, 2, "modelbout.yaml"),
    "a 50 MB YAML": (lambda repo: repo.write("modelbout.yaml", b"# " + b"x" * 50_000_000), 2, "modelbout.yaml"),
    "a path outside the repository": (
        config("source: data/shop.csv", "source: ../../etc/passwd"),
        2,
        "leaves the repository",
    ),
    "an unknown key": (config("seed: 3", "sead: 3"), 2, "Did you mean `seed`?"),
    "an unknown metric": (config("metric: roc_auc", "metric: roc_acu"), 2, "Did you mean `roc_auc`?"),
    "an unknown column": (config("target: bought", "target: bougth"), 2, "Did you mean 'bought'?"),
    "a missing configuration": (lambda repo: (repo.root / "modelbout.yaml").unlink(), 2, "modelbout.yaml"),
    "an estimator that is not there": (fitted(estimator="pipeline:biuld"), 2, "biuld"),
    "a model that skops refuses": (
        fitted(
            "import os\nfrom sklearn.preprocessing import FunctionTransformer\n"
            "from sklearn.pipeline import make_pipeline\nfrom sklearn.linear_model import LogisticRegression\n"
            "class Mine(LogisticRegression):\n    pass\n"
            "def build():\n    return make_pipeline(Select(), Mine())\n"
            "from sklearn.compose import ColumnTransformer\n"
            "def Select():\n    return ColumnTransformer([('a', 'passthrough', ['age'])])\n",
        ),
        2,
        "Mine",
    ),
    "a target leak": (
        table(lambda lines: [lines[0] + ",leak", *(f"{line},{int(line.endswith('yes'))}" for line in lines[1:])]),
        3,
        "leak",
    ),
}


def spoiled(repo: Repository, spoil: Callable[[Repository], object]) -> tuple[Answer, dict[str, bytes]]:
    spoil(repo)
    before = repo.registry()
    return repo("run", "--no-plots", "--no-html"), before


@pytest.mark.parametrize("name", CASES)
def test_bad_input_gives_one_clear_error(repo: Repository, name: str) -> None:
    spoil, code, word = CASES[name]
    if name == "a target leak":
        repo.edit("contract.yaml", "  bought:", "  leak: {type: integer}\n  bought:")
    answer, before = spoiled(repo, spoil)
    told = answer.out + answer.err
    assert answer.code == code, told
    assert word.replace("'", "`").casefold() in told.replace("'", "`").casefold(), told
    assert "  -> " in told, told
    assert "error: modelbout.yaml" in told or "error: contract.yaml" in told or "error: data/" in told, told
    assert "did not foresee" not in told
    assert repo.registry() == before


def test_a_bom_semicolons_and_quoted_newlines_are_read(repo: Repository) -> None:
    text = shop().replace(",", ";").replace("north", '"nor\nth"')
    repo.write(TABLE, b"\xef\xbb\xbf" + text.encode())
    repo.edit("contract.yaml", "values: [north, south, east]", 'values: ["nor\\nth", south, east]')
    answer = repo("validate")
    assert answer.code == 0, answer.err
    assert "900 rows" in answer.out


def test_latin_1_is_read_when_the_contract_says_so(repo: Repository) -> None:
    repo.write(TABLE, shop().replace("north", "nörth").encode("latin-1"))
    repo.edit("contract.yaml", "columns:", "read: {encoding: latin-1}\ncolumns:")
    repo.edit("contract.yaml", "values: [north", "values: [nörth")
    answer = repo("validate")
    assert answer.code == 0, answer.err


def test_a_file_without_permission(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    # The tests may run as root, whom no mode keeps out; so the file itself refuses.
    real = Path.open

    def refusing(path: Path, *arguments: object, **named: object) -> object:
        if path.name == "modelbout.yaml":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return real(path, *arguments, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refusing)
    answer = repo("validate")
    assert answer.code == 2
    assert "modelbout.yaml" in answer.err
    assert "ermission" in answer.err


def test_a_full_disk(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if ".modelbout" in path.parts:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    answer = repo("validate")
    assert answer.code == 4
    assert "No space left" in answer.err
    assert not (repo.root / ".modelbout/run/validation.json").exists()


def test_one_changed_byte_in_the_champion_is_an_error_and_no_pass(repo: Repository) -> None:
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote").code == 0
    (model,) = (repo.root / ".modelbout/registry").rglob("shift.json")
    data = bytearray(model.read_bytes())
    data[len(data) // 2] ^= 1
    model.chmod(0o644)
    model.write_bytes(bytes(data))
    repo.edit("modelbout.yaml", "seed: 3", "seed: 4")
    before = repo.registry()
    answer = repo("run", "--no-plots")
    assert answer.code == 4, answer.err
    bout = repo.result("bout.json")
    assert (bout["verdict"], bout["passed"]) == ("error", False)
    assert "shift.json" in bout["error"]["place"]["file"]
    assert repo("promote").code == 1
    assert repo.registry() == before


def test_one_changed_byte_in_the_challenger_is_never_promoted(repo: Repository) -> None:
    assert repo("run", "--no-plots", "--no-html").code == 0
    model = repo.root / ".modelbout/run/bundle/model/shift.json"
    model.chmod(0o644)
    model.write_bytes(model.read_bytes() + b"x")
    answer = repo("promote")
    assert answer.code == 4
    assert repo.registry() == {}


def test_an_edited_ledger_stops_every_command_and_no_repair_makes_it_good(repo: Repository) -> None:
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote").code == 0
    (ledger,) = (repo.root / ".modelbout/registry").rglob("shop.jsonl")
    ledger.write_bytes(ledger.read_bytes().replace(b"v1.0.0", b"v9.0.0"))
    before = repo.registry()
    commands = ["registry list", "registry history shop", "rollback --reason x", "registry hold shop --reason x"]
    for words in ("registry doctor", "registry doctor --repair", *commands):
        answer = repo(*words.split())
        assert answer.code == 4, (words, answer.out)
        assert "shop.jsonl" in answer.out + answer.err
    assert repo.registry() == before


def test_models_that_share_a_run_directory_are_not_mixed_up(repo: Repository) -> None:
    repo.write("other.yaml", PLAIN_CONFIG.replace("model: shop", "model: other"))
    assert repo("run", "--no-plots", "--no-html").code == 0
    answer = repo("compare", "--config", "other.yaml")
    assert answer.code == 2, answer.out
    assert "this challenger is of 'shop'" in answer.err
    assert repo("train", "--config", "other.yaml").out.startswith("trained")
    assert repo("compare").code == 2


@pytest.mark.usefixtures("fitted")
def test_a_configuration_that_asks_something_else_meets_neither_old_challenger_nor_champion(repo: Repository) -> None:
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote").code == 0
    before = repo.registry()
    repo.edit("modelbout.yaml", 'target: bought\n  positive: "yes"', "target: region\n  positive: north")
    repo.edit("contract.yaml", "north, south, east", "north, south")
    repo.write(TABLE, shop().replace("east", "south"))
    answer = repo("compare")
    assert answer.code == 2, answer.out
    assert "the configuration has changed" in answer.err
    answer = repo("run", "--no-plots", "--no-html")
    assert answer.code == 2, answer.out
    assert "the champion shop@v1.0.0 predicts 'bought' (binary)" in answer.err
    assert repo("promote").code == 2
    assert repo.registry() == before


@pytest.mark.usefixtures("fitted")
def test_a_champion_of_two_classes_still_meets_a_challenger_of_three(repo: Repository) -> None:
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote").code == 0
    repo.write(TABLE, shop().replace(",no\n", ",maybe\n", 150))
    repo.edit("contract.yaml", '["yes", "no"]', '["yes", "no", maybe]')
    repo.edit("modelbout.yaml", "task: binary", "task: multiclass")
    repo.edit("modelbout.yaml", '  positive: "yes"\n', "")
    repo.edit("modelbout.yaml", "metric: roc_auc", "metric: log_loss")
    repo.edit("modelbout.yaml", "    - {metric: log_loss, rule: non_inferior, margin: 0.05}\n", "")
    repo.edit("modelbout.yaml", "  guardrails:\n", "")
    answer = repo("run", "--no-plots", "--no-html")
    assert answer.code == 0, answer.err
    assert repo.result("bout.json")["verdict"] == "win"


def test_results_of_another_shape_are_refused(repo: Repository) -> None:
    assert repo("run", "--no-plots", "--no-html").code == 0
    path = ".modelbout/run/bout.json"
    good = (repo.root / path).read_text(encoding="utf-8")
    for bad in ("", "[]", "nonsense", good.replace('"verdict"', '"verdikt"'), good[:-20], "[" * 100_000):
        repo.write(path, bad)
        answer = repo("promote")
        assert answer.code == 2, (bad[:20], answer.err)
        assert "bout.json" in answer.err
    assert repo.registry() == {}


def test_all_faults_of_a_configuration_come_at_once(repo: Repository) -> None:
    repo.write(
        "modelbout.yaml",
        PLAIN_CONFIG.replace("task: binary", "task: binray").replace("seed", "sead").replace("target", "tarket"),
    )
    answer = repo("validate")
    assert answer.code == 2
    for key in ("task", "sead", "tarket"):
        assert key in answer.err
    assert answer.err.count("modelbout.yaml:") >= 3


@pytest.mark.usefixtures("fitted")
def test_parquet_is_read_like_csv(repo: Repository) -> None:
    frame = pl.read_csv(repo.root / TABLE)
    frame.write_parquet(repo.root / "data/shop.parquet")
    assert repo("run", "--no-plots", "--no-html").code == 0
    from_csv = repo.result("bout.json")
    repo.edit("modelbout.yaml", "data/shop.csv", "data/shop.parquet")
    assert repo("run", "--no-plots", "--no-html").code == 0
    from_parquet = repo.result("bout.json")
    assert from_csv["holdout"] == from_parquet["holdout"]
    assert from_csv["metrics"] == from_parquet["metrics"]


def test_a_value_in_the_words_of_a_failing_model_stays_out_of_what_travels(repo: Repository) -> None:
    # The model was trained where `region` is text; its scorer is broken afterwards, and says a value.
    assert repo("run", "--no-plots", "--no-html").code == 0
    command = (
        "import os, pathlib, shutil, json\n"
        "out = pathlib.Path(os.environ['MODELBOUT_OUTPUT']); (out / 'model').mkdir()\n"
        "shutil.copy('score.py', out / 'model')\n"
        "(out / 'scorer.json').write_text(json.dumps({'command': ['python', 'score.py']}))\n"
    )
    scorer = (
        "import os, csv\n"
        "rows = list(csv.DictReader(open(os.environ['MODELBOUT_INPUT'], newline='')))\n"
        "if os.path.exists(BROKEN):\n    raise SystemExit('cannot digest ' + rows[0]['region'] + ' SECRETVALUE')\n"
        "with open(os.environ['MODELBOUT_OUTPUT'], 'w') as out:\n"
        "    print('proba:no,proba:yes', file=out)\n"
        "    for row in rows:\n        p = float(row['age']) / 200\n        print(1 - p, p, sep=',', file=out)\n"
    )
    repo.write("train.py", command)
    repo.write("score.py", scorer.replace("BROKEN", repr(str(repo.root / "broken"))))
    repo.edit("modelbout.yaml", "command: python -S pipeline.py", "command: python train.py")
    trained = repo("train")
    assert trained.code == 0, trained.err
    repo.write("broken", "")
    answer = repo("compare", "--quiet")
    assert answer.code == 2
    assert "SECRETVALUE" in answer.err, "the person at the terminal sees why"
    kept = (repo.root / ".modelbout/run/bout.json").read_text(encoding="utf-8")
    assert "SECRETVALUE" not in kept
    assert "could not be scored" in kept
    assert "SECRETVALUE" not in repo("report", "--stdout").out
