"""Turn whatever can go wrong on the way to GitHub into one error with a next step, and without a secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
import requests
from github import BadAttributeException, GithubException
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError

from modelbout.errors import Problem, cause
from modelbout.github.api.courier import PAGE
from modelbout.github.api.credentials import OWN_VARIABLE, hide
from modelbout.github.api.errors import (
    ConflictError,
    ForbiddenError,
    GitHubError,
    LimitError,
    MissingError,
    TokenError,
    UnreachableError,
)
from modelbout.github.api.limits import limit_of
from modelbout.github.api.permissions import permission
from modelbout.github.api.wire import ASKED, DryRunError, StorageError, StrayError, UnfinishedError

UNAUTHORIZED, FORBIDDEN, MISSING, CONFLICT, GONE, INVALID = 401, 403, 404, 409, 410, 422
SERVER_FAULT = 500
MESSAGE_LIMIT = 200  # ours: longer texts of GitHub's are documentation
MOST_ERRORS = 5  # ours: of a 422's list
PROXY = "at the settings of the proxy: something stands before GitHub and answers in its place"
STATUS_PAGE = "https://www.githubstatus.com"
HOW_TO_GIVE = (
    "give the step `github-token: ${{ github.token }}` (it is the default of Modelbout's actions); on a laptop, set "
    f"{OWN_VARIABLE} to a fine-grained personal access token"
)
# What PyGithub, requests and urllib3 raise when GitHub refuses, or when no answer comes.
REFUSALS = (GithubException, requests.RequestException, HTTPError, StrayError)
# What they, msgspec and a caller raise for an answer in which a field is missing, null or of another type.
MISSHAPEN = (
    BadAttributeException,
    msgspec.MsgspecError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True)
class Attempt:
    """What was tried, where and with which token, as far as an error may tell it."""

    repository: str
    doing: str
    api_url: str
    secret: str | None

    def __repr__(self) -> str:
        """Return it without the token."""
        return f"Attempt({self.repository!r}, {self.doing!r})"

    def problem(self, why: str, *, allowed: str = "", fix: str) -> Problem:
        """Return the problem: where, what was tried, why it failed."""
        found = hide(f"{self.repository}: cannot {self.doing}: {why}", self.secret)
        return Problem(found=found, allowed=allowed, fix=fix)

    def clean(self, text: object) -> str:
        """Return a message that may be shown: one line, short, no secret, nothing that a terminal would obey."""
        seen = "".join(letter if letter.isprintable() else " " for letter in str(text))
        return cause(hide(seen, self.secret), limit=MESSAGE_LIMIT)


def explain(error: Exception, attempt: Attempt) -> GitHubError:
    """Return the error to raise instead.

    Args:
        error: one of REFUSALS or MISSHAPEN.
        attempt: what was tried.
    """
    match error:
        case GithubException():
            return _refusal(error, attempt)
        case StrayError():
            return GitHubError(
                attempt.problem(
                    f"{attempt.api_url} is not the API, or something stands before it: {attempt.clean(error)}",
                    fix="look at GITHUB_API_URL, at the proxy's settings, and whether the repository was renamed",
                )
            )
        case requests.RequestException() | HTTPError():
            return _no_answer(error, attempt)
        case _:
            return GitHubError(
                attempt.problem(
                    f"the answer has another shape than GitHub documents ({type(error).__name__}: "
                    f"{attempt.clean(error)})",
                    fix=f"look at GITHUB_API_URL ({attempt.api_url}); if it is right, please report this",
                )
            )


def no_token(attempt: Attempt, needed: str = "") -> TokenError:
    """Return the error for something that needs a token when there is none."""
    allowed = f"a token with `{needed}`" if needed else "a token"
    return TokenError(attempt.problem("there is no token", allowed=allowed, fix=HOW_TO_GIVE))


def dry_run_fault(error: DryRunError) -> RuntimeError:
    """Return our own fault: a write that did not ask ``Session.writes`` first."""
    return RuntimeError(f"a dry run was about to send {error}")


def _refusal(error: GithubException, attempt: Attempt) -> GitHubError:  # noqa: PLR0911 -- one way out for each status
    status = error.status
    heads = {str(name).lower(): str(value) for name, value in (error.headers or {}).items()}
    data = error.data if isinstance(error.data, Mapping) else {}
    message = attempt.clean(data.get("message") or "")
    said = f"GitHub answered {status}" + (f": {message}" if message else "")
    asked = heads.get(ASKED, "")
    limit = limit_of(status, heads, message, now=datetime.now(UTC))
    if limit is not None:
        what = "this hour's requests are used up" if limit.kind == "primary" else "too many requests at once"
        more = "; with a token there are many more" if attempt.secret is None else ""
        return LimitError(attempt.problem(f"{what} ({said})", fix=f"{limit}, and run the same command again{more}"))
    if message == PAGE and status < SERVER_FAULT:
        # Not GitHub's own words: neither "not found" nor "may not" follows from them.
        return GitHubError(attempt.problem(said, fix=f"look at GITHUB_API_URL ({attempt.api_url}) and {PROXY}"))
    needed = permission(asked, heads.get("x-accepted-github-permissions", ""))
    if attempt.secret is None and status in (UNAUTHORIZED, FORBIDDEN, MISSING):
        return no_token(attempt, needed)
    match status:
        case 401:
            fix = "the token has expired, was revoked or is mistyped: give a new one; a job's own ends with the job"
            return TokenError(attempt.problem(said, allowed="a token that is valid", fix=fix))
        case 403:
            return ForbiddenError(attempt.problem(said, allowed=_granted(needed), fix=_grant(needed)))
        case 404:
            fix = "check the name"
            fix += f", and that the token has `{needed}`: GitHub hides what a token may not see" if needed else ""
            return MissingError(attempt.problem(said, fix=fix))
        case 410:
            fix = "it has expired or was deleted, and cannot be had any more: make it again"
            return MissingError(attempt.problem(said, fix=fix))
        case 409 | 422:
            said += _details(data, attempt)
            fix = "look at what is there on GitHub now; when somebody else was faster, run the same command again"
            return ConflictError(attempt.problem(said, fix=fix))
        case _ if status >= SERVER_FAULT:
            return UnreachableError(attempt.problem(said, fix=_try_later(write=not asked.startswith(("GET", "HEAD")))))
        case _:
            return GitHubError(
                attempt.problem(said + _details(data, attempt), fix="please report this with the command that you ran")
            )


def _granted(needed: str) -> str:
    return f"a token with `{needed}`" if needed else ""


def _grant(needed: str) -> str:
    if not needed:
        return "look at the token's permissions, and at the organization's rules for tokens"
    if needed.startswith("administration"):
        return f"only a fine-grained token or an app can have `{needed}`; the job's own token cannot"
    return (
        f"write `{needed}` under `permissions:` of the job, or give a token that has it; "
        "runs of pull requests from forks may only read, whatever is written there"
    )


def _details(data: Mapping[str, Any], attempt: Attempt) -> str:
    """Return what GitHub's list of errors says, such as ``(name: already_exists)``."""
    errors = data.get("errors")
    if isinstance(errors, str):
        errors = [errors]
    if not isinstance(errors, list) or not errors:
        return ""
    told = [_detail(error) for error in errors[:MOST_ERRORS]]
    return f" ({attempt.clean('; '.join(part for part in told if part))})" if any(told) else ""


