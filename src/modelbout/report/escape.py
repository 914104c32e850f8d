"""The one place where names and sentences from outside become Markdown, HTML or an address: text, and only text.

Security contract: a column, a slice group, a file, a model, a reason or an error text may hold anything. Whatever it
holds, nothing but visible text comes out of the functions here: no mention, link, autolink, image, HTML, heading, list,
table break, emoji shortcode, formula, slash-command at a line's start, control, bidirectional or zero-width character.
GitHub looks for mentions, references, emoji and addresses *after* Markdown is rendered, so escaping a single
character does not help there; only a code span does. A word that one of those filters could take becomes one.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from urllib.parse import quote

NAME_LIMIT = 60
"""Characters of a name: two such columns and five numbers still fit a comment's 780 pixels. Our own choice."""

TEXT_LIMIT = 600
"""Characters of a sentence from outside: twice what `errors.cause` lets through. Our own choice."""

REASON_LIMIT = 300
"""Characters of one of several reasons, as `errors.cause` cuts them."""

ATTRIBUTE_LIMIT = 1500
"""Characters of a picture's alternative text: a plot with 30 lines still fits. Our own choice."""

BLOCK_LINES = 12
BLOCK_COLUMNS = 120
"""Size of a quoted log: what a reader takes in; the whole log is in the run directory. Our own choice."""

MARKER_LIMIT = 200
"""Bytes of a model's name in the marker: a name of the configuration has at most 64 characters."""

MARK_RUN = 4
"""Combining marks in a row: no living script needs more, and a tower of them paints over other lines."""

UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
OPEN_BOX = "\N{OPEN BOX}"
EMPTY = "(empty)"

# Letters by their category, blanks by their looks: two names could differ in nothing that a reader sees.
_INVISIBLE_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_UNPRINTABLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})

# Some parsers look for a task's box after entities are decoded.
_TASK = r"^\[.?\](?= |$)"
_PARTS = re.compile(rf"(`[^`]*`|{_TASK})")
_TAKEN_BY_A_FILTER = re.compile(
    r"[@$]|://|www\.|mailto:|xmpp:|:[\w+-]+:|#\d|\b[a-z]\w*-\d|^\W*/|\b[0-9a-f]{7,40}\b",
    re.IGNORECASE,
)
_PUNCTUATION = re.compile(r"[\\`*\[\]{}<>|~^!#&\"]|(?<![^\W_])_|_(?![^\W_])")
_LIST_START = re.compile(r"^(?:[-+=:]|\d+[.)])")
_BACKTICKS = re.compile(r"`+")


class Markdown(str):
    """A piece of Markdown that was written or escaped by us; the templates escape every string that is not one."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return the piece as it is: what Jinja asks of a value that is safe already."""
        return str(self)


def clean(value: object, *, limit: int = NAME_LIMIT) -> str:
    """Return one line of visible characters, shortened in its middle; the base of every other function here.

    Args:
        value: anything; its ``str`` is taken.
        limit: the most characters that come out.
    """
    # What is far beyond the limit cannot come out: a name of megabytes costs no more than a short one.
    given = shorten(str(value), 4 * limit)
    visible = given if given.isascii() and given.isprintable() else _visible(given)
    return shorten(re.sub(" {2,}", " ", visible), limit)


def _visible(given: str) -> str:
    shown: list[str] = []
    marks = 0
    for character in given:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if character.isspace():
            shown.append(" ")
        elif category in _UNPRINTABLE_CATEGORIES or character in _INVISIBLE_LETTERS or marks > MARK_RUN:
            shown.append(UNPRINTABLE)
        else:
            shown.append(character)
    return "".join(shown)


def shorten(value: str, limit: int) -> str:
    """Return the text with its middle replaced by an ellipsis when it is longer than the limit."""
    if len(value) <= limit:
        return value
    tail = limit // 3
    return value[: limit - tail - 1] + ELLIPSIS + value[len(value) - tail :]


