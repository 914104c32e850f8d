"""The page of messages: each that it names can come out of the program, and those of bad weather are all on it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.integration.messages import messages

SOURCE = Path(__file__).parents[2] / "src" / "modelbout"


def texts() -> str:
    """Return all that the program's strings say, with `…` for what is filled in."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [
                    str(part.value) if isinstance(part, ast.Constant) else "\N{HORIZONTAL ELLIPSIS}"
                    for part in node.values
                ]
                found.append("".join(parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return "\n".join(found)


@pytest.fixture(scope="module")
def said() -> str:
    return texts()


@pytest.mark.parametrize("message", messages())
def test_a_message_of_the_page_can_come_out_of_the_program(said: str, message: str) -> None:
    for piece in message.split("\N{HORIZONTAL ELLIPSIS}"):
        assert piece.strip().rstrip("0123456789").strip() in said
