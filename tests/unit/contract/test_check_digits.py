"""Numbers that issuers publish for tests are right; with another last character they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.contract import check_digits as digits

if TYPE_CHECKING:
    from collections.abc import Callable

RIGHT = [
    (digits.card, "4111111111111111"),
    (digits.card, "378282246310005"),
    (digits.card, "30569309025904"),
    (digits.iban, "DE89370400440532013000"),
    (digits.iban, "GB82WEST12345698765432"),
    (digits.iban, "MT84MALT011000012345MTLCAST001S"),
    (digits.steuer_id, "86095742719"),
    (digits.steuer_id, "65929970489"),
    (digits.dni, "12345678Z"),
    (digits.dni, "X1234567L"),
    (digits.nir, "255081416802538"),
    (digits.codice_fiscale, "RSSMRA85T10A562S"),
    (digits.bsn, "111222333"),
    (digits.personnummer, "8112189876"),
    (digits.personnummer, "198112189876"),
    (digits.pesel, "44051401359"),
    (digits.pesel, "02070803628"),
    (digits.cpf, "52998224725"),
    (digits.aadhaar, "999999990019"),
]
WRONG = [
    (digits.card, "1111111111111117"),  # no scheme begins so
    (digits.card, "41111111111111"),
    (digits.iban, "XX89370400440532013000"),
    (digits.iban, "DE8937040044053201300"),
    (digits.steuer_id, "06095742715"),
    (digits.steuer_id, "12345678903"),  # no digit twice
    (digits.nir, "355081416802530"),
    (digits.nir, "255131416802541"),  # month 13
    (digits.codice_fiscale, "RSSMRA85X10A562S"),
    (digits.codice_fiscale, "RSSMRA85T00A562S"),
    (digits.bsn, "000000000"),
    (digits.personnummer, "8113189874"),
    (digits.pesel, "44951401359"),
    (digits.cpf, "11111111111"),
    (digits.aadhaar, "199999990019"),
]


@pytest.mark.parametrize(("holds", "text"), RIGHT)
def test_a_right_number_holds_and_its_neighbours_do_not(holds: Callable[[str], bool], text: str) -> None:
    assert holds(text)
    others = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if text[-1].isalpha() else "0123456789"
    assert not any(holds(text[:-1] + last) for last in others if last != text[-1])


@pytest.mark.parametrize(("holds", "text"), WRONG)
def test_what_cannot_be_one_does_not_hold(holds: Callable[[str], bool], text: str) -> None:
    assert not holds(text)


def test_every_single_error_is_seen_by_verhoeff() -> None:
    right = "234123412346"
    for place in range(len(right)):
        for digit in "0123456789":
            wrong = right[:place] + digit + right[place + 1 :]
            assert digits.aadhaar(wrong) == (wrong == right)
