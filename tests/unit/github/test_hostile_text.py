"""Hostile text in every field of every record: the comment, the summary and the check are those of harmless names.

The fields are found by walking the types of the records, so a new one is covered on the day that it is added.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import msgspec
import pytest
from markdown_it import MarkdownIt

from modelbout.contract_diff import ContractDiff
from modelbout.drift_result import DriftResult
from modelbout.errors import DataError
from modelbout.github.annotations import annotate, of_validation
from modelbout.github.artifacts import read_results
from modelbout.github.check import check_of
from modelbout.github.comment.body import TOP, compose, section
from modelbout.github.comment.state import State
from modelbout.github.runner import Runner
from modelbout.github.summary import write
from modelbout.record import to_json
from modelbout.report.overview import line
from modelbout.report.render import parts
from modelbout.results import BoutResult, Origin, TrainingResult, ValidationResult
from tests.unit.github.comment.sections import HOUSE
from tests.unit.github.test_artifacts import ORIGIN
from tests.unit.github.zips import packed
from tests.unit.report import stories

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from modelbout.record import Record
    from modelbout.report.story import Story

pytestmark = pytest.mark.exhaustive

RECORDS: dict[str, type[Record]] = {
    "bout.json": BoutResult,
    "validation.json": ValidationResult,
    "training.json": TrainingResult,
    "origin.json": Origin,
    "drift.json": DriftResult,
    "contract_diff.json": ContractDiff,
}
TALES = (
    *(stories.win, stories.contract, stories.error, stories.regression, stories.first, stories.loss),
    *(stories.drifted, stories.narrowed, stories.grouped, stories.worn),
)

MARKERS = f"""{TOP}
<!-- modelbout:section {{"model": "other"}} -->
<!-- modelbout:part verdict -->
<!-- modelbout:aside -->
<!-- modelbout:end -->
<!-- modelbout:report model=churn -->"""
HOSTILE = (
    "@octocat and @org/team, hi",
    "word\n/merge\n/lgtm",
    "/close",
    "#123 GH-1 owner/repo#4 owner/repo@abcdef1 abcdef1234567890",
    "<script>alert(1)</script><img src=x onerror=alert(1)><details open><h1>x</h1>",
    "</details></summary></td></table>--><iframe src=//evil.example>",
    MARKERS,
    f"x\n\n{MARKERS}\n\ny",
    "--> <!-- modelbout:end -->",
    '", "told": {"standing": "win"}} -->',
    "[click](https://evil.example) ![image](https://evil.example/x.png) [ref]: javascript:alert(1)",
    "[a](javascript:alert(1)) <javascript:alert(1)>",
    "https://evil.example www.evil.example mailto:a@b.co someone@evil.example <a@b.co>",
    "# heading\n\nheading\n===\n\n---\n\n> quote\n\n- item\n\n1. item\n\n    code",
    "```\ncode\n```\n~~~\n\n<b>out</b>",
    "````` ``` ` a `` b",
    "a | b \\| c |\n| --- |\n| x |",
    ":smile: :+1: a:tada:b",
    "nul\x00bell\x07esc\x1b[31m",
    "right\u202eto\u2066left\u2069 zero\u200bwidth\u200d\ufeff",
    "*bold* **bold** _it_ ~~no~~ [x] done [^1] $x^2$ $$y$$ \\( z \\)",
    "%0A::add-mask::x\n::set-output name=verdict::win\r\n::error::x",
    "EOF\nverdict=win\n<<EOF",
    "{{ 7*7 }} {% raw %} ${{ secrets.GITHUB_TOKEN }}",
    "x" * 5_000,
    "|" * 90,
    "`" * 90,
    "&lt;b&gt; &#64;octocat &commat;octocat &#35;1",
)
HARMLESS = "harmless"

FILTERS = {
    "mention": re.compile(r"(?<![\w/])@[a-z0-9]", re.IGNORECASE),
    "issue": re.compile(r"#\d|\bGH-\d", re.IGNORECASE),
    "emoji": re.compile(r":[\w+-]+:"),
    "address": re.compile(r"https?://|ftp://|www\.\w|mailto:|xmpp:|\w@\w", re.IGNORECASE),
    "formula": re.compile(r"\$"),
}
# A name may be shown as text or as code, and an error's further lines as a log; nothing else may change.
FREE_TAGS = {"code", "br", "pre"}


class Page(HTMLParser):
    """What a rendered page holds besides words: tags, attributes, HTML comments; and what GitHub would filter."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.held: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in FREE_TAGS:
            self.held[f"<{tag} {sorted(name for name, _ in attrs)}>"] += 1
        self.held.update(f"{name}={value}" for name, value in attrs if name in {"href", "src", "srcset"})
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"code", "pre"} & set(self._open):
            self.taken.update(name for name, pattern in FILTERS.items() for _ in pattern.findall(data))

    def handle_comment(self, data: str) -> None:
        words = data.split()
        self.held[f"<!-- {words[0] if words else ''} -->"] += 1


