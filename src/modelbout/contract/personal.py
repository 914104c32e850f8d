"""What personal data looks like: kinds with their names of columns, their forms and their check digits."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Final

from modelbout.contract import check_digits
from modelbout.data.names import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from modelbout.manifest import ColumnType

# A table of 100 columns asks 1,700 times: one false alarm in 600 such tables, when chance is all there is.
ALARM: Final = 1e-6
# Ours: a text of more characters is looked at no further; an address stands in its first lines.
LONGEST_TEXT: Final = 10_000
# Before the letters and digits of a value, and after them, no others may stand.
_ALONE: Final = r"(?<![0-9A-Za-z.+_/-]){}(?![0-9A-Za-z_/-]|[.,][0-9])"
# One form for all engines that finds whatever may hold a value of any kind, and more: it is what is looked at closely.
CANDIDATE: Final = (
    "@|[0-9]([ ./()-]{0,2}[0-9]){6}|[A-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]|[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z]"
    "|[A-Z]{2}[0-9]{2} ?[0-9A-Z]{4}|[0-9A-Fa-f]:[0-9A-Fa-f:]{2}|::[0-9A-Fa-f]|[0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}[.]"
)
# The smallest whole number that has as many digits as any kind: 9.
LEAST_INTEGER: Final = 10**8


@dataclass(frozen=True)
class Kind:
    """One kind of personal data.

    Attributes:
        what: how a message calls it.
        names: names of columns, in small letters and digits only.
        form: finds a value in a text; None = by the column's name only.
        holds: whether what was found is one, without blanks and signs between its letters and digits.
        chance: how often a random text of that form is one, measured; 0 = the form itself is the evidence.
        digits: whether a whole number can be one.
        types: the column types that a name counts for.
    """

    what: str
    names: str = ""
    form: re.Pattern[str] | None = None
    holds: Callable[[str], bool] = bool
    chance: float = 0.0
    digits: bool = False
    types: tuple[ColumnType, ...] = ("string", "integer")


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(_ALONE.format(f"(?:{pattern})"))


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\A\s*(?:{pattern})\s*\Z")


# ITU-T E.164, list of assigned country codes (2016): the first digits of those with two and three.
_COUNTRY: Final = (
    "1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|2[1-69][0-9]|3[578][0-9]|42[0-9]|5[09][0-9]|6[7-9][0-9]"
    "|8[058][0-9]|9[679][0-9]"
)
_GAP: Final = "[ ./-]?"


def _phone(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    if text.startswith("+"):
        # E.164, 6: at most 15 digits; the shortest national ones have 5 behind a country code.
        return 8 <= len(digits) <= 15 and re.match(_COUNTRY, digits) is not None  # noqa: PLR2004 -- as said
    return 9 <= len(digits) <= 11  # noqa: PLR2004 -- with its trunk prefix, in the plans of Europe and North America


def _ipv4(text: str) -> bool:
    try:
        address = IPv4Address(text)
    except AddressValueError:
        return False
    # 120.0.0.0 is a version of a program, or a network, and no one's machine.
    return not (address.is_loopback or address.is_multicast or int(address) >> 24 == 0 or int(address) & 255 == 0)


def _ipv6(text: str) -> bool:
    try:
        address = IPv6Address(text)
    except AddressValueError:
        return False
    return not (address.is_loopback or address.is_unspecified)


def _ssn(text: str) -> bool:
    # Social Security Administration, POMS RM 10201.030: never 000, 666 or 9 in front, 00 or 0000 behind.
    return text[:3] not in ("000", "666") and text[0] != "9" and text[3:5] != "00" and text[5:] != "0000"


def _nino(text: str) -> bool:
    # HMRC, NIM39110: letters that are not used, and pairs that are not.
    return (
        not set(text[:2]) & set("DFIQUV")
        and text[1] != "O"
        and text[:2] not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")
        and text[-1] in "ABCD"
    )


# The chances are a little above those measured on 100,000 random values of each form (docs/checks/pii.md); where a date
# is part of it, they are those of a right date, as many numbers begin with one.
KINDS: Final[Mapping[str, Kind]] = {
    "email": Kind(
        "e-mail address",
        "email emailaddress mail mailaddress emails",
        re.compile(
            r"(?<![0-9A-Za-z._%+-])[0-9A-Za-z][0-9A-Za-z._%+-]{0,63}@(?:[0-9A-Za-z-]{1,63}\.){1,5}[A-Za-z]{2,24}(?![0-9A-Za-z-])"
        ),
    ),
    "phone": Kind(
        "phone number",
        "phone phonenumber phoneno telephone telephonenumber tel telno mobile mobilenumber mobilephone cell cellphone "
        "cellnumber fax faxnumber msisdn",
        re.compile(
            rf"(?<![0-9A-Za-z])\+[1-9](?:[ ./()-]{{0,2}}[0-9]){{7,14}}(?![0-9A-Za-z]|[.,][0-9])"
            rf"|\A\s*(?:\(?[2-9][0-9]{{2}}\)?[ -][2-9][0-9]{{2}}-[0-9]{{4}}"
            rf"|\(0[1-9][0-9]{{1,4}}\) ?[0-9]{{3,}}(?:{_GAP}[0-9]{{2,}})*"
            rf"|0[1-9][0-9]{{1,4}}[ /][0-9]{{3,}}(?: ?[0-9]{{2,}})*"
            r"|0[1-9](?:[ .][0-9]{2}){4})\s*\Z"
        ),
        _phone,
    ),
    "iban": Kind(
        "IBAN",
        "iban ibannumber bankaccount bankaccountnumber",
        _form(r"[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?"),
        check_digits.iban,
        1 / 97,
    ),
    "card": Kind(
        "payment card",
        "cardnumber creditcard creditcardnumber ccnumber debitcard debitcardnumber",
        _form(r"[2-6][0-9](?:[ -]?[0-9]){11,17}"),
        check_digits.card,
        0.1,
        digits=True,
    ),
    "ipv4": Kind("IPv4 address", "ip ipaddress ipv4 ipaddr", _form(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"), _ipv4),
    "ipv6": Kind(
        "IPv6 address",
        "ipv6",
        re.compile(r"(?<![0-9A-Za-z:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![0-9A-Za-z:.])"),
        _ipv6,
    ),
    "us_ssn": Kind(
        "US social security number",
        "ssn socialsecuritynumber socialsecurity socialsecurityno",
        _whole("[0-9]{3}-[0-9]{2}-[0-9]{4}"),
        _ssn,
        # No check digit: nine digits in 3, 2 and 4 are hardly anything else, but five of them at least make an alarm.
        0.06,
    ),
    "uk_nino": Kind(
        "UK National Insurance number",
        "nino nationalinsurancenumber nationalinsurance",
        _form("[A-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-Z]"),
        _nino,
        0.09,
    ),
    "de_steuer_id": Kind(
        "German tax id",
        "steuerid steueridentifikationsnummer taxid",
        _form("[0-9]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}"),
        check_digits.steuer_id,
        0.005,
        digits=True,
    ),
    "es_dni": Kind(
        "Spanish DNI or NIE", "dni nie nif", _form("(?:[0-9]{8}|[XYZ]-?[0-9]{7})-?[A-Z]"), check_digits.dni, 0.05
    ),
    "fr_nir": Kind(
        "French social security number",
        "nir numerodesecuritesociale numsecu",
        _form("[0-9] ?[0-9]{2} ?[0-9]{2} ?(?:2[AB]|[0-9]{2}) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}"),
        check_digits.nir,
        0.01,
        digits=True,
    ),
    "it_codice_fiscale": Kind(
        "Italian tax code",
        "codicefiscale",
        _form("[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z]"),
        check_digits.codice_fiscale,
        0.04,
    ),
    "nl_bsn": Kind(
        "Dutch BSN", "bsn burgerservicenummer sofinummer", _form("[0-9]{9}"), check_digits.bsn, 0.1, digits=True
    ),
    "se_personnummer": Kind(
        "Swedish personal number",
        "personnummer samordningsnummer",
        _form("(?:[0-9]{2})?[0-9]{6}[-+]?[0-9]{4}"),
        check_digits.personnummer,
        0.1,
        digits=True,
    ),
    "pl_pesel": Kind("Polish PESEL", "pesel", _form("[0-9]{11}"), check_digits.pesel, 0.1, digits=True),
    "br_cpf": Kind(
        "Brazilian CPF",
        "cpf",
        _form(r"[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}-?[0-9]{2}"),
        check_digits.cpf,
        0.011,
        digits=True,
    ),
    "in_aadhaar": Kind(
        "Indian Aadhaar number",
        "aadhaar aadhaarnumber aadhar aadharnumber",
        _form("[0-9]{4} ?[0-9]{4} ?[0-9]{4}"),
        check_digits.aadhaar,
        0.1,
        digits=True,
    ),
    "name": Kind(
        "name of a person",
        "firstname lastname middlename surname forename givenname familyname fullname maidenname vorname nachname "
        "prenom nomdefamille apellido apellidos primerapellido cognome firstnames lastnames",
    ),
    "birth_date": Kind(
        "date of birth",
        "birthdate dateofbirth dob birthday bday geburtsdatum geburtstag datedenaissance fechadenacimiento "
        "datadinascita",
        types=("string", "integer", "date", "datetime"),
    ),
}
# Whose it is says nothing of what it is.
_OWNERS: Final = (
    "customer", "client", "user", "contact", "home", "work", "billing", "shipping", "primary", "secondary", "employee",
    "patient", "member", "owner", "person", "personal", "private", "business", "applicant", "guest", "student",
)  # fmt: skip


def kind_of_name(name: str, type_: ColumnType | None) -> str | None:
    """Return the kind that a column's name says, whatever its case, its signs and its owner; None for none."""
    plain = re.sub(r"[^0-9a-z]", "", folded(name)).rstrip("0123456789") or folded(name)
    for word in ("", *_OWNERS):
        rest = plain.removeprefix(word)
        for kind, found in KINDS.items():
            if rest in found.names.split() and type_ in found.types:
                return kind
    return None


