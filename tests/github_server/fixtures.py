"""Give tests a GitHub of their own, with one repository and the tokens of its jobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.github_server.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.github_server.app import Call
    from tests.github_server.faults import Rules
    from tests.github_server.records import Token
    from tests.github_server.state import GitHub, Repository


@dataclass
class Ground:
    """A running server with ``octo/churn`` on it, a job's token that may write all and one that only reads."""

    server: Server
    repo: Repository
    writer: Token
    reader: Token

    @property
    def github(self) -> GitHub:
        return self.server.github

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def faults(self) -> Rules:
        return self.server.faults

    @property
    def calls(self) -> list[Call]:
        return self.server.calls


def ground(server: Server, full_name: str = "octo/churn", *, private: bool = False) -> Ground:
    repo = server.github.repository(full_name, private=private)
    own = frozenset({full_name})
    return Ground(server, repo, server.github.token(repositories=own), server.github.reader())


@pytest.fixture
def github() -> Iterator[Ground]:
    """A fresh server; the test fails at its end when anything was against GitHub's description."""
    with Server() as server:
        yield ground(server)
    server.check()
