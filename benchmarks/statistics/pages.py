"""What was simulated, as the page ``docs/coverage.md`` and as the warnings of a bout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from scipy import special
from worlds import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Case: TypeAlias = dict[str, Any]

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "coverage.md"
WARNINGS = ROOT / "src" / "modelbout" / "bout" / "coverage.json"

LOWEST, HIGHEST = 0.94, 0.97  # what was promised
FEWEST = 50  # intervals, to speak of a share of them
CHANCE = 0.01  # of calling a share too low, or too high, that is not
OTHERS = {
    "Several classes": {
        "balanced": World("multiclass", 0.25),
        "few disagreements": World("multiclass", 0.25, many=False),
        "5 % rarest": World("multiclass", 0.05),
    },
    "Regression": {"normal": World("regression"), "heavy tails": World("regression", heavy=True)},
    "Binary, rows in clusters of five": {
        "30 %": World("binary", 0.3, clustered=True),
        "5 %": World("binary", 0.05, clustered=True),
    },
    "Several classes, rows in clusters of five": {"balanced": World("multiclass", 0.25, clustered=True)},
    "Regression, rows in clusters of five": {"normal": World("regression", clustered=True)},
}
BEGIN, END = "<!-- simulated: begin -->", "<!-- simulated: end -->"


def write_page(cases: list[Case]) -> None:
    """Put the tables between the marks of the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    PAGE.write_text(f"{before}{BEGIN}\n{''.join(_tables(cases))}{END}{after}", encoding="utf-8")


def write_warnings(cases: list[Case]) -> None:
    """Write the cases with the metrics whose intervals hold the truth clearly too seldom, or clearly too often."""
    found = []
    for case in cases:
        world = World(**case["world"])
        found.append(
            {
                "task": world.task,
                "clustered": world.clustered,
                "rows": case["rows"],
                "rare": round(case["rows"] * (world.rare or 1)),
                "few": not world.many,
                "short": _clearly(_short, case),
                "wide": _clearly(_long, case),
            }
        )
    lines = ",\n".join(json.dumps(case) for case in found)
    WARNINGS.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def _clearly(other: Callable[[int, int], bool], case: Case) -> dict[str, dict[str, int]]:
    """Return how many of 100 intervals held the truth, by metric and kind, where that was clearly another number."""
    told = {}
    for name, counts in sorted(case["metrics"].items()):
        held = {kind: round(100 * held / made) for kind, (made, held) in counts.items() if other(made, held)}
        if held:
            told[name] = held
    return told


def _short(made: int, held: int) -> bool:
    """Tell whether the share is below what was promised by more than the chance of the simulation."""
    return made >= FEWEST and float(special.bdtr(held, made, LOWEST)) < CHANCE


def _long(made: int, held: int) -> bool:
    return made >= FEWEST and float(special.bdtrc(held - 1, made, HIGHEST)) < CHANCE


def _tables(cases: list[Case]) -> Iterator[str]:
    sizes = sorted({case["rows"] for case in cases})
    repeats = {rows: min(case["repeats"] for case in cases if case["rows"] == rows) for rows in sizes}
    told = ", ".join(f"{count:,} holdouts of {rows:,} rows" for rows, count in repeats.items())
    minutes = sum(case["seconds"] for case in cases) / 60
    yield f"\nSimulated for each column: at least {told}; {minutes:,.0f} minutes of CPU.\n"
    binary = [(rows, rare) for rows in sizes for rare in (0.5, 0.3, 0.05)]
    yield _table(
        "Binary: the difference of two models",
        "Columns: rows, share of positives. Cells: models that disagree in many rows / in few.",
        cases,
        {
            f"{rows:,}, {rare:.0%}": [(rows, World("binary", rare, many), "difference") for many in (True, False)]
            for rows, rare in binary
        },
    )
    yield _table(
        "Binary: the level of one model",
        "Columns: rows, share of positives.",
        cases,
        {f"{rows:,}, {rare:.0%}": [(rows, World("binary", rare), "level")] for rows, rare in binary},
    )
    for title, worlds in OTHERS.items():
        yield _table(
            title,
            "Cells: the difference of two models / the level of one.",
            cases,
            {
                f"{rows:,}, {label}": [(rows, world, kind) for kind in ("difference", "level")]
                for rows in sizes
                for label, world in worlds.items()
            },
        )


def _table(title: str, note: str, cases: list[Case], columns: dict[str, list[tuple[int, World, str]]]) -> str:
    known = {(case["rows"], World(**case["world"])): case["metrics"] for case in cases}
    names = sorted(
        {name for cells in columns.values() for rows, world, _ in cells for name in known.get((rows, world), ())}
    )
    lines = [f"| metric | {' | '.join(columns)} |", f"|---{'|---' * len(columns)}|"]
    for name in names:
        shown = (
            " / ".join(
                _cell(known.get((rows, world), {}).get(name, {}).get(kind, (0, 0))) for rows, world, kind in cells
            )
            for cells in columns.values()
        )
        lines.append(f"| `{name}` | {' | '.join(shown)} |")
    return f"\n### {title}\n\n{note}\n\n" + "\n".join(lines) + "\n"


def _cell(counts: Sequence[int]) -> str:
    made, held = counts
    if made < FEWEST:
        return "-"
    share = f"{100 * held / made:.0f}"
    return f"**{share}**" if _short(made, held) else f"*{share}*" if _long(made, held) else share
