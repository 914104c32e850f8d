"""Check ``format``: every text has a known form, such as that of an e-mail address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelbout.catalogue import did_you_mean
from modelbout.config.wording import quoted
from modelbout.contract.formats import FORMATS
from modelbout.contract.kind import Check, Measure, field_of, of_rows, refuse

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Change, Context, Table
    from modelbout.contract.model import Rule

# What people write who know another tool.
_ALIASES: Final = {
    "e-mail": "email",
    "mail": "email",
    "host": "hostname",
    "idn-hostname": "hostname",
    "uri": "url",
    "guid": "uuid",
    "inet": "ip",
    "date": "iso_date",
    "date-time": "iso_datetime",
    "datetime": "iso_datetime",
}
# Every text of the first is one of the second.
_WIDER: Final = frozenset({("ipv4", "ip"), ("ipv6", "ip")})


def read(node: Node, _context: Context) -> str:
    """Read the name of a form."""
    if node.kind == "scalar" and node.text in FORMATS:
        return node.text
    allowed = ", ".join(FORMATS)
    if node.kind != "scalar":
        raise refuse(node, f"found a {'list' if node.kind == 'sequence' else 'mapping'}", allowed)
    alias = _ALIASES.get(node.text.casefold())
    fix = f"Did you mean `{alias}`?" if alias else did_you_mean(node.text, FORMATS).strip()
    if "%" in node.text:
        fix = "How a day is written (strftime) is said of `date` and `datetime` columns: correct `type`."
    raise refuse(node, f"{quoted(node.text)} is no known format", allowed, fix or "Any other form is a `pattern:`.")


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count the texts of another form; a row without a value does not fail."""
    field = field_of(rule, table)
    if field is None:
        return None
    form = FORMATS[str(rule.value)]
    return Measure(
        columns=(field.name,),
        failing=form.broken(field.value()),
        message=of_rows(f"of {quoted(field.name)} are not {form.what}"),
        fix="Look for blanks and line breaks at the ends, mend the rows, or give the rule a `tolerance:`.",
    )


def compare(old: str | None, new: str | None) -> Change:
    """Compare two forms: all but a wider one may refuse what the old one allowed."""
    if old == new:
        return "same"
    return "looser" if new is None or (old, new) in _WIDER else "tighter"


CHECK: Final = Check(
    key="format",
    scope="column",
    summary="The form of every text; of a date or datetime column, how a text file writes it (strftime: %d/%m/%Y).",
    schema={"enum": list(FORMATS)},
    read=read,
    measure=measure,
    compare=compare,
    types=frozenset({"string"}),
)
