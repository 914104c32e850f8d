"""What every registry can do, whether a directory or GitHub is behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.registry.ledger import Event, Title
    from modelbout.registry.queries import Query
    from modelbout.results import PromotionResult


class Registry(Protocol):
    """Knows bundles as digests and files, and the ledger; never how a bundle was trained.

    Attributes:
        counts_bouts: whether a bout may note here what it asked, so that each question is counted when it is asked.
    """

    counts_bouts: bool

    def models(self) -> tuple[str, ...]:
        """Return the names of all models with at least one event, sorted."""

    def events(self, model: str) -> tuple[Event, ...]:
        """Return the model's events in sequence; empty for a model that nobody registered.

        Raises:
            ConfigError: the name is none.
            RegistryError: the ledger cannot be read, has a gap or a line that is no event, or lost events.
        """

    def champion(self, model: str, stage: str, *, at: str | None = None) -> Title | None:
        """Return who holds (or held at an ISO moment) the title, or None when nobody does.

        A date alone means the end of that day in UTC.

        Raises:
            ConfigError: a name or the moment is none.
            RegistryError: the ledger cannot be read; that is never "nobody".
        """

    def fetch(self, model: str, version: str, into: Path) -> Path:
        """Copy a version's bundle to ``into/<model>@<version>``, with every digest verified, and return that path.

        Raises:
            RegistryError: no such version.
            BundleError: a digest is wrong.
        """

    def promote(
        self,
        bundle: Path,
        *,
        model: str,
        stage: str,
        beaten: str | None,
        actor: str,
        reason: str,
        verdict_digest: str | None,
        holdout_digest: str | None = None,
        pull_request: int | None = None,
        run_url: str | None = None,
        dry_run: bool = False,
    ) -> PromotionResult:
        """Register the bundle (unless its digest is registered) and give it the title at ``stage``.

        ``beaten`` is the bundle digest of the champion that it beat, None for a first one: compare-and-swap. A bundle
        that holds the title already keeps it, and the event that gave it is returned.

        Raises:
            ChampionMovedError: the ledger names another champion than ``beaten``.
            GateRefusedError: a hold stands.
            BundleError: the bundle, or the one it succeeds, is not what its digests say.
            ConfigError: a name is none, the bundle is another model's, actor or reason is missing.
            RegistryError: the registry cannot be read or written; it is as it was.
        """

    def advance(
        self,
        *,
        model: str,
        version: str,
        stage: str,
        beaten: str | None,
        actor: str,
        reason: str,
        verdict_digest: str | None = None,
        holdout_digest: str | None = None,
        pull_request: int | None = None,
        run_url: str | None = None,
        dry_run: bool = False,
    ) -> PromotionResult:
        """Give a registered version the title at another stage: the same digest, nothing is copied or built.

        ``beaten`` is the bundle digest of the champion at that stage, None when nobody holds it: compare-and-swap.

        Raises:
            ChampionMovedError: the ledger names another champion than ``beaten``.
            GateRefusedError: a hold stands.
            BundleError: the version's bundle is not what was registered.
            ConfigError: a name is none, actor or reason is missing.
            RegistryError: no such model or version, or the registry cannot be read or written; it is as it was.
        """

    def rollback(
        self,
        *,
        model: str,
        stage: str,
        to: str | None,
        actor: str,
        reason: str,
        pull_request: int | None = None,
        run_url: str | None = None,
        dry_run: bool = False,
    ) -> PromotionResult:
        """Give the title back to ``to`` (default: the version that held it before the present one).

        A command of the same ``run_url`` that stands in the ledger already is not done twice: its event is returned.

        Raises:
            GateRefusedError: there is none before, nobody holds the title, or ``to`` does.
            BundleError: the bundle to return to is not what was registered.
            ConfigError: a name is none, actor or reason is missing.
            RegistryError: no such model or version, or the registry cannot be read or written.
        """

    def hold(
        self,
        *,
        model: str,
        stage: str,
        actor: str,
        reason: str,
        release: bool = False,
        pull_request: int | None = None,
        run_url: str | None = None,
        dry_run: bool = False,
    ) -> PromotionResult:
        """Stop promotions at a stage, or allow them again with ``release``; rollbacks are always allowed.

        A command of the same ``run_url`` that stands in the ledger already is not done twice: its event is returned.

        Raises:
            GateRefusedError: the hold stands already, none stands to release, or the stage never had a champion.
            ConfigError: a name is none, actor or reason is missing.
            RegistryError: no such model, or the registry cannot be read or written.
        """

    def queries(self, model: str) -> tuple[Query, ...]:
        """Return what holdouts were asked about challengers of the model, as far as the registry was told.

        Raises:
            ConfigError: the name is none.
            RegistryError: they cannot be read.
        """

    def note(self, query: Query) -> bool:
        """Remember a question, once; False where a bout may not write, so that this has to wait for the merge.

        Raises:
            ConfigError: the model's name is none.
            RegistryError: the registry cannot be written.
        """

    def doctor(self, *, repair: bool) -> tuple[str, ...]:
        """Return what is out of order, one sentence each; with ``repair``, mend what can be mended safely."""
