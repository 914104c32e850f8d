"""The data sheet of a table as Markdown: what it is, what its columns look like, what is missing, whom it counts.

After Gebru and others, Datasheets for datasets, Communications of the ACM 64, 2021: what the data can answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modelbout.profile import FEWEST_ROWS
from modelbout.report import words
from modelbout.report.datasheet_cells import (
    TYPICAL_VALUES,
    VALUES_LIMIT,
    column_cells,
    drawing,
    number_cells,
    text_cells,
    value_table,
)
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, address, attribute, code, text
from modelbout.report.numbers import count, counted, percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelbout.manifest import ColumnType
    from modelbout.profile import ColumnProfile, Profile
    from modelbout.report.plot import Plot

COLUMNS_LIMIT = 300
"""Rows of a table: more are read by nobody, and a page of 5,000 is none; the JSON has them all. Our own choice."""

NEARLY_ALL = 0.9
"""A text column with so many different values a row is an identifier or prose. Our own choice."""


@dataclass(frozen=True)
class About:
    """What is known of a table beside its rows.

    Attributes:
        title: the name of the model or table.
        sources: the files or tables, as they are named in the configuration.
        description: in the contract's words.
        target: the column that the model predicts.
        keys: the columns, or sets of columns, that name a row.
        contract: the contract's path.
        uses: what a column is for: ``predicted``, ``id``, ``left out``, ``input``.
        notes: what the contract says of a column.
        personal: columns that hold personal data by their declared form, and which.
        suspected: other columns that look like it, what they seem to hold and by what.
    """

    title: str
    sources: tuple[str, ...] = ()
    description: str = ""
    target: str | None = None
    keys: tuple[tuple[str, ...], ...] = ()
    contract: str | None = None
    uses: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    personal: Mapping[str, str] = field(default_factory=dict)
    suspected: Mapping[str, str] = field(default_factory=dict)


_SHEET = template("""
# Data sheet: {{ about.title | code }}

{% if about.description %}
{{ about.description }}

{% endif %}
{{ lead }}

| | |
| :-- | :-- |
{% for name, value in facts %}
| {{ name }} | {{ value }} |
{% endfor %}
{% if pictures %}

{% for plot in pictures %}
<picture>
<source media="(prefers-color-scheme: dark)" srcset="{{ plot.dark }}">
<img src="{{ plot.light }}" alt="{{ plot.alt }}" width="720">
</picture>
{% endfor %}
{% endif %}
{% if label %}

## What is predicted

{{ label }}
{% endif %}
{% if slices %}

## Groups

{% for one in slices %}
{{ one }}

{% endfor %}
{% endif %}

## Columns

| Column | Type | Use | Missing | Different values | Typical (half of the rows) | Distribution |
| :-- | :-- | :-- | --: | --: | :-- | :-- |
{% for line in columns %}
| {{ line.name }} | {{ line.type }} | {{ line.use }} | {{ line.missing }} | {{ line.distinct }} | {{ line.typical }} | \
{{ line.drawing }} |
{% endfor %}
{% if more %}

{{ more }} more columns are in the JSON (`modelbout profile --json`).
{% endif %}
{% if notes %}

### In the contract's words

{% for name, note in notes %}
* {{ name | code }}: {{ note }}
{% endfor %}
{% endif %}
{% if numbers %}

## Numbers

| Column | From | 5 % | 25 % | Median | 75 % | 95 % | To | Mean | SD |
| :-- | --: | --: | --: | --: | --: | --: | --: | --: | --: |
{% for cells in numbers %}
{{ cells }}
{% endfor %}
{% endif %}
{% if texts %}

## Texts

| Column | Length from | Median | To | Made of |
| :-- | --: | --: | --: | :-- |
{% for cells in texts %}
{{ cells }}
{% endfor %}
{% endif %}
{% if values %}

## Values

{% for one in values %}
<details>
<summary>{{ one.name }}</summary>

{{ one.table }}

</details>

{% endfor %}
{% endif %}

## What is left out

