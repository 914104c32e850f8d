"""A report as a page: what GitHub would show, light or dark as the reader's screen is, without GitHub."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import nh3
from markdown_it import MarkdownIt

from modelbout.report.escape import page_title
from modelbout.report.preview_style import STYLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

# What GitHub's html-pipeline lets through (its SanitizationFilter), as far as a report could hold it: `class` and
# `style` are never among the attributes, so nothing in a report can change how the page looks.
TAGS = frozenset(
    {
        "a",
        "b",
        "blockquote",
        "br",
        "code",
        "dd",
        "del",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "ol",
        "p",
        "picture",
        "pre",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "source",
        "span",
        "strike",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "ul",
        "var",
        "wbr",
    }
)
ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "*": frozenset({"align", "dir", "height", "id", "lang", "title", "width"}),
    "a": frozenset({"href"}),
    "blockquote": frozenset({"cite"}),
    "details": frozenset({"open"}),
    "img": frozenset({"alt", "src"}),
    "ol": frozenset({"start"}),
    "source": frozenset({"media", "srcset"}),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"colspan", "rowspan", "scope"}),
}
SCHEMES = frozenset({"http", "https", "mailto"})

# GitHub draws emoji itself, where a reader's machine has no font for them; so does the page.
MARKS: Mapping[str, str] = {
    emoji: f'<span class="mark {kind}" role="img" aria-label="{label}">{letter}</span>'
    for emoji, kind, label, letter in (
        ("\N{WHITE HEAVY CHECK MARK}", "fine", "yes", "\N{HEAVY CHECK MARK}"),
        ("\N{CROSS MARK}", "wrong", "no", "\N{MULTIPLICATION X}"),
        ("\N{NO ENTRY}", "wrong round", "stopped", "\N{EN DASH}"),
        ("\N{WHITE QUESTION MARK ORNAMENT}", "open", "not settled", "?"),
        ("\N{WARNING SIGN}\N{VARIATION SELECTOR-16}", "warning", "warning", "!"),
        ("\N{SPORTS MEDAL}", "gold round", "first", "1"),
        ("\N{TROPHY}", "gold", "champion", "\N{BLACK STAR}"),
        ("\N{HOURGLASS WITH FLOWING SAND}", "open", "waiting", "\N{HORIZONTAL ELLIPSIS}"),
    )
}
# A tag is left alone: its attributes may hold a mark too.
_MARK = re.compile(rf"""<(?:[^>"]|"[^"]*")*>|{"|".join(MARKS)}""")

_SCHEME = re.compile(r"^\s*([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_ALIGN = re.compile(r"text-align:(left|right|center)")

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file: https:; \
style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{style}
</style>
</head>
<body>
<main class="comment">
<header>{title}</header>
<article>
{article}
</article>
</main>
</body>
</html>
"""


def preview(markdown: str, *, title: str) -> str:
    """Return a complete HTML page that shows the Markdown as a GitHub comment would.

    The page loads nothing but the report's pictures and runs no script. The Markdown is not trusted: what GitHub
    removes is removed here.

    Args:
        markdown: the report.
        title: of the page; any text.
    """
    return _PAGE.format(title=page_title(title), style=STYLE, article=article(markdown))


def article(markdown: str) -> str:
    """Return the Markdown as sanitized HTML."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    for name in ("th_open", "td_open"):
        parser.add_render_rule(name, _aligned)
    shown = nh3.clean(
        parser.render(markdown),
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=_allowed,
        url_schemes=set(SCHEMES),
        link_rel="nofollow",
    )
    return _MARK.sub(lambda found: MARKS.get(found[0], found[0]), shown)


def _aligned(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """Say a cell's alignment by the attribute that GitHub uses, not by a style that would be removed."""
    token = tokens[index]
    found = _ALIGN.search(str(token.attrs.pop("style", "")))
    if found:
        token.attrs["align"] = found[1]
    return self.renderToken(tokens, index, options, env)


def _allowed(tag: str, name: str, value: str) -> str | None:
    """Refuse a picture's source in a scheme that a link may not have either."""
    if tag == "source" and name == "srcset":
        scheme = _SCHEME.match(value)
        return value if scheme is None or scheme[1].lower() == "https" else None
    return value