def text(value: object, *, limit: int = TEXT_LIMIT) -> Markdown:
    """Return a sentence for a paragraph, a list item, a heading or a table's cell.

    What stands between backticks becomes a code span, as its author meant it; so does each word that one of
    GitHub's filters would otherwise turn into a mention, a link, an emoji or a formula.
    """
    parts: list[str] = []
    for part in _PARTS.split(clean(value, limit=limit).strip()):
        if len(part) > 2 and part[0] == part[-1] == "`":  # noqa: PLR2004 -- two backticks around something
            parts.append(code(part[1:-1], limit=limit))
        elif re.match(_TASK, part):
            parts.append(code(part))
        elif part:
            parts.append(_words(part))
    joined = ""
    for part in parts:
        # Two code spans that touch would read as one long run of backticks.
        joined += f" {part}" if joined.endswith("`") and part.startswith("`") else part
    return Markdown(_LIST_START.sub(lambda found: _entities(found[0]), joined) or EMPTY)


def code(value: object, *, limit: int = NAME_LIMIT) -> Markdown:
    """Return a name as a code span, for a paragraph, a list item, a heading or a table's cell."""
    name = clean(value, limit=limit)
    if not name:
        return Markdown(EMPTY)
    # A space at an end is part of a name, and Markdown would take it away.
    name = re.sub("^ | $", OPEN_BOX, name)
    # A pipe would end a table's cell, and inside a code span it can be escaped in a table only: it stands between two.
    return Markdown("&#124;".join(_span(piece) for piece in name.split("|")))


def block(value: str) -> Markdown:
    """Return the last lines of a log as a fenced block; indented, so that no line starts with what it holds."""
    lines = [clean(line, limit=BLOCK_COLUMNS).rstrip() for line in value.splitlines()[-BLOCK_LINES:]]
    longest = max((len(run) for line in lines for run in _BACKTICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return Markdown("\n".join([f"{fence}text", *(f"  {line}".rstrip() for line in lines), fence]))


def attribute(value: object, *, limit: int = ATTRIBUTE_LIMIT) -> Markdown:
    """Return the inside of a double-quoted HTML attribute."""
    return Markdown(re.sub(r"[^\w ,.;:()+%/-]|_", lambda found: f"&#{ord(found[0])};", clean(value, limit=limit)))


def address(value: str) -> Markdown:
    """Return a picture's address: a relative path or ``https``, percent-encoded, so that no other scheme survives."""
    if value.startswith("https://"):
        return Markdown("https://" + quote(value.removeprefix("https://"), safe="/.-_~%?=:", errors="replace"))
    # Two slashes at the start would name another host.
    return Markdown(quote(value.lstrip("/"), safe="/.-_~", errors="replace"))


def marker(model: str) -> Markdown:
    """Return the comment at a report's top by which a later run finds it again.

    Equal for equal names, different for different ones, and never longer than a few hundred bytes.
    """
    raw = model.encode("utf-8", "surrogatepass")
    name = quote(raw, safe="")
    if len(name) > MARKER_LIMIT:
        name = f"{name[:MARKER_LIMIT]}...{hashlib.sha256(raw).hexdigest()}"
    # Two hyphens could end an HTML comment.
    return Markdown(f"<!-- modelbout:report model={name.replace('--', '-%2D')} -->")


def page_title(value: object) -> str:
    """Return the text of an HTML page's title."""
    return html.escape(clean(value))


def _words(part: str) -> str:
    """Escape plain text, word by word, so that a risky word can be shown as code."""
    return " ".join(
        code(word, limit=TEXT_LIMIT) if _TAKEN_BY_A_FILTER.search(word) else _PUNCTUATION.sub(_entity, word)
        for word in part.split(" ")
    )


def _span(piece: str) -> str:
    """Return a code span with a fence that is longer than any run of backticks in it."""
    if not piece:
        return ""
    fence = "`" * (1 + max((len(run) for run in _BACKTICKS.findall(piece)), default=0))
    pad = " " if "`" in {piece[0], piece[-1]} else ""
    return f"{fence}{pad}{piece}{pad}{fence}"


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def _entities(value: str) -> str:
    return "".join(character if character.isdigit() else f"&#{ord(character)};" for character in value)
