"""What an ONNX file asks for besides its own content: other files, and operators of other libraries.

A file is read as protocol buffers are laid out, by the field numbers of onnx.proto (ONNX 1.x keeps them for good), with
no library and before any runtime sees it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 32  # ours: graphs in attributes of nodes of graphs; a loop in a loop is 7
VARINT, EIGHT_BYTES, BYTES, FOUR_BYTES = 0, 1, 2, 5
WIDTH = {EIGHT_BYTES: 8, FOUR_BYTES: 4}
MAX_VARINT_BITS = 70  # ten bytes of seven bits, as the format says
# By message, the fields that hold messages which matter here.
INSIDE = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
}
# By message, the text that matters: the domain of a node's operator and that of a function which the file brings.
DOMAIN = {"node": 7, "function": 10}
EXTERNAL = (13, 14)  # of a tensor: where its data lie, and that they lie elsewhere
OWN = frozenset({b"", b"ai.onnx", b"ai.onnx.ml", b"com.microsoft"})  # what onnxruntime itself brings


class ForeignError(ValueError):
    """The file asks for something that is not in it, or is no ONNX file."""


def require_own(raw: bytes) -> None:
    """Refuse a model whose data lie in other files, or whose operators come from a library.

    Raises:
        ForeignError: naming which.
    """
    domains: dict[str, set[bytes]] = {"node": set(), "function": set()}
    graphs = _walk(memoryview(raw), "model", domains, 0)
    if not graphs:
        raise ForeignError("it holds no graph")
    foreign = domains["node"] - domains["function"] - OWN
    if foreign:
        raise ForeignError(f"it needs operators of a library: {min(foreign)[:60]!r}")


def _walk(raw: memoryview, message: str, domains: dict[str, set[bytes]], depth: int) -> int:
    """Look through one message, and return how many graphs are in it."""
    if depth > MAX_DEPTH:
        raise ForeignError("its graphs are nested too deep")
    graphs = 0
    for number, value in _fields(raw):
        inside = INSIDE.get(message, {}).get(number)
        if isinstance(value, int):
            if message == "tensor" and number in EXTERNAL and value:
                raise ForeignError("its numbers lie in another file")
        elif message == "tensor" and number in EXTERNAL:
            raise ForeignError("its numbers lie in another file")
        elif inside:
            graphs += (inside == "graph") + _walk(value, inside, domains, depth + 1)
        elif DOMAIN.get(message) == number:
            domains[message].add(bytes(value))
    return graphs


def _fields(raw: memoryview) -> Iterator[tuple[int, memoryview | int]]:
    at = 0
    while at < len(raw):
        key, at = _varint(raw, at)
        kind = key & 7
        if kind == VARINT:
            value, at = _varint(raw, at)
            yield key >> 3, value
            continue
        if kind == BYTES:
            size, at = _varint(raw, at)
        elif kind in WIDTH:
            size = WIDTH[kind]
        else:
            raise ForeignError("it is no ONNX file")
        if at + size > len(raw):
            raise ForeignError("it is cut off, or no ONNX file")
        yield key >> 3, raw[at : at + size]
        at += size


def _varint(raw: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(raw) or shift >= MAX_VARINT_BITS:
            raise ForeignError("it is cut off, or no ONNX file")
        value |= (raw[at] & 127) << shift
        shift += 7
        at += 1
        if raw[at - 1] < 128:  # noqa: PLR2004 -- the highest bit says that another byte follows
            return value, at
