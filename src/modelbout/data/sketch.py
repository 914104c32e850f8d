"""How many different values there are, in 192 bytes that can be merged: HyperLogLog, exact while they are few.

Flajolet, Fusy, Gandouet and Meunier: HyperLogLog, AofA 2007; the estimate is Ertl's, which needs no correction for
small or large counts: New cardinality estimation algorithms for HyperLogLog sketches, arXiv 1702.01284, 2017.
"""

from __future__ import annotations

import base64
import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

REGISTERS: Final = 256  # the standard error is 1.04 / sqrt(256) = 6.5 % (Flajolet and others)
MOST_EXACT: Final = 64  # 64 entries of 3 bytes take what 256 registers of 6 bits take
_INDEX_BITS: Final = 8
_RANK_BITS: Final = 52  # of the key that decide the rank: as many as a double holds exactly
_RANKS: Final = 64  # a rank takes 6 bits
_MARK_BITS: Final = 10  # what is left of the key in an entry: two of 64 values look alike once in 400 columns
_CHUNK: Final = 65_536  # keys at once: a few arrays of that length stay in the cache
_ALPHA: Final = 1 / (2 * math.log(2))  # Ertl 2017, section 3
_FEW, _MANY = "few:", "many:"


def sketch(keys: NDArray[np.uint64]) -> str:
    """Return the sketch of some keys, shape (n,), each a good 64-bit hash of a value; the empty one for none.

    The order of keys and how often one comes back do not matter.
    """
    entries = np.zeros(0, dtype=np.uint32)
    registers = np.zeros(REGISTERS, dtype=np.uint8)
    for start in range(0, keys.size, _CHUNK):
        part = keys[start : start + _CHUNK]
        index, rank = _place(part)
        _raise(registers, index, rank)
        if entries.size <= MOST_EXACT:
            mark = (part & np.uint64(2**_MARK_BITS - 1)).astype(np.uint32)
            coded = (index.astype(np.uint32) << np.uint32(16)) | (rank.astype(np.uint32) << np.uint32(10)) | mark
            entries = np.union1d(entries, coded)
    return _written(entries, registers)


def merged(one: str, two: str) -> str:
    """Return the sketch of the keys of both."""
    if one.startswith(_MANY) or two.startswith(_MANY):
        return _written(None, np.maximum(_registers(one), _registers(two)))
    entries = np.union1d(_entries(one), _entries(two))
    return _written(entries, _of_entries(entries))


def distinct(text: str) -> int:
    """Return how many different keys went into a sketch: exact up to ``MOST_EXACT``, an estimate above.

    Two different values among 64 look alike with a chance of 0.3 %.
    """
    if not text.startswith(_MANY):
        return _entries(text).size
    counts = np.bincount(_registers(text), minlength=_RANK_BITS + 2).tolist()
    total = REGISTERS * _tau(1 - counts[_RANK_BITS + 1] / REGISTERS)
    for rank in range(_RANK_BITS, 0, -1):
        total = 0.5 * (total + counts[rank])
    total += REGISTERS * _sigma(counts[0] / REGISTERS)
    if total == 0:
        return REGISTERS << _RANK_BITS  # all registers are full
    return max(MOST_EXACT + 1, round(_ALPHA * REGISTERS * REGISTERS / total))


def _place(keys: NDArray[np.uint64]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return each key's register, and the place of its first bit that is set (1 to 53) among the next 52."""
    index = (keys >> np.uint64(64 - _INDEX_BITS)).astype(np.uint8)
    rest = (keys << np.uint64(_INDEX_BITS)) >> np.uint64(64 - _RANK_BITS)
    _, exponent = np.frexp(rest.astype(np.float64))
    return index, (_RANK_BITS + 1 - exponent).astype(np.uint8)


def _raise(registers: NDArray[np.uint8], index: NDArray[np.uint8], rank: NDArray[np.uint8]) -> None:
    met = np.zeros((REGISTERS, _RANKS), dtype=bool)
    met[index, rank] = True
    highest = _RANKS - 1 - np.argmax(met[:, ::-1], axis=1)
    np.maximum(registers, np.where(met.any(axis=1), highest, 0).astype(np.uint8), out=registers)


def _of_entries(entries: NDArray[np.uint32]) -> NDArray[np.uint8]:
    registers = np.zeros(REGISTERS, dtype=np.uint8)
    index, rank = entries >> np.uint32(16), (entries >> np.uint32(10)) & np.uint32(_RANKS - 1)
    _raise(registers, index.astype(np.uint8), rank.astype(np.uint8))
    return registers


def _written(entries: NDArray[np.uint32] | None, registers: NDArray[np.uint8]) -> str:
    if entries is not None and entries.size <= MOST_EXACT:
        raw = entries.astype(">u4").view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()
        return _FEW + base64.b64encode(raw).decode() if raw else ""
    bits = np.unpackbits(registers[:, None], axis=1)[:, 2:]
    return _MANY + base64.b64encode(np.packbits(bits.ravel()).tobytes()).decode()


def _entries(text: str) -> NDArray[np.uint32]:
    raw = np.frombuffer(base64.b64decode(text.removeprefix(_FEW)), dtype=np.uint8).reshape(-1, 3).astype(np.uint32)
    found: NDArray[np.uint32] = (raw[:, 0] << np.uint32(16)) | (raw[:, 1] << np.uint32(8)) | raw[:, 2]
    return found


def _registers(text: str) -> NDArray[np.uint8]:
    if not text.startswith(_MANY):
        return _of_entries(_entries(text))
    raw = np.frombuffer(base64.b64decode(text.removeprefix(_MANY)), dtype=np.uint8)
    six = np.unpackbits(raw).reshape(REGISTERS, 6)
    return np.packbits(np.pad(six, ((0, 0), (2, 0))), axis=1)[:, 0]


def _sigma(share: float) -> float:
    """Return Ertl's sigma, what the registers that are still 0 stand for."""
    if share == 1:
        return math.inf
    power, weight, total = share, 1.0, share
    while True:
        power *= power
        before = total
        total += power * weight
        weight += weight
        if total == before:
            return total


def _tau(share: float) -> float:
    """Return Ertl's tau, what the registers that are full stand for."""
    if share in (0.0, 1.0):
        return 0.0
    weight, total = 1.0, 1 - share
    while True:
        share = math.sqrt(share)
        before = total
        weight *= 0.5
        total -= (1 - share) ** 2 * weight
        if total == before:
            return total / 3
