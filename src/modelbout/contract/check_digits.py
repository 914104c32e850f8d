"""Check digits and built-in dates of numbers that name people, accounts and cards; digits and letters only go in."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# The IBAN registry of SWIFT, release 99 (2024): the length of each country's IBAN.
IBAN_LENGTHS: Final[Mapping[str, int]] = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FK FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV", 22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB NI PL SV", 29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 33: "LC RU",
    }.items()
    for country in countries.split()
}  # fmt: skip
# ISO/IEC 7812 and the schemes' own tables: first digits from, to, and the lengths of cards that begin so.
_CARDS: Final = (
    ("4", "4", (13, 16, 19)),  # Visa
    ("51", "55", (16,)),  # Mastercard
    ("2221", "2720", (16,)),  # Mastercard
    ("34", "34", (15,)),  # American Express
    ("37", "37", (15,)),
    ("6011", "6011", (16, 17, 18, 19)),  # Discover
    ("644", "659", (16, 17, 18, 19)),
    ("300", "305", (14, 16, 17, 18, 19)),  # Diners Club
    ("36", "36", (14, 15, 16, 17, 18, 19)),
    ("38", "39", (14, 16, 17, 18, 19)),
    ("3528", "3589", (16, 17, 18, 19)),  # JCB
    ("62", "62", (16, 17, 18, 19)),  # UnionPay
)
_DNI: Final = "TRWAGMYFPDXBNJZSQVHLCKE"
# Decreto 23 dicembre 1976, table of the odd places.
_FISCALE_ODD: Final = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16,
         10, 22, 25, 24, 23),
        strict=True,
    )
)  # fmt: skip
# Verhoeff, Error Detecting Decimal Codes, 1969: multiplication in the dihedral group D5, and the permutation.
_D5: Final = tuple(
    tuple((a + b) % 5 + 5 * (b >= 5) if a < 5 else (a - b) % 5 + 5 * (b < 5) for b in range(10))  # noqa: PLR2004 -- rotations below 5, reflections from 5
    for a in range(10)
)
_PERMUTATION: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def luhn(digits: str) -> bool:
    """Return whether the last digit is right by ISO/IEC 7812-1, annex B (Luhn, US patent 2,950,048)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)  # noqa: PLR2004 -- the sum of its two digits
    return total % 10 == 0


def card(digits: str) -> bool:
    """Return whether a payment card may have this number."""
    known = any(first <= digits[: len(first)] <= last and len(digits) in lengths for first, last, lengths in _CARDS)
    return known and luhn(digits)


def iban(text: str) -> bool:
    """Return whether it is an IBAN (ISO 13616): a known country, its length, and 1 modulo 97."""
    if IBAN_LENGTHS.get(text[:2]) != len(text):
        return False
    return int("".join(str(int(char, 36)) for char in text[4:] + text[:4])) % 97 == 1


def weighted(digits: str, weights: Sequence[int]) -> int:
    """Return the sum of the digits times their weights; digits beyond the weights do not count."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def steuer_id(digits: str) -> bool:
    """Return whether it is a German tax id (§ 139b AO): one digit twice or thrice in ten, and ISO 7064 MOD 11,10."""
    times = Counter(digits[:10])
    if digits[0] == "0" or max(times.values()) not in (2, 3) or list(times.values()).count(1) < 7:  # noqa: PLR2004 -- by the rule
        return False
    product = 10
    for digit in digits[:10]:
        product = 2 * ((int(digit) + product) % 10 or 10) % 11
    return (11 - product) % 10 == int(digits[10])


def dni(text: str) -> bool:
    """Return whether it is a Spanish DNI or NIE (Real Decreto 1553/2005): the letter is that of the number."""
    return _DNI[int(text[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")) % 23] == text[-1]


def nir(text: str) -> bool:
    """Return whether it is a French social security number (INSEE): a month, and the key 97 - n modulo 97."""
    month = int(text[3:5])
    if text[0] not in "12" or not (1 <= month <= 12 or 20 <= month <= 42 or 50 <= month <= 99):  # noqa: PLR2004 -- unknown months have these codes
        return False
    number = int(text[:13].replace("2A", "19").replace("2B", "18"))
    return 97 - number % 97 == int(text[13:])


def codice_fiscale(text: str) -> bool:
    """Return whether it is an Italian tax code: month, day (40 more for women), and the letter at the end."""
    if text[8] not in "ABCDEHLMPRST" or not 1 <= int(text[9:11]) % 40 <= 31:  # noqa: PLR2004 -- days
        return False
    total = sum(_FISCALE_ODD[char] for char in text[:15:2])
    total += sum(int(char, 36) - 10 * char.isalpha() for char in text[1:15:2])
    return chr(ord("A") + total % 26) == text[15]


def bsn(digits: str) -> bool:
    """Return whether it is a Dutch BSN: 9 a + 8 b + ... + 2 h - i is a multiple of 11."""
    return int(digits) > 0 and weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def personnummer(digits: str) -> bool:
    """Return whether it is a Swedish personal number: a day (60 more for a coordination number), and Luhn."""
    short = digits[-10:]
    day = int(short[4:6])
    return _is_day(2000 + int(short[:2]), int(short[2:4]), day - 60 * (day > 60)) and luhn(short)  # noqa: PLR2004 -- as said


def pesel(digits: str) -> bool:
    """Return whether it is a Polish PESEL: a day whose month tells the century, and weights 1, 3, 7, 9."""
    century, month = divmod(int(digits[2:4]), 20)
    if not _is_day((1900, 2000, 2100, 2200, 1800)[century] + int(digits[:2]), month, int(digits[4:6])):
        return False
    return weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def cpf(digits: str) -> bool:
    """Return whether it is a Brazilian CPF (Receita Federal): two check digits modulo 11, and not one digit alone."""
    if len(set(digits)) == 1:
        return False
    first = weighted(digits[:9], range(10, 1, -1)) * 10 % 11 % 10
    second = weighted(digits[:10], range(11, 1, -1)) * 10 % 11 % 10
    return (first, second) == (int(digits[9]), int(digits[10]))


def aadhaar(digits: str) -> bool:
    """Return whether it is an Indian Aadhaar number (UIDAI): no 0 or 1 in front, and Verhoeff's check digit."""
    if digits[0] in "01":
        return False
    check = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        for _ in range(place % 8):
            value = _PERMUTATION[value]
        check = _D5[check][value]
    return check == 0


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
