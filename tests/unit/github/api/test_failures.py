"""What each failure is told as: its kind, what was found, what is allowed, what to do; and no secret in any of it."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from github import BadCredentialsException, GithubException, UnknownObjectException
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError, ProtocolError

from modelbout.errors import EXIT_REGISTRY
from modelbout.github.api.errors import (
    ConflictError,
    ForbiddenError,
    GitHubError,
    LimitError,
    MissingError,
    TokenError,
    UnreachableError,
)
from modelbout.github.api.failures import Attempt, explain
from modelbout.github.api.wire import ASKED, StorageError, StrayError, UnfinishedError

SECRET = "ghs_0123456789abcdefghij"  # noqa: S105 -- nobody's
PLACE = Attempt("octo/churn", "read the ledger", "https://api.github.com", SECRET)
ANONYMOUS = Attempt("octo/churn", "read the ledger", "https://api.github.com", None)
SIGNED = "https://store.example/x.zip?sig=c2lnbmVk"
HTTPS: Any = None


def refusal(status: int, message: object = "", *, asked: str = "GET /repos/octo/churn/releases", **data: object) -> Any:
    kind = {401: BadCredentialsException, 404: UnknownObjectException}.get(status, GithubException)
    return kind(status, {"message": message, **data}, {ASKED: asked})


def lost(reason: Exception, kind: type[requests.ConnectionError] = requests.ConnectionError) -> Exception:
    request = requests.Request("POST", SIGNED, headers={"Authorization": f"token {SECRET}"}).prepare()
    return kind(MaxRetryError(HTTPS, "/x.zip?sig=c2lnbmVk", reason), request=request)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (refusal(401, "Bad credentials"), TokenError, ["401: Bad credentials", "expired"]),
        (
            refusal(403, "Resource not accessible by integration", asked="POST /repos/octo/churn/issues/7/comments"),
            ForbiddenError,
            ["403: Resource not accessible", "`pull-requests: write`", "forks may only read"],
        ),
        (refusal(403, "Nope", asked="GET /user"), ForbiddenError, ["403: Nope", "the token's permissions"]),
        (
            refusal(403, "Nope", asked="GET /repos/octo/churn/immutable-releases"),
            ForbiddenError,
            ["`administration: read`", "the job's own token cannot"],
        ),
        (refusal(404, "Not Found"), MissingError, ["404: Not Found", "`contents: read`", "hides"]),
        (refusal(410, "Artifact has expired"), MissingError, ["410: Artifact has expired", "make it again"]),
        (refusal(409, "Conflict"), ConflictError, ["409: Conflict", "run the same command again"]),
        (
            refusal(
                422, "Validation Failed", errors=[{"resource": "Release", "field": "tag", "code": "already_exists"}]
            ),
            ConflictError,
            ["422: Validation Failed (tag: already_exists)"],
        ),
        (
            refusal(
                422, "Validation Failed", errors=[{"resource": "Release", "message": "is burned"}, "plain", None, 7]
            ),
            ConflictError,
            ["(Release: is burned; plain)"],
        ),
        (refusal(422, "No", errors="text"), ConflictError, ["422: No (text)"]),
        (refusal(422, "No", errors={"a": 1}), ConflictError, ["422: No\n"]),
        (refusal(429, "Slow down"), LimitError, ["too many requests at once", "come back at", "(in 1 minute)"]),
        (refusal(500, "Oops"), UnreachableError, ["500: Oops", "githubstatus.com"]),
        (
            refusal(502, "Bad", asked="POST /repos/octo/churn/releases"),
            UnreachableError,
            ["502: Bad", "may have happened"],
        ),
        (refusal(418, "Teapot"), GitHubError, ["418: Teapot", "report"]),
        (refusal(403, None), ForbiddenError, ["answered 403 (allowed"]),
        (lost(NameResolutionError("h", HTTPS, OSError())), UnreachableError, ["nobody knows the host", "online"]),  # type: ignore[arg-type]
        (lost(NewConnectionError(HTTPS, "refused")), UnreachableError, ["nothing answers at", "firewall"]),
        (
            lost(OSError("CERTIFICATE_VERIFY_FAILED"), requests.exceptions.SSLError),
            UnreachableError,
            ["certificate", "CERTIFICATE_VERIFY_FAILED", "REQUESTS_CA_BUNDLE"],
        ),
        (lost(OSError("407"), requests.exceptions.ProxyError), UnreachableError, ["the proxy", "HTTPS_PROXY"]),
        (requests.ReadTimeout(SIGNED), UnreachableError, ["did not answer in time"]),
        (requests.exceptions.InvalidURL(SIGNED), UnreachableError, ["no address of an API", "GITHUB_API_URL"]),
        (lost(ProtocolError("cut")), UnreachableError, ["failed (ProtocolError)", "may have happened"]),
        (requests.exceptions.ChunkedEncodingError(), UnreachableError, ["failed (ChunkedEncodingError)"]),
        (ProtocolError("cut"), UnreachableError, ["the connection"]),
        (StorageError("403"), UnreachableError, ["the storage behind", "answered 403"]),
        (UnfinishedError(), UnreachableError, ["still working"]),
        (StrayError("a web page instead of an answer"), GitHubError, ["a web page", "GITHUB_API_URL", "proxy"]),
        (KeyError("head"), GitHubError, ["another shape", "KeyError: 'head'"]),
        (AttributeError("'NoneType' object has no attribute 'sha'"), GitHubError, ["another shape", "AttributeError"]),
    ],
)
def test_each_failure_is_one_problem_with_a_next_step(
    error: Exception, kind: type[GitHubError], words: list[str]
) -> None:
    told = explain(error, PLACE)
    text = f"{told}\n"
    assert type(told) is kind
    assert told.exit_code == EXIT_REGISTRY
    assert len(told.problems) == 1
    assert text.startswith("octo/churn: cannot read the ledger: ")
    assert [word for word in words if word not in text] == []
    assert told.problems[0].fix
    assert SECRET not in text
    assert "c2lnbmVk" not in text


@pytest.mark.parametrize("status", [401, 403, 404])
def test_without_a_token_any_refusal_asks_for_one(status: int) -> None:
    told = explain(refusal(status, "No"), ANONYMOUS)
    assert type(told) is TokenError
    text = str(told)
    assert "a token with `contents: read`" in text
    assert "github-token" in text
    assert "MODELBOUT_GITHUB_TOKEN" in text


def test_what_github_says_is_one_short_line_without_secrets() -> None:
    told = explain(refusal(422, f"two\nlines\x00\x1b[2J\u202e {SECRET} at {SIGNED} " + "x" * 10_000), PLACE)
    found = told.problems[0].found
    assert found.isprintable()
    assert len(found) < 400
    assert SECRET not in found
    assert "c2lnbmVk" not in found


def test_an_attempt_does_not_show_its_token() -> None:
    assert SECRET not in repr(PLACE)
    assert SECRET not in str(PLACE)
