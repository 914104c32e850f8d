"""Find the token in the environment, and keep it out of everything that is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN_VARIABLE = "MODELBOUT_GITHUB_TOKEN"
# Our own first, then the name that workflows use, then that of the gh command line.
TOKEN_VARIABLES = (OWN_VARIABLE, "GITHUB_TOKEN", "GH_TOKEN")
HIDDEN = "***"
SHORTEST_SECRET = 8  # ours: masking something shorter would mask half of the message
# docs.github.com, "GitHub's token formats": ghp_ gho_ ghu_ ghs_ ghr_ and github_pat_.
_TOKEN = re.compile(r"\b(?:gh[pousr]_|github_pat_)[A-Za-z0-9_.-]{8,}")
_HEADER = re.compile(r"(?i)\b(authorization['\"]?\s*[:=]\s*['\"]?(?:bearer|token|basic)?\s*)[^\s'\",;]+")
# Storage takes a signature in the address instead of a token: whoever has the address has the file.
_QUERY = re.compile(r"(?i)((?:https?:/|\B/|url: /)[^\s?'\"<>]*)\?[^\s'\"<>)]+")
_USER = re.compile(r"(?i)(https?://)[^\s/@'\"]+@")


def token(environ: Mapping[str, str]) -> str | None:
    """Return the first token that the environment holds, without the white space around it; None without any."""
    return next((found for name in TOKEN_VARIABLES if (found := environ.get(name, "").strip())), None)


def hide(text: str, *secrets: str | None) -> str:
    """Return the text without the secrets, without anything that looks like a token, and without signed addresses.

    Args:
        text: any message, also of a library.
        secrets: what must not be seen, exactly; None and what is too short to be a secret are passed over.
    """
    for secret in secrets:
        if secret is not None and len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    text = _TOKEN.sub(HIDDEN, text)
    text = _HEADER.sub(rf"\g<1>{HIDDEN}", text)
    text = _USER.sub(rf"\g<1>{HIDDEN}@", text)
    return _QUERY.sub(rf"\g<1>?{HIDDEN}", text)
