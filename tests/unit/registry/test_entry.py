from __future__ import annotations

import pytest

from modelbout.registry.entry import draft, registration, result


def test_a_registration_alone_is_no_result() -> None:
    event = draft("promote", model="churn", stage="production", actor="ada", reason="why", at="2026-05-03T12:00:00Z")
    told = result(event)
    assert (told.model, told.stage, told.event, told.created) == ("churn", "production", "promote", event.at)
    with pytest.raises(ValueError, match="registration"):
        result(registration(event))
