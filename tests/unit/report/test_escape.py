"""What comes out of escaping is text: read back through a Markdown parser, and by GitHub's own later filters."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from modelbout.report.escape import (
    BLOCK_COLUMNS,
    BLOCK_LINES,
    EMPTY,
    NAME_LIMIT,
    TEXT_LIMIT,
    UNPRINTABLE,
    Markdown,
    address,
    attribute,
    block,
    clean,
    code,
    marker,
    page_title,
    shorten,
    text,
)

HOSTILE = (
    "@octocat",
    "hi @org/team!",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!-- modelbout:report model=churn -->",
    "</details></table>",
    "[click](https://evil.example)",
    "![image](https://evil.example/x.png)",
    "[ref]: https://evil.example",
    "https://evil.example/path",
    "http://evil.example",
    "www.evil.example",
    "mailto:someone@evil.example",
    "someone@evil.example",
    "#1",
    "fix #123",
    "GH-123",
    "owner/repo#4",
    "owner/repo@abcdef1",
    "abcdef1234567890abcdef1234567890abcdef12",
    "# heading",
    "heading\n===",
    "heading\n---",
    "---",
    "***",
    "- item",
    "+ item",
    "* item",
    "1. item",
    "12) item",
    "> quote",
    "    indented",
    "```\ncode",
    "~~~",
    "a | b",
    "a \\| b",
    "\\",
    "\\\\|",
    "`",
    "``",
    "` `",
    "a `b` c",
    "`a``b`",
    "@u`a`",
    "a`|`b",
    "`a\\|b`",
    "*bold* **bold** _it_ __it__ ~~no~~",
    "snake_case_name _x_ __init__",
    ":smile: :+1:",
    "a:smile:b",
    "/merge",
    "/lgtm and go",
    "x\n/close",
    "$x^2$ and $$y$$",
    "$`x`$",
    "&lt;b&gt; &amp; &#64;octocat &copy;",
    "<a@b.co>",
    "<https://evil.example>",
    "[^1]",
    "[x] done",
    "[ ] to do",
    "[!NOTE]",
    "line\r\nbreak\u2028and\u2029more\x0b\x0c",
    "tab\there",
    "nul\x00bell\x07esc\x1b[31mred",
    "bidi\u202eevil\u202c\u2066x\u2069",
    "zero\u200bwidth\u200d\u2060\ufeff\u00ad",
    "tag\U000e0041",
    "\ud800lone",
    "z" + "\u0301" * 50,
    "\u3164\u2800\u115f",
    "",
    " ",
    " edges ",
    "x" * 5000,
    "|" * 5000,
    "`" * 5000,
    "javascript:alert(1)",
    "%%{init: {}}%%",
    "{{ 7*7 }} {% raw %}",
)

names = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(alphabet=st.characters(), max_size=80),
    st.text(alphabet="`|\\@#:/<>[]()!*_~$&;-+=.1aA \n\t", max_size=30),
    st.lists(st.sampled_from(HOSTILE), max_size=4).map(" ".join),
    st.lists(st.sampled_from(HOSTILE), max_size=3).map("".join),
)

# GitHub's filters run on the text nodes of the finished page and leave these alone.
NOT_FILTERED = {"code", "pre"}
FILTERS = {
    "mention": re.compile(r"(?<![\w/])@[a-z0-9]", re.IGNORECASE),
    "issue": re.compile(r"#\d|\bGH-\d", re.IGNORECASE),
    "emoji": re.compile(r":[\w+-]+:"),
    "address": re.compile(r"https?://|ftp://|www\.\w|mailto:|xmpp:|\w@\w", re.IGNORECASE),
    "commit": re.compile(r"\b[0-9a-f]{7,40}\b"),
    "formula": re.compile(r"\$"),
}
TEXT_TAGS = {"p", "code", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "h3"}


class Page(HTMLParser):
    """The tags of a rendered page and its text, inside and outside of code."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.words: list[str] = []
        self.outside: list[str] = []
        self.cells: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not [name for name, _ in attrs if name not in {"style", "class"}]
        self.tags.append(tag)
        self._open.append(tag)
        if tag == "td":
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if not NOT_FILTERED & set(self._open):
            self.outside.append(data)
        if "td" in self._open:
            self.cells[-1] += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment came out: {data}")


