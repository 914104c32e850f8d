"""Judge Markdown that was read back from a comment of ours: whether our own report could have written it.

A section of another job's model is kept as it stands in the comment, and whoever may edit the comment may have put
something else there. Security contract: what passes holds no mention, no link, no address but a picture's of this
repository, and no HTML tag but those of a report.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_FENCE = re.compile(r"^(`{3,})text\n.*?^\1$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(?<!`)(`+)(?!`)[^\n]+?(?<!`)\1(?!`)")
_TAG = re.compile(r"<[^>]*>?")
_PLAIN_TAG = re.compile(r"</?(?:details|summary|b|sub|picture)>|<details open>|<br>")
_PICTURE = re.compile(
    r'<source media="\(prefers-color-scheme: dark\)" srcset="(?P<dark>[^"]*)">|'
    r'<img src="(?P<light>[^"]*)" alt="[^"]*" width="720">'
)
_LINK = re.compile(r"\]\(|\]\[|^ {0,3}\[[^\]]*\]:", re.MULTILINE)
# GitHub looks for these after entities are decoded.
_MENTION = re.compile(r"@\w|://|\bwww\.|mailto:|xmpp:", re.IGNORECASE)


def ours(markdown: str, pictures: Iterable[str]) -> bool:
    """Tell whether a report of ours could have written this.

    Args:
        markdown: one part of a report.
        pictures: how the address of a picture may start.
    """
    bare = _CODE.sub("x", _FENCE.sub("x", markdown))
    allowed = tuple(pictures)
    for tag in _TAG.findall(bare):
        picture = _PICTURE.fullmatch(tag)
        if picture is not None:
            if not (picture["dark"] or picture["light"] or "").startswith(allowed):
                return False
        elif not _PLAIN_TAG.fullmatch(tag):
            return False
    plain = _TAG.sub(" ", bare)
    return not _LINK.search(plain) and not _MENTION.search(html.unescape(plain))
