"""The pages: their links lead somewhere, each can be reached, and the YAML that they show is accepted."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt

from modelbout.config.load import load_config
from modelbout.contract.load import parse_contract

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
# Directories of one person or one machine. /tmp is nobody's, and stands in examples.
MACHINE = re.compile(r"(?<![\w.<~/])/(home|Users|mnt|opt|srv)/\w|\b[A-Za-z]:\\Users\\")


class Pages(HTMLParser):
    """Collects the addresses of HTML in Markdown: pictures for light and dark need a ``<picture>``."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 -- HTMLParser's signature
        self.found += [value for key, value in attrs if key in ("href", "src", "srcset") and value]


class Block(NamedTuple):
    """A fenced block of YAML and where it stands."""

    page: Path
    line: int
    text: str


@cache
def tracked() -> tuple[Path, ...]:
    command = ["git", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(sorted(path for part in listed.split("\0") if part and (path := ROOT / part).is_file()))


@cache
def on_github() -> frozenset[Path]:
    """Return all files that git knows, and the directories that hold them."""
    return frozenset({*tracked(), *(parent for path in tracked() for parent in path.parents)})


def pages() -> list[Path]:
    # A golden report speaks of files in its own run directory.
    return [path for path in tracked() if path.suffix == ".md" and "golden" not in path.parts]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tokens(page: Path) -> tuple[Token, ...]:
    flat: list[Token] = []
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(page.read_text(encoding="utf-8")):
        flat += [token, *(token.children or ())]
    return tuple(flat)


def links(page: Path) -> list[str]:
    found: list[str] = []
    for token in tokens(page):
        found += [str(token.attrs[key]) for key in ("href", "src") if key in token.attrs]
        if token.type in ("html_block", "html_inline"):
            html = Pages()
            html.feed(token.content)
            found += html.found
    return found


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the headings of a page as GitHub writes them behind the ``#``."""
    found: list[str] = []
    for before, token in zip(tokens(page), tokens(page)[1:], strict=False):
        if before.type == "heading_open":
            text = "".join(part.content for part in token.children or () if part.type in ("text", "code_inline"))
            slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            again = sum(one == slug or re.fullmatch(rf"{re.escape(slug)}-\d+", one) is not None for one in found)
            found.append(f"{slug}-{again}" if again else slug)
    return frozenset(found)


def target(page: Path, link: str) -> Path:
    path = unquote(urlsplit(link).path)
    return (page.parent / path).resolve() if path else page


def relative(page: Path) -> Iterator[str]:
    return (link for link in links(page) if not urlsplit(link).scheme and not urlsplit(link).netloc)


def yaml_blocks() -> list[Block]:
    return [
        Block(page, (token.map or [0])[0] + 1, token.content)
        for page in pages()
        for token in tokens(page)
        if token.type == "fence" and token.info.strip() in ("yaml", "yml")
    ]


def has(block: Block, *keys: str) -> bool:
    return all(re.search(rf"^{key}:", block.text, re.MULTILINE) for key in keys)


def place(block: Block) -> str:
    return f"{shown(block.page)}:{block.line}"


CONFIGURATIONS = [block for block in yaml_blocks() if has(block, "version", "model")]
CONTRACTS = [block for block in yaml_blocks() if has(block, "version", "columns")]


@pytest.mark.parametrize("page", pages(), ids=shown)
def test_every_relative_link_leads_to_something(page: Path) -> None:
    lost = []
    for link in relative(page):
        end, part = target(page, link), urlsplit(link).fragment
        if not end.is_relative_to(ROOT) or end not in on_github():
            lost.append(f"{link}: no such file")
        elif part and part not in anchors(end):
            lost.append(f"{link}: no such heading")
    assert lost == []


def test_headings_become_anchors_as_on_github(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# `command:` - any program\n## Why\n## Why\n### R² & [more](x.md)\n", encoding="utf-8")
    assert anchors(page) == {"command---any-program", "why", "why-1", "r²--more"}


def test_links_are_found_in_markdown_and_in_html(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "[a](a.md#b) ![c](c.png) `[no](no.md)` https://example.org/x\n\n"
        '<picture><source srcset="d.png"><img src="e.png"></picture>\n',
        encoding="utf-8",
    )
    assert list(relative(page)) == ["a.md#b", "c.png", "d.png", "e.png"]


def test_every_page_is_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page.is_dir():
            page = page / "README.md"  # what GitHub shows of a directory
        if page in reached or page.suffix != ".md" or not page.is_file():
            continue
        reached.add(page)
        waiting += [target(page, link) for link in relative(page)]
    docs = {page for page in pages() if page.is_relative_to(ROOT / "docs")}
    assert docs
    assert sorted(shown(page) for page in docs - reached) == []


@pytest.mark.parametrize("block", CONFIGURATIONS, ids=place)
def test_every_whole_configuration_is_accepted(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "modelbout.yaml"
    path.write_text(block.text, encoding="utf-8")
    assert load_config(path).config.version == 1


@pytest.mark.parametrize("block", CONTRACTS, ids=place)
def test_every_whole_contract_is_accepted(block: Block) -> None:
    assert parse_contract(block.text, shown=place(block)).columns


def test_there_are_examples_to_accept() -> None:
    assert {shown(block.page) for block in CONFIGURATIONS} >= {"README.md", "docs/configuration.md"}
    assert {shown(block.page) for block in CONTRACTS} >= {"docs/contract.md"}


def test_no_file_names_the_machine_of_one_person() -> None:
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a compressed table
        lines = enumerate(text.splitlines(), start=1)
        found += [f"{shown(path)}:{number}" for number, line in lines if MACHINE.search(line)]
    # This file names what it looks for.
    assert [one for one in found if not one.startswith(f"{shown(Path(__file__))}:")] == []


@pytest.mark.parametrize("line", ["at /home/ann/x", r"C:\Users\ann"])
def test_such_names_are_seen(line: str) -> None:
    assert MACHINE.search(line)


@pytest.mark.parametrize("line", ["https://x.org/home/y", "(/tmp/old.yaml", "~/home/x", "a/opt/b"])
def test_other_names_are_not(line: str) -> None:
    assert not MACHINE.search(line)


def test_locks_name_versions_and_hashes_and_no_address() -> None:
    locks = [path for path in tracked() if path.parent.name == "requirements" and path.suffix in {".txt", ".in"}]
    assert len(locks) >= 4
    for path in locks:
        text = path.read_text(encoding="utf-8")
        assert "://" not in text, shown(path)
        assert "index" not in text.replace("indexes", ""), shown(path)
        if path.suffix == ".txt":
            pins = [line for line in text.splitlines() if line and line[0] not in " #"]
            assert pins
            assert all("==" in pin for pin in pins), shown(path)
            assert text.count("--hash=sha256:") >= len(pins), shown(path)
