from __future__ import annotations

import random
import uuid
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from modelbout.contract.check import check
from modelbout.contract.checks.pii import Personal, compare
from modelbout.contract.load import parse_contract
from modelbout.data.reading import Reading
from modelbout.data.sources import scan

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]

EXAMPLES = Path(__file__).parents[4] / "examples"
RANDOM = random.Random(20)  # noqa: S311 -- data for tests

EMAILS = [f"{name}.secret@example.org" for name in ("ann", "bob", "cem", "dee", "eva", "fay", "gus", "hal")]
# Numbers that their issuers publish for tests, and some that were made by the rules for these tests.
VALUES = {
    "email": EMAILS,
    "phone": ["+44 20 7946 0958", "+49 (0)30 901820", "+1-202-555-0143", "(202) 555-0143", "030 901820",
              "01 23 45 67 89"],
    "iban": ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "FR1420041010050500013M02606",
             "NL91ABNA0417164300"],
    "card": ["4111 1111 1111 1111", "5555555555554444", "378282246310005", "6011111111111117", "3530111333300000",
             "4012888888881881", "30569309025904", "2223003122003222"],
    "ipv4": ["192.0.2.17", "198.51.100.23"],
    "ipv6": ["2001:db8::8a2e:370:7334", "fe80::1"],
    "us_ssn": ["219-09-9999", "078-05-1120", "123-45-6789", "457-55-5462", "001-01-0001"],
    "uk_nino": ["QQ123456C".replace("QQ", pair) for pair in ("AB", "CE", "JG", "PA", "WX", "YZ")],
    "de_steuer_id": ["86095742719", "47036892816", "65929970489"],
    "es_dni": ["12345678Z", "X1234567L", "00000001-R", "Y0000000Z", "99999999R"],
    "fr_nir": ["255081416802538", "269054958815780", "2 55 08 14 168 025 38", "255081416802538"],
    "it_codice_fiscale": ["RSSMRA85T10A562S"] * 5,
    "nl_bsn": ["111222333", "123456782"] * 4,
    "se_personnummer": ["811218-9876", "198112189876", "8112189876", "811218-9876"] * 2,
    "pl_pesel": ["44051401359", "02070803628"] * 4,
    "br_cpf": ["529.982.247-25", "11144477735", "52998224725", "111.444.777-35"],
    "in_aadhaar": ["999999990019", "2341 2341 2346"] * 4,
}  # fmt: skip


@pytest.mark.parametrize("kind", VALUES)
def test_each_kind_is_found_by_its_values_and_none_is_shown(hold: Hold, kind: str) -> None:
    values = VALUES[kind]
    (found,) = hold({"x": values}, "x: {type: string}", f"pii: {{kinds: [{kind}]}}").findings
    assert (found.check, found.level, found.failed, found.total) == ("pii", "error", 1, 0)
    assert found.rows == tuple(range(1, len(values) + 1))[:5]
    assert f", about {len(values)} of {len(values)} rows)" in found.message
    assert not any(value in found.message for value in values)


def test_values_inside_a_text_are_found_too(hold: Hold) -> None:
    texts = ["nothing", f"write to {EMAILS[0]}, please.", None, "call +44 20 7946 0958 now", "at 192.0.2.17!"]
    (found,) = hold({"note": texts}, "note: {type: string, nulls: 1}", "pii: warn").findings
    assert (found.level, found.rows) == ("warn", (2, 4, 5))
    assert found.message == (
        "a column looks like personal data: `note` (e-mail address, about 1 of 5 rows; phone number, about 1 of 5 rows;"
        " IPv4 address, about 1 of 5 rows)"
    )


