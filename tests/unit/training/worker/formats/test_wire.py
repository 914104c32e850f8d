"""Messages are put together by hand here, as an attacker does it: no library is needed to read them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelbout.training.worker.formats.wire import MAX_DEPTH, ForeignError, require_own

Part = tuple[int, bytes | int]


def varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def message(*parts: Part) -> bytes:
    out = b""
    for number, value in parts:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return out


def model(*graph: Part, more: tuple[Part, ...] = ()) -> bytes:
    return message((1, 8), (7, message(*graph)), *more)


TENSOR = message((1, 2), (2, 1), (8, b"weights"), (9, b"\0" * 8))
OUTSIDE = message((8, b"w"), (13, message((1, b"location"), (2, b"/etc/passwd"))))
MARKED = message((8, b"w"), (14, 1))


def node(*parts: Part) -> bytes:
    return message((4, b"MatMul"), *parts)


@pytest.mark.parametrize(
    "raw",
    [
        model(),
        model((5, TENSOR), (1, node((7, b"ai.onnx.ml"))), (1, node((7, b"")))),
        model((5, message((8, b"w"), (14, 0)))),
        model((1, node((7, b"mine"))), more=((25, message((1, b"f"), (10, b"mine"))),)),
        # Fixed widths: a float and a double that nobody asks for.
        model() + varint(99 << 3 | 5) + b"\0" * 4 + varint(98 << 3 | 1) + b"\0" * 8,
    ],
)
def test_what_holds_everything_is_taken(raw: bytes) -> None:
    require_own(raw)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (model((5, OUTSIDE)), "another file"),
        (model((5, MARKED)), "another file"),
        (model((15, message((1, OUTSIDE)))), "another file"),
        (model((15, message((2, MARKED)))), "another file"),
        (model((1, node((5, message((5, OUTSIDE)))))), "another file"),
        (model((1, node((5, message((10, OUTSIDE)))))), "another file"),
        (model((1, node((5, message((22, message((1, OUTSIDE)))))))), "another file"),
        (model((1, node((5, message((6, message((5, OUTSIDE)))))))), "another file"),
        (model(more=((25, message((7, node((5, message((5, OUTSIDE))))))),)), "another file"),
        (model(more=((20, message((1, message((5, OUTSIDE))))),)), "another file"),
        (model((1, node((7, b"com.evil")))), "operators of a library: b'com.evil'"),
        (model((1, node((5, message((11, message((1, node((7, b"x")))))))))), "operators of a library"),
        (model((1, node((7, b"x" * 500)))), "x" * 60 + "'"),
        (b"", "no graph"),
        (message((1, 8)), "no graph"),
        (b"\x80\x04\x95", "no ONNX file"),
        (b"PK\x03\x04", "no ONNX file"),
        (model()[:-1] + b"\x05", "cut off"),
        (b"\xff" * 20, "cut off"),
    ],
)
def test_what_asks_for_more_is_refused(raw: bytes, found: str) -> None:
    with pytest.raises(ForeignError) as caught:
        require_own(raw)
    assert found in str(caught.value)


def test_graphs_without_end_are_refused() -> None:
    graph = b""
    for _ in range(MAX_DEPTH):
        graph = message((1, node((5, message((6, graph))))))
    with pytest.raises(ForeignError, match="nested too deep"):
        require_own(message((7, graph)))


@given(st.binary(max_size=200))
def test_anything_else_is_taken_or_refused_and_never_crashes(raw: bytes) -> None:
    with contextlib.suppress(ForeignError):
        require_own(raw)