def _detail(error: object) -> str:
    if not isinstance(error, Mapping):
        return str(error) if isinstance(error, str) else ""
    what = error.get("message") or error.get("code") or ""
    where = error.get("field") or error.get("resource") or ""
    return f"{where}: {what}" if where else str(what)


def _try_later(*, write: bool) -> str:
    fix = f"look at {STATUS_PAGE} and run the same command again"
    return f"{fix}; what was asked for may have happened, and the command will notice" if write else fix


def _no_answer(error: requests.RequestException | HTTPError, attempt: Attempt) -> UnreachableError:
    request = getattr(error, "request", None)
    inner = error.args[0] if error.args else None
    reason = getattr(inner, "reason", inner)
    host = attempt.api_url
    match error:
        case requests.exceptions.SSLError():
            why = f"the certificate of {host} is not trusted: {attempt.clean(reason)}"
            fix = "behind a proxy of your own, set REQUESTS_CA_BUNDLE to the file with its certificates"
        case requests.exceptions.ProxyError():
            why = f"the proxy does not let us through to {host}: {attempt.clean(reason)}"
            fix = "look at HTTPS_PROXY and NO_PROXY"
        case StorageError():
            why = f"the storage behind {host} answered {attempt.clean(error)}"
            fix = _try_later(write=False)
        case UnfinishedError():
            why = f"{host} is still working the answer out"
            fix = "run the same command again in a minute"
        case requests.Timeout():
            why = f"{host} did not answer in time"
            fix = _try_later(write=getattr(request, "method", "GET") not in ("GET", "HEAD"))
        case _ if isinstance(reason, NameResolutionError):
            why = f"nobody knows the host of {host}"
            fix = "look at GITHUB_API_URL, and whether this machine is online"
        case _ if isinstance(reason, NewConnectionError):
            why = f"nothing answers at {host}"
            fix = "look at GITHUB_API_URL, and whether a firewall stands between"
        case requests.exceptions.InvalidURL() | requests.exceptions.InvalidSchema():
            why = f"{host} is no address of an API"
            fix = "look at GITHUB_API_URL"
        case _:
            why = f"the connection to {host} failed ({attempt.clean(type(reason or error).__name__)})"
            fix = _try_later(write=getattr(request, "method", "GET") not in ("GET", "HEAD"))
    return UnreachableError(attempt.problem(why, fix=fix))