def test_names_of_columns_speak(hold: Hold) -> None:
    rows = {"FirstName": ["x"], "customer_e-mail": ["x"], "date of birth": ["x"], "IBAN2": ["x"], "a`b": ["x"]}
    columns = "\n".join(f"'{name}': {{type: string}}" for name in rows)
    (found,) = hold(rows, columns, "pii: error").findings
    assert found.failed == 4
    assert found.message == (
        "4 columns look like personal data: `FirstName` (name of a person, by its name), `customer_e-mail` (e-mail"
        " address, by its name), `date of birth` (date of birth, by its name), `IBAN2` (IBAN, by its name)"
    )


def test_ordinary_names_do_not(hold: Hold) -> None:
    names = [
        *("name", "product_name", "phone_service", "email_opt_in", "shipping", "description", "has_phone", "card"),
        *("mobile_app", "ip_version", "contact", "MultipleLines", "birth_country", "user_id", "iban_valid", "12"),
    ]
    columns = "\n".join(f"'{name}': {{type: string}}" for name in names)
    assert not hold({name: ["x"] for name in names}, columns, "pii: error").findings
    # Whether there is a phone is no phone.
    assert not hold({"phone": [True]}, "phone: {type: boolean}", "pii: error").findings


def test_whole_numbers_may_be_cards_and_ids(hold: Hold) -> None:
    cards = [int(value.replace(" ", "")) for value in VALUES["card"]]
    (found,) = hold({"n": cards}, "n: {type: integer}", "pii: error").findings
    assert "`n` (payment card, about 8 of 8 rows)" in found.message
    assert not hold({"n": [value + 1 for value in cards]}, "n: {type: integer}", "pii: error").findings


def digits(count: int) -> str:
    return "".join(RANDOM.choices("0123456789", k=count))


MADE: dict[str, Callable[[], str]] = {
    **{f"{count} digits": partial(digits, count) for count in range(7, 20)},
    "uuid": lambda: str(uuid.UUID(int=RANDOM.getrandbits(128))),
    "hex": lambda: f"{RANDOM.getrandbits(128):032x}",
    "order": lambda: f"AB-{digits(4)}-{digits(6)}",
    "moment": lambda: (
        f"2024-0{RANDOM.randint(1, 9)}-1{RANDOM.randint(0, 9)} 1{RANDOM.randint(0, 9)}:30:4{RANDOM.randint(0, 9)}"
    ),
    "day and number": lambda: f"8{RANDOM.randint(0, 9)}0{RANDOM.randint(1, 9)}1{RANDOM.randint(0, 9)}-{digits(4)}",
    "milliseconds": lambda: str(RANDOM.randint(1_500_000_000_000, 1_800_000_000_000)),
    "number": lambda: repr(RANDOM.random() * 1e9),
    "version": lambda: f"{RANDOM.randint(0, 20)}.{RANDOM.randint(0, 20)}.{RANDOM.randint(0, 20)}",
    "browser": lambda: f"Mozilla/5.0 Chrome/{RANDOM.randint(90, 130)}.0.{RANDOM.randint(4000, 6000)}.12",
    "place": lambda: f"{RANDOM.random() * 90:.6f},{RANDOM.random() * 180:.6f}",
    "hardware": lambda: ":".join(f"{RANDOM.randrange(256):02x}" for _ in range(6)),
    "zip": lambda: f"{digits(5)}-{digits(4)}",
}


@pytest.mark.parametrize("name", MADE)
def test_random_codes_raise_no_alarm(hold: Hold, name: str) -> None:
    rows = {"x": [MADE[name]() for _ in range(1_500)]}
    assert not hold(rows, "x: {type: string}", "pii: error").findings


@pytest.mark.exhaustive
@pytest.mark.parametrize("table", ["churn/data/telco_churn.csv", "bikes/data/*.csv"])
def test_the_examples_hold_no_personal_data(table: str) -> None:
    opened = scan(table, root=EXAMPLES, reading=Reading())
    text = "version: 1\ntable: {unexpected: allow, pii: error}\ncolumns: {none: {type: string, required: false}}\n"
    assert not check(opened, parse_contract(text, shown="c"), role="source").findings


