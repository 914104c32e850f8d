"""The pages of docs/commands: their help blocks are what the commands say. MODELBOUT_UPDATE_DOCS=1 writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

import click
import pytest

from modelbout.cli import main

PAGES = Path(__file__).parents[3] / "docs" / "commands"
BEGIN, END = "<!-- help: made by the command itself -->\n", "<!-- /help -->"


def helps(name: str) -> str:
    group = main.command
    assert isinstance(group, click.Group)
    with click.Context(group, info_name="modelbout", terminal_width=100, **group.context_settings) as parent:
        command = group.get_command(parent, name)
        assert command is not None
        commands = {name: command}
        if isinstance(command, click.Group):
            commands |= {f"{name} {key}": part for key, part in command.commands.items()}
        texts = []
        for title, part in commands.items():
            with click.Context(part, info_name=title, parent=parent, terminal_width=100) as own:
                texts.append(f"```text\n{part.get_help(own)}\n```\n")
    return "\n".join(texts)


@pytest.mark.parametrize("name", main.COMMANDS)
def test_the_page_of_a_command_shows_its_help(name: str) -> None:
    page = PAGES / f"{name}.md"
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    shown, after = rest.split(END)
    if os.environ.get("MODELBOUT_UPDATE_DOCS"):
        page.write_text(f"{before}{BEGIN}{helps(name)}{END}{after}", encoding="utf-8")
    else:
        assert shown == helps(name), f"{page} is behind; run the tests once with MODELBOUT_UPDATE_DOCS=1"


def test_there_is_no_page_of_a_command_that_is_gone() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} == {*main.COMMANDS, "README"}


def test_the_index_names_every_command() -> None:
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    for name, line in main.COMMANDS.items():
        assert f"| [`{name}`]({name}.md) | {line} |" in index
