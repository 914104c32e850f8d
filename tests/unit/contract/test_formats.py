from __future__ import annotations

import datetime as dt
import ipaddress
import uuid

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelbout.contract.formats import FORMATS

LABEL = "a" * 63
CASES = {
    "email": (
        [
            "a@b.de",
            "first.last+tag@sub.example.co.uk",
            "o'hara@example.museum",
            "x@1.de",
            "{a}|b@xn--bcher-kva.example",
        ],
        [
            "",
            "a",
            "a@b",
            "a@b.1",
            "a b@c.de",
            "a@b.de ",
            "a@b.de\n",
            "\na@b.de",
            ".a@b.de",
            "a.@b.de",
            "a..b@c.de",
            "a@-b.de",
            "a@b-.de",
            "a@b..de",
            "a@@b.de",
            "ä@b.de",
            "a@b.de.",
            '"a b"@c.de',
            "a@[1.2.3.4]",
            "<a@b.de>",
        ],
    ),
    "hostname": (
        ["localhost", "example.com", "a-b.c", "xn--bcher-kva.example", "3com.com", f"{LABEL}.de"],
        ["", "-a.de", "a-.de", "a..de", "a.de.", "1.2.3.4", "a_b.de", "a b", "a\n", f"{LABEL}a.de", "a.1"],
    ),
    "url": (
        [
            "http://a.de",
            "HTTPS://a.de:8080/x/y%20z?q=1&r=?#top",
            "http://1.2.3.4/",
            "http://[::1]:80/",
            "http://localhost",
        ],
        [
            "",
            "a.de",
            "ftp://a.de",
            "http://",
            "http:///x",
            "http://a.de/a b",
            "http://a.de/%zz",
            "http://u:p@a.de/",
            "http://a.de/\n",
            "http://[1.2.3.4]/",
            "javascript:alert(1)",
            "http://a_b.de",
            "http://a.de:",
            "//a.de",
        ],
    ),
    "uuid": (
        [
            "123e4567-e89b-12d3-a456-426614174000",
            "00000000-0000-0000-0000-000000000000",
            "A" * 8 + "-AAAA" * 3 + "-" + "f" * 12,
        ],
        [
            "",
            "123e4567e89b12d3a456426614174000",
            "{123e4567-e89b-12d3-a456-426614174000}",
            "g23e4567-e89b-12d3-a456-426614174000",
            "123e4567-e89b-12d3-a456-42661417400",
            "123e4567-e89b-12d3-a456-426614174000\n",
        ],
    ),
    "ipv4": (
        ["1.0.0.0", "255.255.255.255", "192.168.0.1"],
        ["", "256.1.1.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.4 ", "1.2.3.4\n", "1,2,3,4", "::1", "\u0661.2.3.4"],
    ),
    "ipv6": (
        [
            "::",
            "::1",
            "1::",
            "1:2:3:4:5:6:7:8",
            "fe80::1",
            "::ffff:1.2.3.4",
            "1:2:3:4:5:6:1.2.3.4",
            "1:2:3:4:5:6:7::",
            "A::F",
        ],
        [
            "",
            ":",
            ":::",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "1::2::3",
            "12345::",
            "g::",
            "fe80::1%eth0",
            "::1\n",
            "1.2.3.4",
        ],
    ),
    "ip": (["1.2.3.4", "::1"], ["", "1.2.3", ":::", "localhost"]),
    "iso_date": (
        ["2026-03-31", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"],
        [
            "",
            "2025-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-01",
            "2026-1-1",
            "31.03.2026",
            "20260331",
            "2026-03-31\n",
            "2026-03-31T00:00:00Z",
            "26-03-31",
        ],
    ),
    "iso_datetime": (
        ["2026-03-31T14:30:00Z", "2026-03-31t14:30:00z", "2026-03-31 14:30:00.123456+02:00", "2016-12-31T23:59:60Z"],
        [
            "",
            "2026-03-31",
            "2026-03-31T14:30:00",
            "2026-03-31T14:30Z",
            "2026-03-31T24:00:00Z",
            "2026-03-31T14:60:00Z",
            "2026-03-31T14:30:00+0200",
            "2026-03-31T14:30:00+24:00",
            "2026-02-30T14:30:00Z",
            "2026-03-31T14:30:00.Z",
        ],
    ),
}
TOO_LONG = {
    "email": [
        "a" * 64 + "@b.de",
        "a" * 65 + "@b.de",
        f"a@{LABEL}.{LABEL}.{LABEL}.{'b' * 58}.d",
        f"a@{LABEL}.{LABEL}.{LABEL}.{'b' * 59}.d",
    ],
    "hostname": [f"{LABEL}.{LABEL}.{LABEL}.{'b' * 61}", f"{LABEL}.{LABEL}.{LABEL}.{'b' * 62}"],
}


def broken(name: str, texts: list[str]) -> list[str]:
    frame = nw.from_native(pl.DataFrame({"a": texts}))
    return frame.filter(FORMATS[name].broken(nw.col("a")))["a"].to_list()


def test_each_form_has_its_cases() -> None:
    assert set(CASES) == set(FORMATS)


@pytest.mark.parametrize("name", CASES)
def test_what_a_form_accepts_and_refuses(name: str) -> None:
    good, bad = CASES[name]
    assert broken(name, good) == []
    assert broken(name, bad) == bad


@pytest.mark.parametrize("name", TOO_LONG)
def test_a_form_has_a_length(name: str) -> None:
    assert broken(name, TOO_LONG[name]) == TOO_LONG[name][1::2]


@given(
    st.lists(
        st.ip_addresses(v=6).map(lambda one: [str(one), one.exploded, one.compressed.upper()]), min_size=1, max_size=9
    )
)
def test_every_ipv6_address_of_the_standard_library_is_one(addresses: list[list[str]]) -> None:
    assert broken("ipv6", [text for texts in addresses for text in texts]) == []


@given(st.lists(st.text(alphabet="0123456789abcdef:.", max_size=20), min_size=1, max_size=30))
def test_what_looks_like_an_address_is_judged_as_the_standard_library_does(texts: list[str]) -> None:
    def wrong(text: str) -> bool:
        try:
            ipaddress.ip_address(text)
        except ValueError:
            return True
        return False

    assert broken("ip", texts) == [text for text in texts if wrong(text)]


@given(st.lists(st.tuples(st.integers(1, 9999), st.integers(0, 13), st.integers(0, 32)), min_size=1, max_size=30))
def test_days_are_those_of_the_calendar(days: list[tuple[int, int, int]]) -> None:
    texts = [f"{year:04}-{month:02}-{day:02}" for year, month, day in days]

    def wrong(text: str) -> bool:
        try:
            dt.date.fromisoformat(text)
        except ValueError:
            return True
        return False

    assert broken("iso_date", texts) == [text for text in texts if wrong(text)]


@given(st.lists(st.uuids().map(uuid.UUID.__str__), min_size=1, max_size=9))
def test_every_uuid_is_one(texts: list[str]) -> None:
    assert broken("uuid", texts) == []