def test_one_of_a_kind_with_check_digits_is_no_evidence(hold: Hold) -> None:
    rows = {"x": ["4111111111111111", *(digits(16) for _ in range(99))]}
    assert not hold(rows, "x: {type: string}", "pii: error").findings


def test_columns_may_be_allowed_and_a_share_asked(hold: Hold) -> None:
    rows = {"mail": EMAILS, "note": [EMAILS[0], *["x"] * 7]}
    columns = "mail: {type: string}\nnote: {type: string}"
    (found,) = hold(rows, columns, "pii: {allow: [mail], level: warn, owner: privacy}").findings
    assert found.message == "a column looks like personal data: `note` (e-mail address, about 1 of 8 rows)"
    assert (found.level, found.fix.endswith("Owner: privacy.")) == ("warn", True)
    (found,) = hold(rows, columns, "pii: {min_share: 0.125}").findings
    assert "`note`" not in found.message
    assert not hold(rows, columns, "pii: {kinds: [phone, card]}").findings
    assert not hold(rows, columns, "pii: {allow: [mail, note]}").findings


def test_only_some_rows_may_be_meant(hold: Hold) -> None:
    rows = {"note": [EMAILS[0], "x", EMAILS[1]], "n": [1, 2, 3]}
    rule = "pii: {kinds: [email], where: n >= 2}"
    (found,) = hold(rows, "note: {type: string}\nn: {type: integer}", rule).findings
    assert "about 1 of 2 rows" in found.message
    assert found.rows == (3,)


def test_of_a_large_table_some_rows_are_looked_at(hold: Hold) -> None:
    rows = {"x": EMAILS * 2_500}
    (found,) = hold(pl.DataFrame(rows), "x: {type: string}", "pii: error").findings
    assert ", about 20,000 of 20,000 rows)" in found.message


def test_empty_and_missing_values_are_nothing(hold: Hold) -> None:
    columns = "x: {type: string, nulls: 1}\ny: {type: integer, nulls: 1}"
    assert not hold({"x": [None, ""], "y": [None, 1]}, columns, "pii: error").findings
    found = hold({"x": [], "y": []}, columns, "pii: error").findings
    assert [one.check for one in found] == ["rows"]


def test_a_long_text_ends(hold: Hold) -> None:
    rows = {"x": ["1-" * 100_000, "a." * 100_000 + "@", "0:" * 100_000, "+1" + " ((1" * 100_000]}
    assert not hold(rows, "x: {type: string}", "pii: error").findings


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("yes", "found `yes`"),
        ("[email]", "found no mapping"),
        ("{kinds: [emial]}", "found `emial`"),
        ("{kinds: email}", "found no list of kinds"),
        ("{kinds: [[email]]}", "found no word"),
        ("{allow: [z]}", "`z` is no column of this contract"),
        ("{min_share: 2}", "found `2`"),
        ("{min_share: 0, tolerance: 1}", "unknown key `tolerance`"),
    ],
)
def test_what_is_no_rule_is_refused(refused: Refused, rule: str, found: str) -> None:
    assert refused("x: {type: string}", f"pii: {rule}")[0].found == found


def test_more_kinds_ask_more() -> None:
    assert compare(None, Personal()) == "tighter"
    assert compare(Personal(), None) == "looser"
    assert compare(Personal(), Personal()) == "same"
    assert compare(None, Personal(level="warn")) == "same"
    assert compare(Personal(level="warn"), Personal(level="error")) == "tighter"
    assert compare(Personal(("email",)), Personal(("email", "card"))) == "tighter"
    assert compare(Personal(("email", "card")), Personal(("email",))) == "looser"
    assert compare(Personal(allow=("a",)), Personal()) == "tighter"
    assert compare(Personal(min_share=0.1), Personal(min_share=0.05)) == "tighter"
    assert compare(Personal(min_share=0.1), Personal(min_share=0.2)) == "looser"
