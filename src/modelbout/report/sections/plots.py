"""The pictures, light or dark as the reader's screen is, each with its text: a second layer, nothing is only here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report.engine import template
from modelbout.report.escape import Markdown, address, attribute, text

if TYPE_CHECKING:
    from modelbout.report.plot import Plot
    from modelbout.report.story import Story

ORDER = 90
TITLE = "plots"
DROP: int | None = 20

PLOTS_LIMIT = 12
"""Pictures shown: three times as many as are drawn."""

_TEMPLATE = template("""
<details open>
<summary><b>Plots</b></summary>
{% for plot in plots %}

**{{ plot.title }}**

<picture>
<source media="(prefers-color-scheme: dark)" srcset="{{ plot.dark }}">
<img src="{{ plot.light }}" alt="{{ plot.alt }}" width="720">
</picture>
{% endfor %}

</details>
""")


def render(story: Story) -> str | None:
    """Return the pictures, or None when there are none."""
    if not story.plots or story.refused_by_contract:
        return None
    return _TEMPLATE(plots=[_picture(plot) for plot in story.plots[:PLOTS_LIMIT]])


def _picture(plot: Plot) -> dict[str, Markdown]:
    return {
        "title": text(plot.title),
        "light": address(plot.light),
        "dark": address(plot.dark),
        "alt": attribute(plot.text),
    }
