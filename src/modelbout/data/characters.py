"""Which kinds of characters texts are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from modelbout.profile import Characters

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

_KINDS: Final = ("digit", "lower", "upper", "space", "punctuation", "control", "foreign")
_INSIDE: Final = len(_KINDS)  # a later byte of a character that takes several
_CHUNK: Final = 2**22  # bytes at once, and as many weights of eight bytes


def characters(texts: pl.Series, weights: NDArray[np.int64]) -> Characters:
    """Count the characters of texts, shape (n,), each as often as its weight, shape (n,)."""
    counts = np.zeros(_INSIDE + 1, dtype=np.float64)
    sizes = texts.str.len_bytes().to_numpy().astype(np.int64)
    ends = np.cumsum(sizes)
    start = 0
    while start < len(texts):
        before = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + _CHUNK, side="right")))
        raw = np.frombuffer("".join(texts[start:stop].to_list()).encode(), dtype=np.uint8)
        if stop == start + 1:  # it may be a giant
            counts += weights[start] * _lone(raw)
        else:
            each = np.repeat(weights[start:stop], sizes[start:stop])
            counts += np.bincount(_TABLE[raw], weights=each, minlength=_INSIDE + 1)
        start = stop
    return Characters(**dict(zip(_KINDS, (int(count) for count in counts[:_INSIDE]), strict=True)))


def _lone(raw: NDArray[np.uint8]) -> NDArray[np.int64]:
    parts = (_TABLE[raw[start : start + _CHUNK]] for start in range(0, raw.size, _CHUNK))
    return sum((np.bincount(part, minlength=_INSIDE + 1) for part in parts), np.zeros(_INSIDE + 1, dtype=np.int64))


def _kind(byte: int) -> int:
    if byte >= 0x80:  # noqa: PLR2004 -- UTF-8: continuation bytes are 10xxxxxx
        return _INSIDE if byte < 0xC0 else _KINDS.index("foreign")  # noqa: PLR2004
    one = chr(byte)
    if one.isdigit():
        return _KINDS.index("digit")
    if one.isalpha():
        return _KINDS.index("lower" if one.islower() else "upper")
    if one.isspace():
        return _KINDS.index("space")
    return _KINDS.index("punctuation" if one.isprintable() else "control")


_TABLE: Final = np.array([_kind(byte) for byte in range(256)], dtype=np.uint8)
