"""Open a session with one repository on GitHub: who asks, how patiently, and how failures are told."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from github.Repository import Repository

from modelbout import __version__
from modelbout.errors import ConfigError, Problem
from modelbout.github.api.courier import Courier
from modelbout.github.api.credentials import hide
from modelbout.github.api.errors import ForbiddenError, GitHubError, MissingError
from modelbout.github.api.failures import MISSHAPEN, REFUSALS, Attempt, dry_run_fault, explain, no_token
from modelbout.github.api.patience import BACKOFFS, Patience
from modelbout.github.api.wire import DryRunError, Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from github.Requester import Requester

T = TypeVar("T")

ACTIONS_BOT = "github-actions[bot]"  # who the token of a job writes as
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/(?!\.\.?$)[A-Za-z0-9._-]{1,100}")


class Session:
    """One repository as one token sees it.

    Attributes:
        repository: ``owner/name``.
        server_url: where people look; no slash at its end.
        api_url: where programs ask; no slash at its end.
        requester: PyGithub's, over our wire, for endpoints that have no typed method.
        repo: PyGithub's repository; making it calls nothing.
        dry_run: whether writes are told instead of made.
        patience: what is left of the time that this session may wait.
    """

    def __init__(
        self,
        *,
        repository: str,
        api_url: str,
        server_url: str,
        token: str | None,
        tell: Callable[[str], object] | None,
        patience: Patience,
    ) -> None:
        self.repository = repository
        self.server_url = server_url
        self.api_url = api_url
        self.dry_run = tell is not None
        self._tell = tell
        self._token = token
        self.patience = patience
        self._login: str | None = None
        self._login_shown = False
        self._wire = Wire(patience, writable=tell is None)
        self.requester: Requester = Courier(self._wire, api_url=api_url, token=token, agent=f"modelbout/{__version__}")
        self.repo = Repository(self.requester, url=f"/repos/{repository}")

    def __repr__(self) -> str:
        """Return it without the token."""
        return f"Session({self.repository!r}, {self.api_url!r})"

    @contextmanager
    def told(self, doing: str) -> Iterator[None]:
        """Tell every failure inside as one error of ours.

        Args:
            doing: what is tried, to be read after "cannot": ``read the ledger``.

        Raises:
            GitHubError: of the kind that fits; it names the repository, what was tried, what GitHub said, the
                permission that is missing and the next step, and holds no secret.
        """
        attempt = Attempt(self.repository, doing, self.api_url, self._token)
        try:
            yield
        except DryRunError as error:
            raise dry_run_fault(error) from None
        except REFUSALS as error:
            # The chain is cut: what requests and PyGithub raise may hold a signed address or a header.
            raise explain(error, attempt) from None
        except MISSHAPEN as error:
            raise explain(error, attempt) from error

    def writes(self, what: str) -> bool:
        """Say whether to make a write; a dry run tells it instead. To be called before every write.

        Args:
            what: what would be written, to be read after "would": ``move the ledger to 4f0c…``.

        Raises:
            TokenError: there is no token, and no dry run either.
        """
        if self._tell is not None:
            self._tell(f"would {self.hide(what)}")
            return False
        if self._token is None:
            raise no_token(Attempt(self.repository, what, self.api_url, None))
        return True

    def soon(self, call: Callable[[], T]) -> T:
        """Read what was just created, which GitHub may not show everywhere at once: try again on MissingError.

        Raises:
            MissingError: it is not there after some seconds either.
        """
        for seconds in BACKOFFS:
            try:
                return call()
            except MissingError:
                if not self.patience.wait(seconds):
                    raise
        return call()

    def login(self) -> str:
        """Return who we write as, for finding our own comments; asked for once.

        Raises:
            TokenError: no token, or one that is not valid.
            GitHubError: GitHub cannot be asked.
        """
        if self._login is None:
            self._login = self._ask_login()
        return self._login

    @property
    def login_shown(self) -> bool:
        """Return whether GitHub has shown who we write as; else :meth:`login` takes the token for a job's own."""
        return self._login_shown

    def known_as(self, login: str) -> None:
        """Remember who we write as, once GitHub has named the author of something that we wrote."""
        self._login, self._login_shown = login, True

    def hide(self, text: str) -> str:
        """Return the text without the token and without anything that looks like one."""
        return hide(text, self._token)

    def close(self) -> None:
        """Close all connections."""
        self._wire.close()
        self.requester.close()

    def _ask_login(self) -> str:
        doing = "ask who the token belongs to"
        if self._token is None:
            raise no_token(Attempt(self.repository, doing, self.api_url, None))
        try:
            with self.told(doing):
                _, user = self.requester.requestJsonAndCheck("GET", "/user")
                login = str(user["login"])
        except ForbiddenError:
            return (
                ACTIONS_BOT  # an installation's token has no user; a job's is this one, an app's shows when it writes
            )
        self._login_shown = True
        return login


def connect(
    *,
    repository: str,
    api_url: str,
    server_url: str,
    token: str | None,
    dry_run: Callable[[str], object] | None = None,
    sleep: Callable[[float], object] = time.sleep,
) -> Session:
    """Return a session; nothing is asked yet.

    Args:
        repository: ``owner/name``.
        api_url: such as ``https://api.github.com`` or ``https://host/api/v3``.
        server_url: such as ``https://github.com``.
        token: None reads public repositories, a few times an hour.
        dry_run: takes "would ..." for every write, and none is made; None makes them.
        sleep: waits for seconds.

    Raises:
        ConfigError: the repository or an address is none.
    """
    if not _REPOSITORY.fullmatch(repository):
        raise ConfigError(
            Problem(
                found=f"{repository!r} is no repository",
                allowed="owner/name",
                fix="write it as in its address, or set GITHUB_REPOSITORY",
            )
        )
    return Session(
        repository=repository,
        api_url=_address(api_url, "GITHUB_API_URL"),
        server_url=_address(server_url, "GITHUB_SERVER_URL"),
        token=token,
        tell=dry_run,
        patience=Patience(sleep),
    )


def _address(url: str, variable: str) -> str:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ConfigError(
            Problem(
                found=f"{variable} is {hide(url)!r}",
                allowed="an address that starts with https://",
                fix=f"unset {variable} for github.com, or set it to your server's",
            )
        )
    return url.rstrip("/")


__all__ = ["GitHubError", "Session", "connect"]
