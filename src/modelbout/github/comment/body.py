"""The text of the comment: composed of a section for each model, and read back again.

```text
<!-- modelbout:comment -->                      the comment is ours
## ❌ 2 models: 1 win, 1 loss                    overview, with more than one model
<!-- modelbout:section {"model": "churn", …} -->  the section's state
<!-- modelbout:part verdict -->                 each part, so that whole ones can leave later
<!-- modelbout:aside -->                        what is written anew each time: folds, links
<!-- modelbout:end -->
```

A marker counts only as a whole line. No line of a report can be one: every ``<`` from outside is escaped, and quoted
logs are indented.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from modelbout.github.comment.budget import COMMENT_BUDGET, HEADLINE, LAST, rank, up_to
from modelbout.github.comment.state import digest, read_stamp, replaces, stamp, state_of
from modelbout.github.comment.vetting import ours
from modelbout.report.escape import Markdown, code, text
from modelbout.report.overview import WORST_FIRST, mark, tally, worst

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from modelbout.github.comment.state import State
    from modelbout.report.render import Part

TOP = "<!-- modelbout:comment -->"
END = "<!-- modelbout:end -->"
ASIDE = "<!-- modelbout:aside -->"

SHA_SHOWN = 7
"""Characters of a commit, as GitHub shows it."""

_MARKER = re.compile(r"<!-- modelbout:(section|part|aside|end)(?: (.*))? -->")


@dataclass(frozen=True)
class Section:
    """One model in the comment: its state, and the parts of its report by name, in reading order."""

    state: State
    parts: tuple[tuple[str, str], ...] = ()

    @property
    def headline(self) -> bool:
        """Tell whether there is more of the model than its line in the overview."""
        return any(name == HEADLINE for name, _ in self.parts)


@dataclass(frozen=True)
class House:
    """Where a comment stands: what its links and pictures may point to.

    Attributes:
        repository: ``owner/name``.
        server_url: where people look, without a slash at its end.
        pictures: how the address of a picture in a kept section may start.
    """

    repository: str
    server_url: str
    pictures: tuple[str, ...] = ()

    def full_report(self, state: State) -> str | None:
        """Return the address of the run whose summary holds the full report; None outside of a run."""
        if not state.run:
            return None
        return f"{self.server_url}/{self.repository}/actions/runs/{state.run}/attempts/{state.attempt}"


def section(state: State, parts: Iterable[Part]) -> Section:
    """Return the section of a model from its report."""
    return Section(state, tuple((part.name, part.markdown) for part in parts))


def is_ours(body: str) -> bool:
    """Tell whether a body starts as ours do; a quotation of our marker further down counts for nothing."""
    return _lines(body)[:1] == [TOP]


def parse(body: str, house: House) -> tuple[Section, ...]:
    """Return the sections of a comment of ours whose state is intact.

    A section that was changed by hand keeps its line in the overview and loses its text. Of two sections of one model
    the later run's counts.
    """
    if not is_ours(body):
        return ()
    found: dict[str, Section] = {}
    for one in _sections(_lines(body), house):
        known = found.get(one.state.model)
        if known is None or (one.state.run, one.state.attempt) >= (known.state.run, known.state.attempt):
            found[one.state.model] = one
    return tuple(found.values())


def merge(kept: Iterable[Section], mine: Iterable[Section], head: Callable[[], str | None]) -> tuple[Section, ...]:
    """Return the kept sections with mine among them, wherever mine are not the older ones."""
    found = {one.state.model: one for one in kept}
    for one in mine:
        known = found.get(one.state.model)
        if known is None or replaces(one.state, known.state, head):
            found[one.state.model] = one
    return tuple(found.values())


def compose(sections: Sequence[Section], house: House, *, budget: int = COMMENT_BUDGET) -> str:
    """Return the comment's body: worst models first, and as many whole parts as the budget allows.

    The same sections give the same bytes. Parts leave by their rank, each at once for all models; then the error, then
    the headline; then, beyond some hundred models, the last lines of the overview.

    Args:
        sections: at least one.
        house: where the comment stands.
        budget: UTF-8 bytes.
    """
    ordered = sorted(sections, key=lambda one: (WORST_FIRST.index(one.state.told.standing), one.state.model))
    levels = sorted({rank(name) for one in ordered for name, _ in one.parts})
    body = ""
    for level in (0, *levels):
        body = _write([_without(one, level) for one in ordered], house)
        if len(body.encode()) <= budget:
            return body
    bare = [_without(one, LAST) for one in ordered]

    def first(shown: int) -> str:
        return _write(bare[:shown], house, unseen=len(bare) - shown)

    # Each more makes it longer: as many as fit, and one in any case.
    fitting = bisect_right(range(1, len(bare)), budget, key=lambda shown: len(first(shown).encode()))
    return first(max(fitting, 1))


def _without(one: Section, level: int) -> Section:
    """Return the section without the parts up to a rank."""
    gone = [rank(name) for name, _ in one.parts if rank(name) <= level]
    if not gone:
        return one
    dropped = max(one.state.dropped, *gone)
    kept = tuple((name, markdown) for name, markdown in one.parts if rank(name) > level)
    return Section(msgspec.structs.replace(one.state, dropped=dropped), kept)


def _write(sections: Sequence[Section], house: House, *, unseen: int = 0) -> str:
    pieces = [TOP]
    several = len(sections) + unseen > 1
    if several or not sections[0].headline:
        pieces.append(_overview(sections, house, unseen=unseen))
    pieces.extend(_section(one, house, several=several) for one in sections)
    left = up_to(max(one.state.dropped for one in sections))
    if left:
        where = "each model's full report" if several else "the full report"
        pieces.append(f"<sub>Shortened to fit into one comment. Only in {where}: {', '.join(left)}.</sub>")
    return "\n\n".join(pieces)


def _overview(sections: Sequence[Section], house: House, *, unseen: int) -> str:
    standings = [one.state.told.standing for one in sections]
    models = len(sections) + unseen
    counted = "1 model" if models == 1 else f"{models} models"
    several_heads = len({one.state.head for one in sections}) > 1
    titles = ["", "Model", "Outcome", "By how much", *(["Commit"] if several_heads else [])]
    lines = [
        f"## {mark(worst(standings))} {counted}: {tally(standings)}{', …' if unseen else ''}",
        "",
        f"| {' | '.join(titles)} |",
        f"| {' | '.join([':-:', *[':--'] * (len(titles) - 1)])} |",
    ]
    for one in sections:
        told = one.state.told
        outcome = text(told.headline) if one.headline else _link(one.state, house, text(told.headline))
        cells = [mark(told.standing), code(one.state.model), outcome, text(told.gain) if told.gain else ""]
        if several_heads:
            cells.append(code(one.state.head[:SHA_SHOWN]))
        lines.append(f"| {' | '.join(cells)} |")
    if unseen:
        lines += ["", f"{unseen} more, none of them worse, have no room here: see the summaries of their runs."]
    return "\n".join(lines)


def _section(one: Section, house: House, *, several: bool) -> str:
    """Return one section; with several models, what comes after the headline is folded."""
    lines = [f"<!-- modelbout:section {stamp(one.state, one.parts)} -->"]
    folded = several and any(rank(name) < rank("error") for name, _ in one.parts)
    is_open = False
    for name, markdown in one.parts:
        if folded and not is_open and rank(name) < rank("error"):
            inside = ", ".join(other for other, _ in one.parts if rank(other) < rank("error"))
            lines += ["", ASIDE, f"<details>\n<summary><b>Evidence</b>: {text(inside)}</summary>"]
            is_open = True
        lines += ["", f"<!-- modelbout:part {name} -->", "", markdown]
    if is_open:
        lines += ["", ASIDE, "</details>"]
    if one.headline:
        said = f"{_link(one.state, house, 'Full report')}, judged at {code(one.state.head[:SHA_SHOWN])}"
        lines += ["", ASIDE, f"<sub>{said}</sub>"]
    return "\n".join([*lines, "", END] if one.parts else [*lines, END])


def _link(state: State, house: House, label: str) -> Markdown:
    """Return a link to the full report; its address comes from the job and from numbers alone."""
    address = house.full_report(state)
    return Markdown(f"[{label}]({address})") if address else Markdown(label)


def _lines(body: str) -> list[str]:
    # The editor on GitHub's page ends lines in its own way.
    return body.replace("\r\n", "\n").split("\n")


def _sections(lines: Iterable[str], house: House) -> Iterator[Section]:
    """Yield the sections that are closed and whose state is intact."""
    state_line: str | None = None
    parts: list[tuple[str, list[str]]] = []
    aside = True
    for line in lines:
        found = _MARKER.fullmatch(line)
        if found is None:
            if not aside and parts:
                parts[-1][1].append(line)
            continue
        kind, rest = found[1], found[2] or ""
        if kind == "part" and state_line is not None:
            parts.append((rest, []))
        elif kind == "section":
            state_line, parts = rest, []
        elif kind == "end" and state_line is not None:
            one = _read(state_line, [(name, "\n".join(written).strip("\n")) for name, written in parts], house)
            if one is not None:
                yield one
            state_line, parts = None, []
        aside = kind != "part"


def _read(state_line: str, parts: list[tuple[str, str]], house: House) -> Section | None:
    found = read_stamp(state_line)
    if found is None:
        return None
    state = state_of(found)
    if digest(parts) != found.parts or not all(ours(markdown, house.pictures) for _, markdown in parts):
        return Section(msgspec.structs.replace(state, dropped=LAST))
    return Section(state, tuple(parts))


def judged_at(sections: Iterable[Section], head: str) -> tuple[State, ...]:
    """Return the states of all models that were judged at a commit, for a check run at that commit."""
    return tuple(one.state for one in sections if one.state.head == head)
