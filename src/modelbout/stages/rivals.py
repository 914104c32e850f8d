"""The configuration of one of several challengers: that of the model, with the challenger's own training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from modelbout.training.fingerprint import config_digest

if TYPE_CHECKING:
    from modelbout.config.model import Config
    from modelbout.config.train import Entrant


def config_of(config: Config, entrant: Entrant) -> Config:
    """Return the configuration as if this challenger were the only one."""
    train = msgspec.structs.replace(
        config.train, estimator=entrant.estimator, search=entrant.search or config.train.search, challengers=()
    )
    return msgspec.structs.replace(config, train=train)


def config_digests(config: Config) -> frozenset[str]:
    """Return the digests that a bundle of this configuration may name: one for each challenger."""
    entrants = config.train.challengers
    return frozenset(config_digest(config_of(config, one)) for one in entrants) or frozenset({config_digest(config)})