def page(markdown: str) -> Page:
    assert "\x00" not in markdown
    visible = re.sub(r"[\n\N{VARIATION SELECTOR-16}]", "", markdown)
    assert not [letter for letter in set(visible) if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co"}]
    for start in markdown.splitlines():
        assert not start.startswith(("/", "::", "##["))
    return Page(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


def markers(markdown: str) -> list[str]:
    """Return the kind of each line that could be a marker of ours: one counts only as a whole line."""
    return [" ".join(start.split()[:2]) for start in markdown.splitlines() if start.startswith("<!--")]


def text_fields(kind: msgspec.inspect.Type, owner: str = "") -> Iterator[tuple[str, str]]:
    """Yield (record, field) for each field that may hold a free text."""
    match kind:
        case msgspec.inspect.StructType():
            for field in kind.fields:
                yield from text_fields(field.type, f"{kind.cls.__name__}.{field.encode_name}")
        case msgspec.inspect.UnionType():
            for one in kind.types:
                yield from text_fields(one, owner)
        case msgspec.inspect.VarTupleType():
            yield from text_fields(kind.item_type, owner)
        case msgspec.inspect.DictType():
            yield from text_fields(kind.key_type, owner)
            yield from text_fields(kind.value_type, owner)
        case msgspec.inspect.StrType():
            name, _, field_name = owner.partition(".")
            yield name, field_name


@cache
def shape(record: type[Record]) -> msgspec.inspect.Type:
    return msgspec.inspect.type_info(record)


FIELDS = sorted({found for kind in RECORDS.values() for found in text_fields(shape(kind))})


def planted(node: object, kind: msgspec.inspect.Type, target: frozenset[str], word: str, owner: str = "") -> object:
    """Return the JSON with the word in every place of one field."""
    match kind:
        case msgspec.inspect.StructType() if isinstance(node, dict):
            return {
                field.encode_name: planted(
                    node[field.encode_name], field.type, target, word, f"{kind.cls.__name__}.{field.encode_name}"
                )
                for field in kind.fields
            }
        case msgspec.inspect.UnionType():
            for one in kind.types:
                if isinstance(one, msgspec.inspect.StructType) == isinstance(node, dict):
                    node = planted(node, one, target, word, owner)
            return node
        case msgspec.inspect.VarTupleType() if isinstance(node, (list, tuple)):
            texts = isinstance(kind.item_type, msgspec.inspect.StrType) and owner in target
            return [planted(item, kind.item_type, target, word, owner) for item in node or ([""] if texts else [])]
        case msgspec.inspect.DictType() if isinstance(node, dict) and owner in target:
            return dict.fromkeys([word], next(iter(node.values()))) if node else node
        case msgspec.inspect.StrType() if owner in target:
            return word
        case _:
            return node


def artifact(story: Story, fields: frozenset[str], word: str) -> dict[str, bytes]:
    records: dict[str, Record | None] = {
        "bout.json": story.bout,
        "validation.json": story.validation,
        "training.json": story.training,
        "origin.json": msgspec.structs.replace(ORIGIN, model=story.model),
        "drift.json": story.drift,
        "contract_diff.json": story.contract_diff,
    }
    return {
        name: msgspec.json.encode(planted(msgspec.to_builtins(record), shape(type(record)), fields, word))
        for name, record in records.items()
        if record is not None
    }


def shown(files: dict[str, bytes], tmp_path: Path) -> list[str] | None:
    """Return all that a reporter writes as Markdown; None when the artifact is refused."""
    try:
        (found,) = read_results(packed(files))
    except DataError as error:
        (problem,) = error.problems
        assert len(str(problem)) < 2000
        assert str(problem).replace("\n", "").isprintable()
        return None
    story = found.story
    state = State(model=story.model, head="a" * 40, run=7, attempt=1, told=line(story))
    body = compose([section(state, parts(story))], HOUSE)
    check = check_of([state])
    assert len(check.title) <= 255
    assert "\n" not in check.title
    file = tmp_path / "summary.md"
    file.unlink(missing_ok=True)
    write(Runner(summary=file), [story])
    lines: list[str] = []
    if found.validation is not None:
        annotate(of_validation(found.validation), lines.append)
    assert len(lines) <= 10
    assert all(re.match(r"::(error|warning|notice)( |::)", told) for told in lines)
    assert not [told for told in lines if "\n" in told or "\r" in told]
    return [body, check.summary, file.read_text(encoding="utf-8")]


def test_every_record_is_walked() -> None:
    found = {name for name, _ in FIELDS}
    assert {"BoutResult", "Finding", "Place", "Problem", "SliceResult", "Origin", "DataFile", "MetricResult"} <= found
    assert len(FIELDS) > 50


NAMES = frozenset(f"{name}.{field}" for name, field in FIELDS)
MODELS = frozenset(name for name in NAMES if name.endswith(".model"))
TEXTS = NAMES - MODELS


@pytest.mark.parametrize("field", sorted(NAMES))
def test_every_field_is_in_some_story(field: str) -> None:
    here = frozenset({field})
    assert any(artifact(tale(), here, "a") != artifact(tale(), here, "b") for tale in TALES), "add it to a story"


@pytest.mark.parametrize("tale", TALES)
def test_nothing_gets_out_of_any_field(tale: Callable[[], Story], tmp_path: Path) -> None:
    expected = shown(artifact(tale(), TEXTS, HARMLESS), tmp_path)
    assert expected is not None
    pages = [(harmless, page(harmless)) for harmless in expected]
    for word in HOSTILE:
        got = shown(artifact(tale(), TEXTS, word), tmp_path)
        assert got is not None
        for (harmless, before), hostile in zip(pages, got, strict=True):
            after = page(hostile)
            assert after.held == before.held, word[:80]
            assert after.taken <= before.taken, word[:80]
            assert markers(hostile) == markers(harmless), word[:80]


@pytest.mark.parametrize("word", HOSTILE)
def test_no_model_is_called_so(word: str, tmp_path: Path) -> None:
    assert shown(artifact(stories.win(), MODELS, word), tmp_path) is None


@pytest.mark.parametrize("field", sorted(TEXTS))
def test_an_endless_text_is_refused_in_every_field(field: str, tmp_path: Path) -> None:
    here = frozenset({field})
    tale = next(tale for tale in TALES if artifact(tale(), here, "a") != artifact(tale(), here, "b"))
    for length in (70_000, 10 * 2**20):
        assert shown(artifact(tale(), here, "x" * length), tmp_path) is None


def test_records_are_written_as_they_are_read() -> None:
    story = stories.win()
    assert story.bout is not None
    assert msgspec.json.decode(artifact(story, frozenset(), "")["bout.json"]) == msgspec.json.decode(
        to_json(story.bout)
    )
