"""The probability from which a model says the positive class, when it is not the model's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from modelbout.manifest import Manifest, Scorer, Signature


def decided(answers: Predictions, signature: Signature, scorer: Scorer) -> Predictions:
    """Return a model's answers with the labels that its threshold makes of its probabilities.

    A bundle keeps its model's own labels, in its golden rows and its record too: they show whether the model is still
    the same. What is judged and what is used goes through here. Without a threshold nothing changes.

    Args:
        answers: what the model said, probabilities among it when there is a threshold.
        signature: the model's; classes in the order of the probabilities.
        scorer: how it is scored.
    """
    if scorer.threshold is None or signature.positive is None or answers.proba is None:
        return answers
    positive = signature.classes.index(signature.positive)
    label = np.where(answers.proba[:, positive] >= scorer.threshold, positive, 1 - positive)
    return Predictions(label=label.astype(np.int64), proba=answers.proba)


def decided_by(answers: Predictions, manifest: Manifest) -> Predictions:
    """Return a bundle's answers as its threshold decides them."""
    return decided(answers, manifest.signature, manifest.scorer)
