"""What is known of a bout before its verdict, so that an error can still say who met whom on what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelbout.bout.wear import Allowance
    from modelbout.evidence import Sealed, Wear
    from modelbout.results import Holdout, Leak, SeenRows
    from modelbout.stages.fighters import Fighter
    from modelbout.stages.leaks import Memory
    from modelbout.stages.wear import FirstChampion


@dataclass(frozen=True)
class Use:
    """What is known of the holdout's use.

    Attributes:
        wear: as the result holds it; None without a holdout.
        allowance: what the bout may conclude; None without a champion.
        first: the first champion on this holdout, where the challenger has to meet it.
        anchor: its bundle.
        margin: by how much the challenger may be worse.
    """

    wear: Wear | None = None
    allowance: Allowance | None = None
    first: FirstChampion | None = None
    anchor: Fighter | None = None
    margin: float = 0.0


NO_USE = Use()


@dataclass(frozen=True)
class Scene:
    """What is known before the verdict, so that an error can still say who met whom on what."""

    challenger: Fighter | None = None
    champion: Fighter | None = None
    holdout: Holdout | None = None
    leaks: tuple[Leak, ...] = ()
    seen: SeenRows | None = None
    use: Use = NO_USE
    sealed: Sealed | None = None

    def knowing(self, memory: Memory | None, found: tuple[Leak, ...]) -> Scene:
        """Return it with the leaks that were found, and with what the champion remembers of the holdout."""
        if memory is None:
            return replace(self, leaks=found)
        return replace(self, leaks=(*found, memory.leak) if memory.leak else found, seen=memory.told)

    def after(self, found: tuple[Leak, ...], last: Leak | None) -> Scene:
        """Return it with the leaks as they stand after the verdict."""
        return replace(self, leaks=found if last is None else (*found, last))
