"""Which metrics a reader seldom looks for: they fold in the table, and no picture shows them."""

from __future__ import annotations

SELDOM = frozenset(
    {
        "balanced_accuracy",
        "brier_skill",
        "cohen_kappa",
        "d2_absolute_error",
        "d2_log_loss",
        "d2_pinball",
        "ece",
        "ece_debiased",
        "explained_variance",
        "f05",
        "f1_macro",
        "f1_weighted",
        "f2",
        "gamma_deviance",
        "jaccard",
        "jaccard_macro",
        "lift",
        "mape",
        "max_error",
        "medae",
        "mse",
        "msle",
        "pinball",
        "poisson_deviance",
        "precision",
        "precision_at_k",
        "precision_macro",
        "recall",
        "recall_macro",
        "rmsle",
        "specificity",
        "top_2_accuracy",
    }
)
"""Metrics that are folded unless they decide something; one that is not named, such as the user's own, is shown."""