def kinds_in(texts: Iterable[str | int], kinds: Iterable[str]) -> tuple[dict[str, list[int]], dict[str, int]]:
    """Look for values of some kinds.

    Args:
        texts: one for each row; whole numbers for those kinds that have digits only.
        kinds: which.

    Returns:
        For each kind the places of the rows with one, and how many rows had its form; kinds that chance alone
        explains are left out.
    """
    wanted = [(name, KINDS[name]) for name in kinds if KINDS[name].form is not None]
    held: dict[str, list[int]] = {name: [] for name, _ in wanted}
    formed: Counter[str] = Counter()
    for place, text in enumerate(texts):
        whole = isinstance(text, int)
        shown = str(text)[:LONGEST_TEXT]
        for name, kind in wanted:
            if whole and not kind.digits:
                continue
            found = _values(kind, shown)
            formed[name] += bool(found)
            if any(kind.holds(value) for value in found):
                held[name].append(place)
    return {name: places for name, places in held.items() if _alarming(KINDS[name], len(places), formed[name])}, formed


def _values(kind: Kind, text: str) -> list[str]:
    form = kind.form
    found = [match.group().strip() for match in form.finditer(text)] if form is not None else []
    if kind.chance:
        return [re.sub(r"[^0-9A-Z]", "", value) for value in found]
    return found


def _alarming(kind: Kind, held: int, formed: int) -> bool:
    """Tell whether so many right ones among values of the form are more than chance makes."""
    return held > 0 and (not kind.chance or chance_of(held, formed, kind.chance) < ALARM)


@lru_cache(maxsize=1_024)
def chance_of(least: int, of: int, each: float) -> float:
    """Return the probability of at least so many hits in so many tries (binomial); an upper bound beyond 200 tries.

    The bound is Chernoff's: exp(-n D(k/n || p)), and 1 where k/n is not above p.
    """
    share = least / of
    if share <= each:
        return 1.0
    if of > 200:  # noqa: PLR2004 -- a sum of as many terms is as fast
        rest = 0.0 if share == 1 else (1 - share) * math.log((1 - share) / (1 - each))
        return math.exp(-of * (share * math.log(share / each) + rest))
    return math.fsum(math.comb(of, hits) * each**hits * (1 - each) ** (of - hits) for hits in range(least, of + 1))
