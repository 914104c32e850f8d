"""Tables of hostile values and contracts that they break: the same findings on every engine."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from modelbout.contract.kind import Setting
from modelbout.contract.load import parse_contract
from modelbout.data.reading import ColumnReading, Reading
from modelbout.data.sources import Scan, scan

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.contract.model import Contract

NAN, INF = math.nan, math.inf
BERLIN = pl.Datetime("us", "Europe/Berlin")


@dataclass(frozen=True)
class Case:
    """A table with a contract, and how the table is written to disk."""

    name: str
    columns: dict[str, Any]
    rules: str
    table: str = ""
    types: dict[str, Any] = field(default_factory=dict)
    csv: str | None = None
    read: str = ""
    others: str = ""

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame(self.columns, schema_overrides=self.types)

    def setting(self, root: Path) -> Setting:
        def other(path: str, columns: tuple[ColumnReading, ...]) -> Scan:
            (root / path).write_text(self.others, encoding="utf-8")
            return scan(path, root=root, reading=Reading(columns=columns))

        return Setting(now=datetime(2024, 2, 1, tzinfo=UTC), open=other)

    def contract(self) -> Contract:
        head = f"table:\n{indented(self.table)}" if self.table else ""
        read = f"read: {{{self.read}}}\n" if self.read else ""
        return parse_contract(f"version: 1\n{head}{read}columns:\n{indented(self.rules)}", shown="contract.yaml")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.strip("\n").splitlines())


NUMBERS = Case(
    name="numbers",
    columns={
        "i": [1, 2, None, 2**53 + 1, -5, 7, 7, 0, 2**63 - 1, -(2**63)],
        "small": [1, 2, 3, None, 5, 6, 7, 8, 127, -128],
        "x": [1.5, NAN, None, INF, -0.0, 0.0, -INF, 2.5, NAN, 1e308],
        "f": [0.1, 0.25, NAN, None, INF, -INF, 16777217.0, 0.1, -0.0, 0.0],
        "w": [2.5, 3.5, -2.5, None, NAN, 0.0, 1.0, 1.0, 10.0, 1e-300],
        "whole": [1, 2, 3, None, 2**53 + 1, 6, 6, 8, 9, 10],
        "u": [0, 1, 2, None, 2**64 - 1, 5, 5, 7, 8, 9],
        "price": [None, *(f"{n}.10" for n in range(9))],
        "none": [None] * 10,
    },
    types={"small": pl.Int8, "f": pl.Float32, "u": pl.UInt64, "price": pl.String, "i": pl.Int64, "none": pl.Float64},
    rules="""
i: {type: integer, min: 0, max: 9007199254740992, unique: true}
small: {type: integer, values: [1, 2, 3, 5], nulls: 0}
x: {type: number, min: -1.0, max: 2.0, unique: true, nulls: 0.1}
f: {type: number, values: [0.25, 0.0], infinite: true, unique: true}
w: {type: number, min: 0.0, max: {is: 3.0, level: warn, tolerance: 1}, nulls: 1}
whole: {type: number, max: 9007199254740992.0, unique: true}
u: {type: integer, max: 8, unique: true}
price: {type: number}
none: {type: number, nulls: 0.5, unique: true}
""",
    table="""
rows: {min: 11}
unique: [[i, x], [f, small], [x]]
expressions:
  - x >= w
  - i + x < 10
  - w / x > 0
  - round(w) == w
  - abs(x) <= 2
  - {expr: "x > 0 or w > 0", where: "i is not null", name: either}
  - {expr: "i * 2 == i + i", where: "w > 1"}
  - x in [1.5, 2.5] or x is null
  - w between 0 and 3
  - not (x < w)
  - x - x == 0
""",
)

TEXTS = Case(
    name="texts",
    columns={
        "s": ["a", "", None, "007", "NA", "x\n", "é😀", "a", "A", " a ", "nan", "e\u0301"],
        "k": ["1", "1", "2", "2", None, "3", "4", "5", "6", "7", "8", "8"],
        "c": ["red", "red", "blue", None, "Red", "green", "red", "blue", "", "ß", "SS", "red "],
        "quote'\"`column": ["x", "y", None, "'", '"', "`", ";", "--", "\\", "%", "_", "\t"],
        "Case": ["a"] * 11 + ["b"],
        "case": ["a"] * 10 + ["b", None],
        "dot.ted": ["a", "b", "c", "d", "a", "b", "c", "d", "a", "b", "c", None],
    },
    types={"c": pl.Categorical},
    rules="""
