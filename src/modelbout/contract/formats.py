"""The forms of text that the contract knows by name, each as a regular expression of linear time and a length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    import narwhals as nw

# RFC 5321, 4.5.3.1: a path has 256 octets with its angle brackets, a local part 64.
LONGEST_EMAIL: Final = 254
LONGEST_LOCAL: Final = 64
# RFC 1035, 2.3.4, without the octets of the root and of the first length.
LONGEST_HOST: Final = 253

# Plain classes and groups only, with digits spelt out: every engine's regular expressions mean the same by them.
_OCTET: Final = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4: Final = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_GROUP: Final = "[0-9A-Fa-f]{1,4}"
_LAST: Final = f"(?:{_GROUP}:{_GROUP}|{_IPV4})"
# RFC 3986, appendix A, IPv6address, line by line.
_IPV6: Final = "(?:{})".format(
    "|".join(
        [
            f"(?:{_GROUP}:){{6}}{_LAST}",
            f"::(?:{_GROUP}:){{5}}{_LAST}",
            f"(?:{_GROUP})?::(?:{_GROUP}:){{4}}{_LAST}",
            f"(?:(?:{_GROUP}:){{0,1}}{_GROUP})?::(?:{_GROUP}:){{3}}{_LAST}",
            f"(?:(?:{_GROUP}:){{0,2}}{_GROUP})?::(?:{_GROUP}:){{2}}{_LAST}",
            f"(?:(?:{_GROUP}:){{0,3}}{_GROUP})?::{_GROUP}:{_LAST}",
            f"(?:(?:{_GROUP}:){{0,4}}{_GROUP})?::{_LAST}",
            f"(?:(?:{_GROUP}:){{0,5}}{_GROUP})?::{_GROUP}",
            f"(?:(?:{_GROUP}:){{0,6}}{_GROUP})?::",
        ]
    )
)
_LABEL: Final = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# The last label begins with a letter (RFC 1123, 2.1): what ends in digits is an address.
_TOP: Final = "[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST: Final = rf"(?:{_LABEL}\.)*{_TOP}"
_ATOM: Final = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_HEX: Final = "[0-9A-Fa-f]"
_CHAR: Final = rf"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%{_HEX}{_HEX})"
_LEAP: Final = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_DATE: Final = (
    "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    f"|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP}-02-29)"
)
_TIME: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_OFFSET: Final = "(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"


@dataclass(frozen=True)
class Format:
    """One form of text.

    Attributes:
        what: how a message calls it.
        pattern: the whole text matches it.
        longest: how many characters it may have; None = any number.
        never: a pattern of which no text may hold any part, for a limit that the other cannot say; texts that are
            shorter than it are passed at once, where a second whole match would double the time.
    """

    what: str
    pattern: str
    longest: int | None = None
    never: str | None = None

    def broken(self, value: nw.Expr) -> nw.Expr:
        """Return a mask of the texts that have another form."""
        odd = ~value.str.contains(whole(self.pattern))
        if self.never is not None:
            odd = odd | value.str.contains(self.never)
        return odd if self.longest is None else odd | (value.str.len_chars() > self.longest)


def whole(pattern: str) -> str:
    r"""Return the pattern for the whole text; unlike ``$``, ``\z`` never stands before a last line break."""
    return rf"\A(?:{pattern})\z"


FORMATS: Final[Mapping[str, Format]] = {
    "email": Format(
        "an e-mail address",
        rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_TOP}",
        longest=LONGEST_EMAIL,
        never=rf"\A[^@]{{{LONGEST_LOCAL + 1},}}@",
    ),
    "hostname": Format("a host name", _HOST, longest=LONGEST_HOST),
    "url": Format(
        "a web address",
        rf"[Hh][Tt][Tt][Pp][Ss]?://(?:{_HOST}|{_IPV4}|\[{_IPV6}\])(?::[0-9]{{1,5}})?"
        rf"(?:/{_CHAR}*)?(?:\?(?:{_CHAR}|\?)*)?(?:#(?:{_CHAR}|\?)*)?",
    ),
    "uuid": Format("a UUID", f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"),
    "ipv4": Format("an IPv4 address", _IPV4),
    "ipv6": Format("an IPv6 address", _IPV6),
    "ip": Format("an IP address", f"(?:{_IPV4}|{_IPV6})"),
    "iso_date": Format("a date as in 2026-03-31", _DATE),
    "iso_datetime": Format("a moment as in 2026-03-31T14:30:00Z", f"{_DATE}[Tt ]{_TIME}{_OFFSET}"),
}
