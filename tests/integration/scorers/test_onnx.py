"""ONNX: converted from estimators, left by programs, and refused where it says something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.errors import TrainingError
from modelbout.manifest import Scorer
from modelbout.training.bundle import verify
from tests.integration.scorers.corner import trained
from tests.tools import need_scorer

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.manifest import Task

pytestmark = pytest.mark.exhaustive

PIPELINE = """
import numpy as np
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

def prepared():
    return make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), ["age", "income"]),
        (OneHotEncoder(handle_unknown="ignore"), ["plan"]),
    )

def build():
    return {estimator}
"""
LOGISTIC = PIPELINE.format(estimator="make_pipeline(prepared(), LogisticRegression())")


@pytest.fixture(autouse=True)
def _packages() -> None:
    need_scorer("onnx")


@pytest.mark.parametrize(
    ("task", "estimator"),
    [
        ("binary", "LogisticRegression()"),
        ("multiclass", "LogisticRegression()"),
        ("regression", "GradientBoostingRegressor(n_estimators=5)"),
    ],
)
def test_an_estimator_is_converted_and_answers_alike(task: Task, estimator: str, tmp_path: Path) -> None:
    source = PIPELINE.format(estimator=f"make_pipeline(prepared(), {estimator})")
    corner = trained(tmp_path, task, source, format="onnx")
    assert corner.fitted.scorer == Scorer(kind="onnx")
    assert {entry.path for entry in verify(corner.bundle).files} >= {"model.onnx"}
    again = corner.scored(tmp_path / "scoring", latency=True)
    then, now = corner.fitted.answers[0], again.predictions
    if task == "regression":
        assert then.value is not None
        assert now.value is not None
        assert np.array_equal(then.value, now.value)
        assert np.corrcoef(now.value, corner.holdout["spent"].to_numpy())[0, 1] > 0.5
        return
    assert then.proba is not None
    assert now.proba is not None
    assert now.label is not None
    assert np.array_equal(then.proba, now.proba)
    assert np.abs(now.proba.sum(axis=1) - 1).max() < 1e-12
    truth = corner.holdout[corner.signature.target].cast(str).to_numpy()
    assert (np.array(corner.signature.classes)[now.label] == truth).mean() > 0.75


def test_a_model_whose_labels_flip_is_refused(tmp_path: Path) -> None:
    # skl2onnx takes categories for numbers.
    prepared = """make_pipeline(
        make_column_transformer(
            (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2), ["plan"]),
            remainder="passthrough",
        ),
        HistGradientBoostingClassifier(max_iter=20, categorical_features=[0]),
    )"""
    with pytest.raises(TrainingError, match=r"as onnx the model gives (another label|other numbers) in"):
        trained(tmp_path, "binary", PIPELINE.format(estimator=prepared), rows=1500, format="onnx")


def test_what_cannot_be_converted_is_told(tmp_path: Path) -> None:
    source = """
        import pandas as pd
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import FunctionTransformer
        def mine(rows):
            return rows[["age"]]
        def build():
            return make_pipeline(FunctionTransformer(mine), LogisticRegression())
        """
    with pytest.raises(TrainingError, match="cannot be converted to ONNX") as caught:
        trained(tmp_path, "binary", source, format="onnx")
    assert "skl2onnx" in caught.value.problems[0].allowed


PROGRAM = """
import json, os
from pathlib import Path
import numpy as np
import onnx
import pandas as pd
from onnx import TensorProto, helper, numpy_helper
out = Path(os.environ["MODELBOUT_OUTPUT"])
model = out / "model"
model.mkdir()
weights = numpy_helper.from_array(np.array([[0.02, -0.02]], dtype=np.float32), "weights")
bias = numpy_helper.from_array(np.array([-1.0, 1.0], dtype=np.float32), "bias")
nodes = [
    helper.make_node("MatMul", ["rows", "weights"], ["product"]),
    helper.make_node("Add", ["product", "bias"], ["sum"]),
    helper.make_node("Softmax", ["sum"], ["probabilities"], axis=1),
]
graph = helper.make_graph(
    nodes,
    "own",
    [helper.make_tensor_value_info("rows", TensorProto.FLOAT, [None, 1])],
    [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2])],
    [weights, bias],
)
made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
{change}
(out / "scorer.json").write_text(json.dumps({{"format": "onnx"}}))
"""
PLAIN = "onnx.save_model(made, str(model / 'model.onnx'))"


def test_a_program_may_leave_a_file_with_one_input(tmp_path: Path) -> None:
    source = PROGRAM.format(change=PLAIN)
    corner = trained(tmp_path, "binary", source, inputs=("age",), command="python train.py", rows=60)
    now = corner.scored(tmp_path / "scoring").predictions
    assert now.proba is not None
    assert now.label is not None
    age = corner.holdout["age"].to_numpy()
    # Of a softmax over two, the second one; the signature's classes are No and Yes.
    assert np.allclose(now.proba[:, 1], 1 / (1 + np.exp(0.04 * age - 2)), atol=1e-6)
    assert np.array_equal(now.label, now.proba.argmax(axis=1))


ELSEWHERE = "onnx.save_model(made, str(model / 'model.onnx'), save_as_external_data=True, size_threshold=0)"
TWO_INPUTS = f"""
made.graph.input[0].name = made.graph.node[0].input[0] = 'other'
made.graph.input.append(helper.make_tensor_value_info('b', TensorProto.FLOAT, [None, 1]))
{PLAIN}
"""


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (ELSEWHERE, "its numbers lie in another file"),
        (f"made.graph.node[0].domain = 'com.evil'; {PLAIN}", "it needs operators of a library: b'com.evil'"),
        ("(model / 'model.onnx').write_bytes(b'not a model')", "no ONNX file"),
        (TWO_INPUTS, "wants an input 'other'"),
        ("(model / 'else.onnx').write_bytes(b'')", "the program left no model.onnx"),
    ],
)
def test_what_is_not_in_the_file_is_refused(change: str, found: str, tmp_path: Path) -> None:
    with pytest.raises(TrainingError) as caught:
        trained(
            tmp_path,
            "binary",
            PROGRAM.format(change=change),
            inputs=("age",),
            command="python train.py",
            rows=60,
        )
    assert found in caught.value.problems[0].found
