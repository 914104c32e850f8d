"""Where scikit-learn's parallel work runs: here, or on the user's own cluster through joblib's backends."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from .findings import Stop, user_code

if TYPE_CHECKING:
    from collections.abc import Iterator

CONNECT_SECONDS = 10  # ours: a scheduler answers in milliseconds; Dask's own 30 keep a user waiting for a typing error


@contextlib.contextmanager
def parallel(address: str) -> Iterator[None]:
    """Send what joblib runs in parallel to a cluster while the context is open; with an empty address, do nothing.

    ``dask://host:port`` is a Dask scheduler, ``ray://host:port`` a Ray client server. What runs in parallel is what the
    estimators let joblib run (``n_jobs``): the trees of a forest, the folds of a search.
    """
    kind, _, place = address.partition("://")
    if not address:
        yield
    elif kind == "dask":
        with _dask(place):
            yield
    else:
        with _ray(address):
            yield


@contextlib.contextmanager
def _dask(place: str) -> Iterator[None]:
    import joblib

    with _installed("dask", "dask[distributed]"):
        from distributed import Client
    with user_code("train.backend", "connecting to the Dask scheduler"):
        client = Client(f"tcp://{place}", set_as_default=True, timeout=CONNECT_SECONDS)
    with client, joblib.parallel_config(backend="dask"):
        yield


@contextlib.contextmanager
def _ray(address: str) -> Iterator[None]:
    import joblib

    with _installed("ray", "ray"):
        import ray
        from ray.util.joblib import register_ray
    with user_code("train.backend", "connecting to Ray"):
        ray.init(address=address)
    register_ray()
    try:
        with joblib.parallel_config(backend="ray"):
            yield
    finally:
        ray.shutdown()


@contextlib.contextmanager
def _installed(kind: str, package: str) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        fix = f"install {package} for the interpreter in `train.python`, or remove `train.backend`"
        raise Stop(f"the backend {kind} is not installed here", fix=fix) from error