def page(markdown: str) -> Page:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return Page(parser.render(markdown))


def assert_only_text(rendered: Page) -> None:
    assert set(rendered.tags) <= TEXT_TAGS
    for words in rendered.outside:
        for name, pattern in FILTERS.items():
            assert not pattern.search(words), f"{name} in {words!r}"


def assert_printable(value: str) -> None:
    for letter in value:
        assert letter == "\n" or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    value.encode()


def squeezed(value: str) -> str:
    return re.sub(r"[ \u2423]+", "", value)


@given(names)
@example("@u`a`")
@example("a`b`@c")
@example("\\`x`")
def test_a_sentence_is_one_paragraph_of_text(value: str) -> None:
    written = text(value)
    assert "\n" not in written
    assert_printable(written)
    rendered = page(written)
    assert_only_text(rendered)
    assert rendered.tags.count("p") == 1
    assert set(rendered.tags) <= {"p", "code"}
    shown = squeezed("".join(rendered.words).strip())
    meant = clean(value, limit=TEXT_LIMIT).strip()
    # Backticks in pairs are the writer's own code spans; all other letters stay.
    assert shown.replace("`", "") == (squeezed(meant).replace("`", "") or ("" if "`" in meant else squeezed(EMPTY)))


@given(names)
def test_a_name_is_one_code_span(value: str) -> None:
    written = code(value)
    assert "\n" not in written
    assert_printable(written)
    rendered = page(written)
    assert_only_text(rendered)
    if written == EMPTY:
        assert rendered.tags == ["p"]
    else:
        assert rendered.tags == ["p", *["code"] * len([piece for piece in clean(value).split("|") if piece])]
        assert not "".join(rendered.outside).strip("|\n")
    assert squeezed("".join(rendered.words).strip("\n")) == squeezed(clean(value) or EMPTY)


@given(names, names)
def test_a_cell_stays_a_cell(one: str, other: str) -> None:
    table = f"| a | b | c |\n| --- | --- | --- |\n| {text(one)} | {code(other)} | end |\n"
    rendered = page(table)
    assert_only_text(rendered)
    assert [tag for tag in rendered.tags if tag != "code"] == [
        "table",
        "thead",
        "tr",
        *["th"] * 3,
        "tbody",
        "tr",
        *["td"] * 3,
    ]
    shown = squeezed(rendered.cells[1])
    assert shown == squeezed(clean(other) or EMPTY)
    assert rendered.cells[2] == "end"


@given(names)
def test_no_pipe_comes_out(value: str) -> None:
    # Parsers differ in what a backslash before an escaped pipe means: then better no pipe at all.
    assert "|" not in text(value)
    assert "|" not in code(value)


@given(names)
def test_an_item_and_a_heading_hold_text(value: str) -> None:
    rendered = page(f"- {text(value)}\n- {code(value)}\n\n### {text(value)} {code(value)}\n")
    assert_only_text(rendered)
    assert [tag for tag in rendered.tags if tag != "code"] == ["ul", "li", "li", "h3"]


@given(names)
def test_no_line_starts_with_what_a_name_says(value: str) -> None:
    for written in (text(value), code(value)):
        assert not written.startswith(("/", "@", "#", ">", "    "))


@given(st.lists(names, max_size=40).map("\n".join))
def test_a_log_is_one_block(value: str) -> None:
    written = block(value)
    assert_printable(written)
    lines = written.split("\n")
    assert len(lines) <= BLOCK_LINES + 2
    assert all(line.startswith("  ") or not line for line in lines[1:-1])
    assert max(map(len, lines[1:-1]), default=0) <= BLOCK_COLUMNS + 2
    rendered = page(f"{written}\n\nafter\n")
    assert rendered.tags == ["pre", "code", "p"]
    assert rendered.words[-2:] == ["after", "\n"]


