from __future__ import annotations

import subprocess
import sys

import pytest

from modelbout import catalogue


def test_members_are_found_by_their_files() -> None:
    metrics = catalogue.names("modelbout.bout.metrics")
    assert {"roc_auc", "log_loss", "rmse"} <= set(metrics)
    assert metrics == tuple(sorted(metrics))
    assert not any(name.startswith("_") for name in metrics)
    assert catalogue.member("modelbout.bout.metrics", "roc_auc").__name__ == "modelbout.bout.metrics.roc_auc"


def test_a_member_that_is_not_there_is_not_imported() -> None:
    with pytest.raises(KeyError):
        catalogue.member("modelbout.bout.metrics", "os")


def test_names_are_listed_without_importing_numpy() -> None:
    code = (
        "import sys; from modelbout import catalogue; catalogue.names('modelbout.bout.metrics');"
        "sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(("word", "guess"), [("roc_acu", "roc_auc"), ("ROC_AUC", "roc_auc"), ("zzz", None), ("", None)])
def test_the_nearest_word(word: str, guess: str | None) -> None:
    assert catalogue.nearest(word, ["roc_auc", "rmse"]) == guess


def test_did_you_mean() -> None:
    assert catalogue.did_you_mean("rmsee", ["rmse"]) == " Did you mean `rmse`?"
    assert catalogue.did_you_mean("zzz", ["rmse"]) == ""