{% for line in left_out %}
* {{ line }}
{% endfor %}
""")


def datasheet(profile: Profile, about: About, *, plots: Sequence[Plot] = ()) -> str:
    """Return the data sheet as GitHub-flavoured Markdown, ending in a newline; complete without its pictures.

    It shows no value that fewer than ten rows have.

    Args:
        profile: of the table.
        about: what is known of it beside its rows.
        plots: pictures of the distributions.
    """
    shown = profile.columns[:COLUMNS_LIMIT]
    valued = [column for column in shown if len(column.categories) > TYPICAL_VALUES]
    return (
        _SHEET(
            about=about,
            lead=_lead(profile, about),
            facts=_facts(profile, about),
            pictures=[
                {"light": address(plot.light), "dark": address(plot.dark), "alt": attribute(plot.text)}
                for plot in plots
            ],
            label=None if profile.label is None else Markdown(_label(profile.label)),
            slices=[Markdown(value_table(one.column, one.groups, one.other, one.nulls)) for one in profile.slices],
            columns=[column_cells(column, profile.rows, about.uses.get(column.name, "")) for column in shown],
            more=count(len(profile.columns) - len(shown)) if len(profile.columns) > len(shown) else None,
            notes=[(column.name, about.notes[column.name]) for column in shown if about.notes.get(column.name)],
            numbers=[number_cells(column) for column in shown if column.numbers is not None and column.numbers.count],
            texts=[text_cells(column) for column in shown if column.lengths and column.lengths.count and column.other],
            values=[
                {
                    "name": Markdown(f"<code>{attribute(column.name)}</code>"),
                    "table": Markdown(value_table(column.name, column.categories, column.other, column.nulls)),
                }
                for column in valued
            ],
            left_out=_left_out(profile),
        )
        + "\n"
    )


def _lead(profile: Profile, about: About) -> Markdown:
    cells = profile.rows * len(profile.columns)
    lacking = [column for column in profile.columns if column.nulls]
    nulls = sum(column.nulls for column in lacking)
    said = [
        f"**{counted(profile.rows, 'row', 'rows')} of {counted(len(profile.columns), 'column', 'columns')}**"
        + (f" from {words.listed([code(source) for source in about.sources])}." if about.sources else ".")
    ]
    if about.target is not None:
        inputs = sum(use == "input" for use in about.uses.values())
        said.append(f"A model predicts {code(about.target)} from {counted(inputs, 'of them', 'of them')}.")
    if not lacking:
        said.append("No value is missing.")
    else:
        where = (
            f"in {code(lacking[0].name)} alone" if len(lacking) == 1 else f"in {counted(len(lacking), '', 'columns')}"
        )
        said.append(f"{counted(nulls, 'value is', 'values are')} missing ({percent(nulls, cells)}), {where}.")
    return Markdown(" ".join(said))


def _facts(profile: Profile, about: About) -> list[tuple[Markdown, Markdown]]:
    kinds: dict[ColumnType, int] = {}
    for column in profile.columns:
        kinds[column.type] = kinds.get(column.type, 0) + 1
    facts = [("columns by type", Markdown(", ".join(f"{name} {number_:,}" for name, number_ in sorted(kinds.items()))))]
    if about.keys:
        keys = [Markdown(" + ".join(code(name) for name in key)) for key in about.keys]
        facts.append(("key", words.listed(keys)))
    if about.contract is not None:
        facts.append(("contract", code(about.contract)))
    naming = [column.name for column in profile.columns if _names_rows(column)]
    if naming:
        shown = [code(name) for name in naming[:VALUES_LIMIT]]
        facts.append(("nearly every row differs", Markdown(f"{words.listed(shown)}: identifiers, or prose")))
    if about.personal:
        found = [Markdown(f"{code(name)} ({text(what)})") for name, what in about.personal.items()]
        facts.append(("personal data, by the contract", words.listed(found)))
    if about.suspected:
        found = [Markdown(f"{code(name)} ({text(what)})") for name, what in about.suspected.items()]
        more = f" and {len(found) - VALUES_LIMIT:,} more" if len(found) > VALUES_LIMIT else ""
        facts.append(("looks like personal data", Markdown(f"{words.listed(found[:VALUES_LIMIT])}{more}")))
    return [(Markdown(name), value) for name, value in facts]


def _names_rows(column: ColumnProfile) -> bool:
    return column.type == "string" and column.count >= FEWEST_ROWS and column.distinct >= NEARLY_ALL * column.count


def _label(label: ColumnProfile) -> str:
    if label.numbers is None:
        return value_table(label.name, label.categories, label.other, label.nulls)
    return (
        "| Column | From | 5 % | 25 % | Median | 75 % | 95 % | To | Mean | SD | |\n"
        "| :-- | --: | --: | --: | --: | --: | --: | --: | --: | --: | :-- |\n"
        f"{number_cells(label)} {drawing(label)} |"
    )


def _left_out(profile: Profile) -> list[Markdown]:
    rare = [column for column in profile.columns if column.categories and column.other]
    said = [
        Markdown(
            f"No value is shown that fewer than {FEWEST_ROWS} rows have. Ends of a range are rounded outwards, and the"
            " edges of bins are round numbers, as they belong to single rows."
        )
    ]
    if rare:
        names = [code(column.name) for column in rare[:VALUES_LIMIT]]
        more = f" and {len(rare) - VALUES_LIMIT:,} more columns" if len(rare) > VALUES_LIMIT else ""
        said.append(Markdown(f"Values that are rare, or too many to list: in {words.listed(names)}{more}."))
    few = [column for column in profile.columns if 0 < column.count < FEWEST_ROWS]
    if few:
        said.append(Markdown(f"{counted(len(few), 'column has', 'columns have')} too few values to say anything of."))
    if profile.detail == "short":
        said.append(Markdown("The table is wide, so there are fewer bins and values, and no lengths of texts."))
    return said
