from __future__ import annotations

from modelbout.config.model import Config, Data
from modelbout.config.train import Entrant, Search, Train
from modelbout.stages.rivals import config_digests, config_of
from modelbout.training.fingerprint import config_digest

COMMON = Search(space="pipeline:space")
OWN = Search(space="pipeline:other", by="halving")


def config(train: Train) -> Config:
    return Config(version=1, model="m", task="regression", data=Data(target="y"), train=train)


def test_a_single_challenger_has_the_configurations_own_digest() -> None:
    alone = config(Train(estimator="a:b"))
    assert config_digests(alone) == {config_digest(alone)}


def test_each_of_several_is_configured_as_if_it_were_alone() -> None:
    first, second = Entrant(name="one", estimator="a:b"), Entrant(name="two", estimator="c:d", search=OWN)
    several = config(Train(challengers=(first, second), search=COMMON, seed=3))
    assert config_of(several, first).train == Train(estimator="a:b", search=COMMON, seed=3)
    assert config_of(several, second).train == Train(estimator="c:d", search=OWN, seed=3)
    assert config_of(several, first).data == several.data
    assert config_digests(several) == {
        config_digest(config(Train(estimator="a:b", search=COMMON, seed=3))),
        config_digest(config(Train(estimator="c:d", search=OWN, seed=3))),
    }
