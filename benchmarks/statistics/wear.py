"""Twenty pull requests on one holdout, under the usual practice and each policy: false promotions, power, true gain.

Every model has a true quality and a measured one: quality plus what this holdout happens to think of it. That error is
normal, and a challenger's is close to its champion's, as it is the same code but for the change (an autoregressive
step). The sizes are those of the area under the ROC curve near 0.80 on 2,000 rows: standard error .010 of a level,
.0055 of a paired difference. A pull request takes up to five tries: the same change, trained again and again, until
one passes. ``python wear.py [REPEATS] [--plot FILE]``.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from numpy.typing import NDArray

PULLS = 20
REPEATS = 20_000
LEVEL_ERROR = 0.010  # DeLong, AUC .80, 600 positives among 2,000 rows
DIFFERENCE_ERROR = 0.0055
KEPT = 1 - (DIFFERENCE_ERROR / LEVEL_ERROR) ** 2 / 2  # correlation of challenger and champion that gives it
ONE_SIDED = 0.025
BUDGET = 20
MARGIN = 0.020  # an honest one: two equal models pass 95 times in 100

# What pull requests are worth, in the area under the ROC curve, and how often.
STREAMS = {
    "equal": ((0.0,), (1.0,)),
    "realistic": ((0.0, 0.01, 0.02, -0.005), (0.45, 0.2, 0.1, 0.25)),
    "creeping": ((-0.003,), (1.0,)),
}


@dataclass(frozen=True)
class Policy:
    """How a bout is decided.

    Attributes:
        name: for the table.
        low: quantiles of the standard error that are taken off the measured improvement before it is compared.
        line: what must be exceeded.
        budget: bouts before nothing can win any more; None for no end.
        renewed: whether a spent holdout is replaced by new rows.
        anchor: by how much a challenger may be worse than the first champion; None for no anchor.
        sealed: share of the holdout that is opened for winners alone.
        sealed_low: as ``low``, for the sealed part.
    """

    name: str
    low: float = 0.0
    line: float = 0.0
    budget: int | None = None
    renewed: bool = False
    anchor: float | None = None
    sealed: float = 0.0
    sealed_low: float = 0.0


def reach(one_sided: float) -> float:
    """Return the normal quantile of a one-sided level."""
    return float(-special.ndtri(one_sided))


FIXED = reach(ONE_SIDED)
POLICIES = (
    Policy("larger is enough (usual)"),
    Policy("larger by .001 (usual)", line=0.001),
    Policy("not worse by .02 (usual)", low=FIXED, line=-MARGIN),
    Policy("not worse by .02, anchor .02", low=FIXED, line=-MARGIN, anchor=MARGIN),
    Policy("`fixed`, one-sided 5 %", low=reach(0.05)),
    Policy("`fixed`, one-sided 2.5 %", low=FIXED),
    Policy("`budget` of 20, then nothing wins", low=FIXED, budget=BUDGET),
    Policy("`budget` of 20, then new rows", low=FIXED, budget=BUDGET, renewed=True),
    Policy("`strict`, 2.5 % divided by 20", low=reach(ONE_SIDED / BUDGET), budget=BUDGET, renewed=True),
    Policy("half sealed, opened at the same level", low=FIXED, sealed=0.5, sealed_low=FIXED),
    Policy("half sealed, opened at 10 %", low=FIXED, sealed=0.5, sealed_low=reach(0.1)),
    Policy("half sealed, opened at 20 %", low=FIXED, sealed=0.5, sealed_low=reach(0.2)),
    Policy("half sealed, any gain there", low=FIXED, sealed=0.5),
)


@dataclass(frozen=True)
class Outcome:
    """What came of a policy, as means over all repositories.

    Attributes:
        false: promotions of a challenger that is no better.
        spoiled: share of repositories with at least one.
        power: share of the really better pull requests that were promoted; NaN in a stream without any.
        gain: true quality at the end less that at the start.
        optimism: what the open part says of the champion at the end less its true quality.
    """

    false: float
    spoiled: float
    power: float
    gain: float
    optimism: float


def play(policy: Policy, stream: str, tries: int, repeats: int, seed: int) -> Outcome:
    """Let many repositories live through their pull requests."""
    rng = np.random.default_rng(seed)
    worth, often = STREAMS[stream]
    # Half the rows have twice the variance.
    scale = {"open": (1 - policy.sealed) ** -0.5, "sealed": policy.sealed**-0.5 if policy.sealed else 0.0}

    def fresh() -> NDArray[np.float64]:
        return rng.normal(0, LEVEL_ERROR, repeats)

    quality = np.zeros(repeats)
    noise = {part: fresh() * scale[part] for part in scale}
    anchor = quality + noise["open"]
    bouts, steps = np.zeros(repeats, dtype=np.int64), np.zeros(repeats, dtype=np.int64)
    false, right, chances = np.zeros(repeats, dtype=np.int64), 0, 0
    for _ in range(PULLS):
        change = rng.choice(worth, repeats, p=often)
        waiting = np.ones(repeats, dtype=bool)
        chances += int((change > 0).sum())
        for _ in range(tries):
            if policy.budget is not None and policy.renewed:
                spent = bouts >= policy.budget
                noise["open"] = np.where(spent, fresh() * scale["open"], noise["open"])
                anchor = np.where(spent, quality + noise["open"], anchor)
                bouts[spent], steps[spent] = 0, 0
            step = (1 - KEPT**2) ** 0.5
            mine = {part: KEPT * noise[part] + step * fresh() * scale[part] for part in scale}
            error = DIFFERENCE_ERROR * scale["open"]
            won = waiting & (change + mine["open"] - noise["open"] - policy.low * error > policy.line)
            if policy.budget is not None:
                won &= bouts < policy.budget
            if policy.anchor is not None:
                # Far relatives differ by more than neighbours do.
                apart = LEVEL_ERROR * (2 * (1 - KEPT ** (steps + 1.0))) ** 0.5
                ahead = quality + change + mine["open"] - anchor
                won &= ahead - policy.low * apart > -policy.anchor
            if policy.sealed:
                error = DIFFERENCE_ERROR * scale["sealed"]
                won &= change + mine["sealed"] - noise["sealed"] - policy.sealed_low * error > policy.line
            bouts += waiting
            steps += won
            quality = quality + np.where(won, change, 0)
            noise = {part: np.where(won, mine[part], noise[part]) for part in scale}
            false += won & (change <= 0)
            right += int((won & (change > 0)).sum())
            waiting &= ~won
    return Outcome(
        false=float(false.mean()),
        spoiled=float((false > 0).mean()),
        power=right / chances if chances else float("nan"),
        gain=float(quality.mean()),
        optimism=float(noise["open"].mean()),
    )


def main(repeats: int, plot: Path | None) -> None:
    """Print the table of docs/wear.md, and draw its plot where a file is named."""
    found = {
        (policy, stream, tries): play(policy, stream, tries, repeats, seed=2026)
        for policy in POLICIES
        for stream in STREAMS
        for tries in (1, 5)
    }
    print("| policy | equal, 1 try: false | at least one | 5 tries: false | at least one | optimism |")
    print("|---|---|---|---|---|---|")
    for policy in POLICIES:
        one, five = found[policy, "equal", 1], found[policy, "equal", 5]
        print(
            f"| {policy.name} | {one.false:.2f} | {100 * one.spoiled:.0f} % "
            f"| {five.false:.2f} | {100 * five.spoiled:.0f} % | {five.optimism:+.4f} |"
        )
    print("\n| policy | realistic, 1 try: power | false | true gain | 5 tries: power | false | true gain | creeping |")
    print("|---|---|---|---|---|---|---|---|")
    for policy in POLICIES:
        cells = [
            f"{100 * one.power:.0f} % | {one.false:.2f} | {one.gain:+.4f}"
            for one in (found[policy, "realistic", tries] for tries in (1, 5))
        ]
        print(f"| {policy.name} | {' | '.join(cells)} | {found[policy, 'creeping', 5].gain:+.4f} |")
    if plot is not None:
        draw(found, plot)


def draw(found: dict[tuple[Policy, str, int], Outcome], path: Path) -> None:
    """Draw false promotions between equal models beside the true gain of a realistic stream, one and five tries."""
    import matplotlib as mpl  # noqa: PLC0415 -- who only wants the table waits for no plot

    mpl.use("agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 -- as above

    panels = (
        ("equal", "false", "false titles in 20 pull requests, equal models", "{:.2f}"),
        ("realistic", "gain", "true gain of a realistic stream", "{:+.3f}"),
    )
    figure, sides = plt.subplots(1, 2, figsize=(10, 5.2), dpi=100, sharey=True)
    for axes, (stream, name, title, shape) in zip(sides, panels, strict=True):
        for offset, tries, colour in ((-0.2, 1, "#54aeff"), (0.2, 5, "#0550ae")):
            values = [float(getattr(found[policy, stream, tries], name)) for policy in POLICIES]
            places = [place + offset for place in range(len(POLICIES))]
            bars = axes.barh(
                places, values, height=0.38, color=colour, label=f"{tries} {'try' if tries == 1 else 'tries'}"
            )
            axes.bar_label(bars, [shape.format(value) for value in values], padding=3, fontsize=7)
        axes.set_title(title, fontsize=9)
        axes.margins(x=0.15)
        axes.tick_params(labelsize=8)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    sides[0].set_yticks(range(len(POLICIES)), [policy.name.replace("`", "") for policy in POLICIES])
    sides[0].invert_yaxis()
    sides[0].legend(frameon=False, fontsize=8, loc="lower right")
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})


if __name__ == "__main__":
    words = sys.argv[1:]
    image = Path(words[words.index("--plot") + 1]) if "--plot" in words else None
    main(next((int(word) for word in words if word.isdigit()), REPEATS), image)
