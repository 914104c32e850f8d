from __future__ import annotations

import polars as pl

from modelbout.contract.suspects import suspects


def test_columns_look_personal_by_their_names_or_by_their_values() -> None:
    rows = pl.DataFrame(
        {
            "customer_email": ["-", "-", None] * 8,
            "remark": ["call nobody@example.org", "fine", None] * 8,
            "city": ["Berlin", "Bonn", "Ulm"] * 8,
            "kind": pl.Series(["a@example.org", "b", None] * 8, dtype=pl.Categorical),
            "number": [4_111_111_111_111_111] * 24,
            "rows": [1, 2, 3] * 8,
            "share": [0.5, 0.25, None] * 8,
        }
    )
    assert suspects(rows) == {
        "customer_email": "e-mail address, by its name",
        "remark": "e-mail address, by its values",
        "kind": "e-mail address, by its values",
        "number": "payment card, by its values",
    }


def test_a_table_without_rows_is_judged_by_its_names() -> None:
    empty = pl.DataFrame(schema={"iban": pl.String, "a": pl.Int64})
    assert suspects(empty) == {"iban": "IBAN, by its name"}