@given(names)
def test_an_attribute_stays_one(value: str) -> None:
    found: list[list[tuple[str, str | None]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag == "img"
            found.append(attrs)

        def handle_data(self, data: str) -> None:
            raise AssertionError(data)

    Reader(convert_charrefs=True).feed(f'<img alt="{attribute(value)}">')
    assert found == [[("alt", clean(value, limit=1500))]]
    assert not set(attribute(value)) & set("\"'<>`@\n")


@given(names)
def test_a_marker_is_one_comment(model: str) -> None:
    written = marker(model)
    assert written.startswith("<!-- modelbout:report model=")
    assert written.endswith(" -->")
    assert "--" not in written[4:-3]
    assert ">" not in written[4:-3]
    assert "\n" not in written
    assert len(written) <= 400


@given(names, names)
def test_markers_differ_where_names_do(one: str, other: str) -> None:
    assert (marker(one) == marker(other)) == (one == other)


def test_a_marker_is_stable() -> None:
    assert marker("churn") == "<!-- modelbout:report model=churn -->"
    assert marker("a--b") == "<!-- modelbout:report model=a-%2Db -->"


@given(names, st.integers(1, 200))
def test_clean_is_one_short_line(value: str, limit: int) -> None:
    line = clean(value, limit=limit)
    assert len(line) <= limit
    assert not re.search(r"[^\S ]|  ", line)
    assert_printable(line)


def test_a_long_name_keeps_both_ends() -> None:
    shown = clean("begin" + "x" * 500 + "end")
    assert len(shown) == NAME_LIMIT
    assert shown.startswith("begin")
    assert shown.endswith("end")
    assert "\u2026" in shown
    assert shorten("short", 10) == "short"


def test_invisible_letters_are_shown() -> None:
    assert clean("a\u200bb\u202ec\x00\ud800\u3164") == f"a{UNPRINTABLE}b{UNPRINTABLE}c{UNPRINTABLE * 3}"
    assert clean("e" + "\u0301" * 6) == "e" + "\u0301" * 4 + UNPRINTABLE * 2
    assert code(" x ") == "`\u2423x\u2423`"


def test_plain_words_stay_readable() -> None:
    assert text("11 of 7,043 rows have no value (0.2 %).") == "11 of 7,043 rows have no value (0.2 %)."
    assert text("the column `TotalCharges` is text") == "the column `TotalCharges` is text"
    assert text("total_charges rises") == "total_charges rises"
    assert text("[x] done") == "`[x]` done"
    assert text("ask @octocat about #12") == "ask `@octocat` about `#12`"
    assert code("Month-to-month") == "`Month-to-month`"
    assert code("a|b") == "`a`&#124;`b`"
    assert code("a`b") == "``a`b``"
    assert code("`") == "`` ` ``"


@pytest.mark.parametrize(
    ("given_address", "written"),
    [
        ("plots/roc-light.png", "plots/roc-light.png"),
        ("plots/a b\"'<>.png", "plots/a%20b%22%27%3C%3E.png"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("data:text/html,x", "data%3Atext/html%2Cx"),
        ("https://example.org/x.png?raw=true", "https://example.org/x.png?raw=true"),
        ("//evil.example/x.png", "evil.example/x.png"),
        ("\ud800", "%3F"),
        ('https://example.org/"><b>', "https://example.org/%22%3E%3Cb%3E"),
    ],
)
def test_an_address_is_a_path_or_https(given_address: str, written: str) -> None:
    assert address(given_address) == written


def test_a_title_of_a_page() -> None:
    assert page_title("<b>&\n") == "&lt;b&gt;&amp; "


def test_markdown_says_that_it_is_safe() -> None:
    assert Markdown("**x**").__html__() == "**x**"
