from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelbout.training.worker import desk
from modelbout.training.worker.jobs.measure import drawn_rows, numbers_of

if TYPE_CHECKING:
    from pathlib import Path

TRUTH = np.array([0, 1, 1, 0, 1, 0], dtype=np.int64)
MODELS = [np.array([0, 1, 0, 0, 1, 1], dtype=np.int64), TRUTH]


def asked(tmp_path: Path, body: str, **changes: Any) -> tuple[int, dict[str, Any], dict[str, Any]]:
    (tmp_path / "mine.py").write_text(f"import numpy as np\n\ndef f(truth, answers):\n    {body}\n")
    given = {"truth": TRUTH, **{f"answers{at}": one for at, one in enumerate(MODELS)}} | changes.pop("given", {})
    np.savez(tmp_path / "given.npz", **given)
    job = {
        "job": "measure",
        "root": str(tmp_path),
        "function": "mine:f",
        "given": str(tmp_path / "given.npz"),
        "said": str(tmp_path / "said.npz"),
        "models": 2,
        "class_values": ["no", "yes"],
        "resamples": 40,
        "seed": 3,
        "result": str(tmp_path / "result.json"),
    }
    (tmp_path / "job.json").write_text(json.dumps(job | changes))
    code = desk.main(str(tmp_path / "job.json"))
    result = json.loads((tmp_path / "result.json").read_text())
    said = dict(np.load(tmp_path / "said.npz")) if (tmp_path / "said.npz").exists() else {}
    return code, result, said


def test_one_number_for_all_rows_comes_with_resamples_that_both_models_share(tmp_path: Path) -> None:
    code, result, said = asked(tmp_path, "return (truth == answers).mean()")
    assert (code, result["form"]) == (0, "number")
    assert [float(said["said0"]), float(said["said1"])] == pytest.approx([4 / 6, 1.0])
    assert said["drawn0"].shape == (40,)
    assert said["drawn0"].std() > 0
    assert said["drawn1"].tolist() == [1.0] * 40


@pytest.mark.parametrize(
    ("values", "test"),
    [
        (["no", "yes"], "set(truth) == {'no', 'yes'} and truth.dtype == object and answers[1] == 'yes'"),
        ([3, 7], "set(truth) == {3, 7} and truth.dtype == np.int64"),
        ([], "set(truth) == {0, 1}"),
    ],
)
def test_the_classes_come_in_the_targets_own_type(tmp_path: Path, values: list[Any], test: str) -> None:
    body = f"return float({test} or len(set(truth)) < 2)"
    assert float(asked(tmp_path, body, class_values=values)[2]["said1"]) == 1


def test_one_number_a_row_is_asked_once_a_model(tmp_path: Path) -> None:
    body = "print('::error::secret'); truth.sort(); return [[float(one == 'yes')] for one in answers]"
    code, result, said = asked(tmp_path, body)
    assert (code, result) == (0, {"form": "rows", "ok": True})
    assert said["said0"].tolist() == [0, 1, 0, 0, 1, 1]
    assert sorted(said) == ["said0", "said1"]


def test_a_function_that_sorts_what_it_is_given_harms_nobody(tmp_path: Path) -> None:
    _, _, said = asked(tmp_path, "right = (truth == answers).mean(); truth.sort(); answers.sort(); return right")
    assert [float(said["said0"]), float(said["said1"])] == pytest.approx([4 / 6, 1.0])


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ("return 'a lot'", {"refused": "kind"}),
        ("return None", {"refused": "kind"}),
        ("return True", {"refused": "kind"}),
        ("return {'profit': 1.0}", {"refused": "kind"}),
        ("return 1 + 2j", {"refused": "kind"}),
        ("return np.ones((6, 2))", {"refused": "kind"}),
        ("return [1.0, 2.0]", {"refused": "length", "given": 2}),
        ("return float('nan')", {"refused": "missing", "given": 1}),
        ("return [1.0, 2.0, 3.0, np.inf, np.nan, 0.0]", {"refused": "missing", "given": 2}),
        ("return 1.0 if (truth == answers).all() else np.ones(6)", {"refused": "kind"}),
    ],
)
def test_what_is_no_metric_is_refused_in_a_word(tmp_path: Path, body: str, refused: dict[str, Any]) -> None:
    code, result, said = asked(tmp_path, body)
    assert code == 0
    assert {name: result[name] for name in refused} == refused
    assert not said


def test_a_function_may_give_up_on_a_resample(tmp_path: Path) -> None:
    body = "return float(answers.size / (truth == 'yes').sum() if (truth == 'yes').sum() > 2 else 1 // 0)"
    code, _, said = asked(tmp_path, body)
    assert code == 0
    lost = np.isnan(said["drawn0"])
    assert 0 < lost.sum() < 40
    assert lost.tolist() == np.isnan(said["drawn1"]).tolist()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("raise ValueError('secret')", "f() failed: ValueError: secret"),
        ("raise SystemExit(0)", "ended the program with sys.exit(0)"),
    ],
)
def test_what_it_raises_is_a_finding(tmp_path: Path, body: str, found: str) -> None:
    code, result, _ = asked(tmp_path, body)
    assert code == 1
    assert found in result["found"]


def test_a_function_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    code, result, _ = asked(tmp_path, "return 1.0", function="mine:g")
    assert code == 1
    assert "importing mine failed" in result["found"]


def test_rows_of_a_cluster_are_drawn_together() -> None:
    clusters = np.array([2, 0, 0, 1, 2, 2], dtype=np.int64)
    draws = np.random.default_rng(0)
    for _ in range(50):
        rows = drawn_rows(draws, 6, clusters)
        counts = np.bincount(rows, minlength=6)
        assert counts[1] == counts[2]
        assert counts[0] == counts[4] == counts[5]
        assert counts[1] + counts[0] + counts[3] == 3
    assert drawn_rows(draws, 6, None).shape == (6,)


def test_numbers_may_be_of_any_width() -> None:
    numbers, refused = numbers_of(np.float32(0.5), 3)
    assert (float(numbers), refused) == (0.5, {})
    numbers, refused = numbers_of(np.arange(3, dtype=np.uint8), 3)
    assert (numbers.tolist(), str(numbers.dtype), refused) == ([0, 1, 2], "float64", {})
