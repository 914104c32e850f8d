from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.engines import postgres
from tests.tools import need_engine

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    need_engine("ibis")
    with postgres.serving() as running:
        yield running