s: {type: string, pattern: "[a-z0-9]*", values: [a, "", "007", "NA"], unique: true}
k: {type: string, unique: true, nulls: 0, pattern: "\\\\d"}
c: {type: string, values: [red, blue, green]}
"quote'\\"`column": {type: string, values: [x, y, "'"], unique: true}
Case: {type: string, values: [a]}
case: {type: string, values: [a], nulls: 0}
dot.ted: {type: string, values: [a, b], unique: true}
""",
    table="""
unique: [[s, k], [s]]
unexpected: error
expressions:
  - len(s) == 1
  - lower(s) == s
  - upper(c) == "RED"
  - strip(s) == s
  - s == k
  - s != "a"
  - {expr: "s in ['a', 'NA']", where: "k in ['1', '2']"}
  - s < "b"
""",
)

MOMENTS = Case(
    name="moments",
    columns={
        "d": [
            date(2020, 2, 29),
            None,
            date(1600, 1, 1),
            date(2500, 1, 1),
            date(2020, 2, 29),
            date(1, 1, 1),
            date(9999, 12, 31),
            date(2024, 1, 7),
            date(1677, 9, 21),
            date(2262, 4, 12),
        ],
        "t": [
            moment("2020-02-29T12:30:00"),
            None,
            moment("1600-01-01T00:00:00"),
            moment("2500-01-01T00:00:00"),
            moment("2020-02-29T01:02:03.456789"),
            moment("0001-01-01T00:00:00"),
            moment("9999-12-31T23:59:59.999999"),
            moment("2024-01-07T00:00:00"),
            moment("1677-09-21T00:00:00"),
            moment("2024-03-31T02:30:00"),
        ],
        "z": [moment("2024-10-27T00:30:00") + timedelta(minutes=30 * n) if n else None for n in range(10)],
        "ns": [moment("2020-01-01T00:00:00") + timedelta(microseconds=n) for n in range(9)] + [None],
        "ms": [moment("1969-12-31T23:59:59") + timedelta(milliseconds=n // 2) for n in range(9)] + [None],
        "b": [True, False, None, True, True, False, True, False, None, True],
    },
    types={"z": pl.Datetime("us", "UTC"), "ns": pl.Datetime("ns"), "ms": pl.Datetime("ms")},
    rules="""
d: {type: date, min: 1700-01-01, max: 2262-04-11, unique: true, nulls: 0}
t: {type: datetime, min: 1678-01-01, max: "2262-04-11T23:47:16.854775", values: ["2024-03-31T02:30:00"], unique: true}
z: {type: datetime, max: "2024-10-27T02:30:00", unique: true, nulls: 0}
ns: {type: datetime, max: 2020-01-01, unique: true}
ms: {type: datetime, min: 1970-01-01, unique: true}
b: {type: boolean, values: [true], nulls: 0.1}
""",
    table="""
unique: [[d, b], [z], [ms]]
expressions:
  - d <= t
  - t < 2024-01-07T00:00
  - year(d) > 1700
  - month(t) == 1
  - day(d) < 15
  - weekday(d) < 6
  - weekday(t) != 7
  - hour(t) < 12
  - hour(z) < 3
  - {expr: "t in [2020-02-29T12:30, 2024-01-07]", where: "b == true"}
  - b == true
""",
)

DAYS_AS_TEXT = Case(
    name="days as text",
    columns={
        "day": [
            "29.02.2020",
            "2020-02-29",
            None,
            "",
            "30.02.2020",
            "31.12.9999",
            "01.01.0000",
            "never",
            "x",
            "7.1.2024",
        ],
        "at": ["31/03/2024 02:30", "31/03/2024 01:30", "x", None, "never", "31/03/2024 03:30", "", "é", "1", "1"],
        "n": list(range(10)),
        "x": [n / 4 for n in range(10)],
    },
    rules="""
day: {type: date, format: "%d.%m.%Y", min: 2021-01-01, unique: true, nulls: 0.2}
at: {type: datetime, format: "%d/%m/%Y %H:%M", timezone: Europe/Berlin, max: "2024-03-31T02:00:00"}
n: {type: integer, max: 8}
x: {type: number, max: 2.0}
""",
    read='missing: ["", never]',
    table="""
expressions:
  - day > 2024-01-01
  - {expr: "n > 5", where: "day is null"}
  - {expr: "x > 5", where: "n > 2"}
""",
)

WRITTEN = Case(
    name="written",
    columns={},
    csv=(
        "code,amount,day,at,flag,note,zoned\n"
        "007,1.5,2020-02-29,2020-02-29 12:30:00,true,a,2024-03-31T01:30:00+01:00\n"
        "008,abc,29.02.2020,2020-02-30 12:30:00,yes,,2024-03-31T03:30:00+02:00\n"
        "NA,nan,2021-02-29,,maybe,NA,never\n"
        ',inf,,2020-02-29T23:59:59.999999,,"x\n",2024-03-31T01:30:00Z\n'
        '007,-0.0,1600-01-01,0001-01-01,0,"quo""te",\n'
        "é😀,1e400,9999-12-31,9999-12-31 23:59:59.999999,FALSE,😀,1600-01-01T00:00:00Z\n"
        "12,0,0000-01-01,later,1,a,2500-01-01T00:00:00Z\n"
    ),
    rules="""
code: {type: string, pattern: "[0-9]{3}", unique: true}
amount: {type: number, min: 0.5, nulls: 0}
day: {type: date, min: 1700-01-01, nulls: 0.2}
at: {type: datetime, max: "2020-02-29T12:30:00"}
flag: {type: boolean, values: [true]}
note: {type: string, unique: true, values: [a, NA]}
zoned: {type: datetime, timezone: Europe/Berlin, min: "2024-03-31T03:00:00", unique: true}
""",
    table="""
unique: [[code, note]]
expressions:
  - amount < 1
  - {expr: "day > 2000-01-01", where: "flag == true"}
""",
)

EMPTY = Case(
    name="empty",
    columns={"i": [], "s": [], "x": []},
    types={"i": pl.Int64, "s": pl.String, "x": pl.Float64},
    rules="i: {type: integer, min: 0, unique: true}\ns: {type: string, pattern: a}\nx: {type: number, max: 1.0}\n",
    table="unique: [[i, s]]\nexpressions: [i > x]\n",
)

# Enough rows for checks that look at groups and samples; every number of the third column is one of the first.
MANY = Case(
    name="many rows",
    columns={
        "id": [n if n % 97 else n + 1 for n in range(400)],
        "shop": [None if n % 50 == 0 else "abcd"[n % 4] for n in range(400)],
        "amount": [NAN if n % 41 == 0 else (n % 7) / 8 + (0.001 if n % 90 == 0 else 0) for n in range(400)],
        "same": [None if n % 3 else 1 for n in range(400)],
        "mail": ["nobody@example.org" if n % 5 else f"person {n}" for n in range(400)],
        "when": [moment("2024-01-01") + timedelta(hours=n if n % 60 else n - 3) for n in range(400)],
        "label": ["yes" if n % 3 == 0 else "no" for n in range(400)],
        "told": ["y" if n % 3 == 0 else "n" for n in range(400)],
        "race": ["x"] * 400,
    },
    rules="""
id: {type: integer, unique: true, monotonic: strictly_increasing, references: {table: others.csv, column: id}}
shop: {type: string, nulls: 0.01, length: {min: 2, max: 5}}
amount:
  type: number
  nulls: 0.1
  nan: 0
  decimals: 2
  aggregates: [{mean: {min: 1, max: 2}}, {quantile: {at: 0.9, max: 0.1}}, {sum: {max: 1}}]
same: {type: integer, nulls: 1, near_constant: {is: 0.5, level: warn}}
mail: {type: string, format: email}
when: {type: datetime, monotonic: {order: increasing, by: [shop]}}
label: {type: string, aggregates: [{share: {of: "yes", min: 0.5}}]}
told: {type: string}
race: {type: string, nulls: 1}
""",
    table="""
freshness: [{column: when, max_age: 2 days}]
groups: [{column: shop, min_rows: 120, min_share: 0.3, required: [e]}]
duplicates: {max: 0, columns: [shop, label]}
conflicting_labels: {max: 0, target: label, ignore: [id, when, told, amount, mail]}
forbidden: [race]
pii: {kinds: [email, phone, card], level: warn}
proxies: [{of: label}]
references: [{columns: [shop, label], table: others.csv, keys: [shop, label]}]
requires: [{when: "id > 100", then: "amount < 0.5"}]
unexpected: allow
""",
    others="id,shop,label\n1,a,yes\n2,b,no\n3,c,no\n5,d,yes\n",
)

CASES = (NUMBERS, TEXTS, MOMENTS, DAYS_AS_TEXT, WRITTEN, EMPTY, MANY)
