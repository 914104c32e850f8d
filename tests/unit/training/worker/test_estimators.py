from __future__ import annotations

from sklearn.ensemble import BaggingClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from modelbout.training.worker.estimators import set_seeds


def test_every_open_seed_is_set_and_no_other() -> None:
    model = make_pipeline(StandardScaler(), BaggingClassifier(RandomForestClassifier(random_state=1)))
    set_seeds(model, 9)
    parameters = model.get_params(deep=True)
    assert parameters["baggingclassifier__random_state"] == 9
    assert parameters["baggingclassifier__estimator__random_state"] == 1
    plain = LinearRegression()
    set_seeds(plain, 9)
    assert plain.get_params() == LinearRegression().get_params()
