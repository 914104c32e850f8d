from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from click.testing import CliRunner

from modelbout.cli import registry
from modelbout.registry.ledger import Event

if TYPE_CHECKING:
    import pytest


def test_who_and_why_cannot_paint_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    event = Event(
        seq=1,
        at="2026-05-03T12:00:00Z",
        event="hold",
        model="churn",
        version=None,
        stage="production",
        previous=None,
        actor="eve\x1b[2J\u202e",
        reason="why\x1b]0;title\x07",
    )
    book = SimpleNamespace(events=lambda _model: (event,))
    monkeypatch.setattr(registry, "opened", lambda _address: book)
    said = CliRunner().invoke(registry.command, ["history", "churn"]).output
    assert "eve\\x1b[2J\\x202e" in said
    assert "why\\x1b]0;title\\x07" in said
    assert said.replace("\n", "").isprintable()
