"""The challenger: gradient boosting with a Poisson loss, as fits a count of rentals."""

from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline, make_pipeline

CALENDAR = ["season", "yr", "mnth", "hr", "holiday", "weekday", "workingday"]
WEATHER = ["weathersit", "temp", "atemp", "hum", "windspeed"]


def build() -> Pipeline:
    columns = ColumnTransformer([("inputs", "passthrough", [*CALENDAR, *WEATHER])])
    model = HistGradientBoostingRegressor(
        loss="poisson", learning_rate=0.1, max_iter=150, max_leaf_nodes=15, random_state=7
    )
    return make_pipeline(columns, model)
