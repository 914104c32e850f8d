"""Modelbout: every pull request to a machine-learning repository is a bout."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.consumer import LoadedModel

__all__ = ["__version__", "load"]
__version__ = "0.1.0"


def load(
    name: str | Path, *, registry: str | None = None, stage: str = "production", python: str | None = None
) -> LoadedModel:
    """Load a model for use: ``model@champion``, ``model@v1.2.0`` or the path of a bundle; see docs/python-api.md.

    Args:
        name: which model.
        registry: the registry's address; default: ``MODELBOUT_REGISTRY``, else ``.modelbout/registry`` here.
        stage: whose champion is meant.
        python: the interpreter for a ``command:`` model that starts with ``python``; default: this one.

    Raises:
        ConfigError: ``name`` is neither a reference nor a bundle.
        RegistryError: the registry has no such model, version or champion.
        BundleError: the bundle is damaged, does not load here, or answers otherwise than on the day it was trained.
    """
    from modelbout import consumer  # noqa: PLC0415 -- importing modelbout must stay light

    return consumer.load(name, registry=registry, stage=stage, python=python)
