from __future__ import annotations

import pytest

from modelbout.contract.exchange.types import end_of, frame_type, sql_type, type_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("BIGINT", "integer"),
        ("decimal(10, 2)", "number"),
        ("NUMBER(10)", "integer"),
        ("numeric(10, 0)", "integer"),
        ("double precision", "number"),
        ("character varying(20)", "string"),
        ("timestamp with time zone", "datetime"),
        ("array<int>", None),
    ],
)
def test_names_of_sql(name: str, kind: str | None) -> None:
    assert sql_type(name) == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Int64", "integer"),
        ("uint8", "integer"),
        ("LongType", "integer"),
        ("float32", "number"),
        ("string[pyarrow]", "string"),
        ("datetime64[ns, UTC]", "datetime"),
        ("timedelta64[ns]", None),
        ("intx", None),
    ],
)
def test_names_of_data_frames(name: str, kind: str | None) -> None:
    assert frame_type(name) == kind


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2], "integer"),
        ([1, 2.5], "number"),
        (["a"], "string"),
        ([True], "boolean"),
        (["2026-03-31"], "date"),
        (["2026-03-31", "2026-03-31T10:00"], "datetime"),
        ([1, "a"], None),
        ([], None),
    ],
)
def test_values_say_what_a_column_is(values: list[object], kind: str | None) -> None:
    assert type_of(values) == kind


def test_the_end_of_a_range_does_not_say_that_numbers_are_whole() -> None:
    assert type_of([end_of(0), end_of(10)]) == "number"
    assert end_of("2026-03-31") == "2026-03-31"
    assert end_of(value=True) is True
