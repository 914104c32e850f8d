from __future__ import annotations

import pytest

from modelbout.github.api.permissions import permission


@pytest.mark.parametrize(
    ("asked", "needed"),
    [
        ("GET /repos/octo/churn", "contents: read"),
        ("GET /repos/octo/churn/releases/tags/churn@v1.0.0", "contents: read"),
        ("POST /repos/octo/churn/releases/7/assets", "contents: write"),
        ("PATCH /api/v3/repos/octo/churn/git/refs/heads/modelbout/ledger", "contents: write"),
        ("POST /repos/octo/churn/dispatches", "contents: write"),
        ("GET /repos/octo/churn/commits/abc", "contents: read"),
        ("GET /repos/octo/churn/commits/abc/check-runs", "checks: read"),
        ("GET /repos/octo/churn/commits/abc/pulls", "pull-requests: read"),
        ("POST /repos/octo/churn/check-runs", "checks: write"),
        ("GET /repos/octo/churn/pulls?state=closed", "pull-requests: read"),
        ("POST /repos/octo/churn/issues/7/comments", "pull-requests: write"),
        ("DELETE /repos/octo/churn/issues/comments/7", "pull-requests: write"),
        ("GET /repos/octo/churn/actions/runs/1/artifacts", "actions: read"),
        ("GET /repos/octo/churn/environments/production", "actions: read"),
        ("POST /repos/octo/churn/deployments", "deployments: write"),
        ("GET /repos/octo/churn/immutable-releases", "administration: read"),
        ("GET /repos/octo/actions/issues", "contents: read"),
        ("GET /user", ""),
        ("", ""),
    ],
)
def test_the_path_says_which_permission_is_missing(asked: str, needed: str) -> None:
    assert permission(asked) == needed


@pytest.mark.parametrize(
    ("accepted", "needed"),
    [
        ("contents=write", "contents: write"),
        ("issues=write; pull_requests=write", "pull-requests: write"),
        ("checks=read,statuses=read", "checks: read"),
        ("<b>nonsense</b>", "contents: read"),
        ("contents=everything", "contents: read"),
    ],
)
def test_githubs_own_word_counts_more(accepted: str, needed: str) -> None:
    assert permission("GET /repos/octo/churn/releases", accepted) == needed
