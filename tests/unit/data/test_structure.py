from __future__ import annotations

import csv
import io
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelbout.data.structure import Structure
from modelbout.errors import DataError, Problem


def judge(content: bytes, *, fields: int = 2, cuts: tuple[int, ...] = ()) -> bool:
    structure = Structure(fields=fields, delimiter=",", shown="t.csv")
    edges = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    for start, end in itertools.pairwise(edges):
        structure.feed(content[start:end])
    return structure.close()


def refused(content: bytes, *, fields: int = 2, cuts: tuple[int, ...] = ()) -> tuple[str, int | None]:
    with pytest.raises(DataError) as caught:
        judge(content, fields=fields, cuts=cuts)
    problem: Problem = caught.value.problems[0]
    return problem.found, problem.place.line


BAD = [
    (b"a,b\n1,2\n3,4,5\n", "this record has 3 fields, the header has 2", 3),
    (b"a,b\n1,2\n3\n4,5\n", "this record has 1 field, the header has 2", 3),
    (b'a,b\n"x\ny",2\n3', "this record has 1 field, the header has 2", 4),
    (b'a,b\n"x\n\ny"\n3,4\n', "this record has 1 field, the header has 2", 2),
    (b"a,b\n1,2,\n", "this record has 3 fields, the header has 2", 2),
    (b"a,b\n1,2\n\n3,4\n", "a blank line between the records", 3),
    (b"a,b\n1,2\n\r\n\n3,4", "a blank line between the records", 3),
    (b'a,b\n1,2\n"x,3\n4,5\n', "a quote is opened here and never closed", 3),
    (b'a,b\n1,2\nx"y,3\n', "a quote in the middle of a value", 3),
    (b'a,b\n"x"y,3\n', "a quote in the middle of a value", 2),
    (b'a,b\n"x" ,3\n', "a quote in the middle of a value", 2),
    (b'a,b\n1,2\n1,"x"z\n', "a quote in the middle of a value", 3),
    (b'a,b\n1, "x"\n', "a quote in the middle of a value", 2),
    (b'a,b\n1,2\n"\n",\0\n', "a NUL byte", 4),
]


@pytest.mark.parametrize(("content", "said", "line"), BAD)
def test_a_fault_is_found_with_its_line_wherever_the_pieces_are_cut(content: bytes, said: str, line: int) -> None:
    assert refused(content) == (said, line)
    for cut in range(1, len(content)):
        assert refused(content, cuts=(cut,)) == (said, line)
    assert refused(content, cuts=tuple(range(1, len(content)))) == (said, line)


GOOD = [
    (b"a,b\n1,2\n", False),
    (b"a,b\r\n1,2\r\n", False),
    (b"a,b\n1,2", False),
    (b'a,b\n"x\n,y","2"\n', False),
    (b'a,b\n"x""y",""\n"""",""""""\n', False),
    (b'a,b\r\n"x\r\ny",2\r\n', False),
    (b"a,b\n,\n", False),
    (b"a,b\n1,2\n\n", True),
    (b"a,b\r\n1,2\r\n\r\n\n", True),
    (b"a,b\n1,x\ry\n", False),
    (b"a,b\n1,2\r", False),
]


@pytest.mark.parametrize(("content", "blank_tail"), GOOD)
def test_sound_text_passes_wherever_it_is_cut(content: bytes, blank_tail: bool) -> None:  # noqa: FBT001 -- a parameter
    assert judge(content) is blank_tail
    for cut in range(1, len(content)):
        assert judge(content, cuts=(cut,)) is blank_tail
    assert judge(content, cuts=tuple(range(1, len(content)))) is blank_tail


def test_in_one_column_a_blank_line_is_a_missing_value() -> None:
    assert not judge(b"a\n1\n\n3\n\n", fields=1)


cells = st.text(alphabet='ab",\n\r é', max_size=6)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=8), st.lists(st.integers(0, 200), max_size=4))
def test_whatever_a_csv_writer_writes_is_sound(rows: list[tuple[str, str, str]], cuts: list[int]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([("a", "b", "c"), *rows])
    assert not judge(out.getvalue().encode(), fields=3, cuts=tuple(cuts))


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=8),
    st.integers(0, 7),
    st.booleans(),
    st.lists(st.integers(0, 200), max_size=4),
)
def test_a_record_with_another_width_never_passes(
    rows: list[tuple[str, str, str]],
    where: int,
    long: bool,  # noqa: FBT001 -- drawn
    cuts: list[int],
) -> None:
    spoilt: list[tuple[str, ...]] = [*rows]
    place = where % len(rows)
    spoilt[place] = (*rows[place], "x") if long else rows[place][:2]
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([("a", "b", "c"), *spoilt])
    before = "".join(f"{cell}" for row in spoilt[:place] for cell in row).count("\n") + place + 2
    found, line = refused(out.getvalue().encode(), fields=3, cuts=tuple(cuts))
    assert "the header has 3" in found
    assert line == before


@pytest.mark.parametrize(
    ("content", "plain"),
    [
        (b"a,b\n1,2\n", True),
        (b"a b,c d\n1 ,2\t\n", True),
        (b"a,b\n 1,2\n", False),
        (b"a,b\n1,\t2\n", False),
        (b'a,b\n"1",2\n', False),
        (b"a,b\n1,2\n\n", False),
    ],
)
def test_plain_text_has_no_quote_and_no_blank_at_a_cells_start(content: bytes, plain: bool) -> None:  # noqa: FBT001 -- a parameter
    for cut in range(len(content)):
        structure = Structure(fields=2, delimiter=",", shown="t.csv")
        for piece in (content[:cut], content[cut:]):
            structure.feed(piece)
        structure.close()
        # Where the cut leaves a blank line in two pieces, the slower way looks at it: never plain by mistake.
        assert structure.plain <= plain
        assert structure.plain == plain or cut
