"""Open, merge and close pull requests as people do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github_server.records import PullRequest

if TYPE_CHECKING:
    from tests.github_server.objects import Commit
    from tests.github_server.state import Repository


def open_pull(
    repo: Repository,
    head: str,
    *,
    base: str,
    head_repo: Repository | None,
    title: str,
    login: str,
    body: str,
    draft: bool,
) -> PullRequest:
    source = head_repo or repo
    now = repo.github.clock.stamp()
    made = PullRequest(
        number=repo.number(),
        id=repo.github.id(),
        title=title,
        login=login,
        body=body,
        base=base,
        head=head,
        head_repo=source,
        head_owner=source.owner,
        head_sha=source.tip(head).sha,
        created=now,
        updated=now,
        draft=draft,
    )
    repo.pulls[made.number] = made
    return refresh(repo, made)


def refresh(repo: Repository, pull: PullRequest) -> PullRequest:
    """Let an open pull request follow its branches, as it does on GitHub, and keep its test merge in a ref."""
    if pull.state != "open":
        return pull
    source = pull.head_repo
    head = source.refs.get(f"refs/heads/{pull.head}", pull.head_sha) if source else pull.head_sha
    base = repo.refs.get(f"refs/heads/{pull.base}", pull.base_sha)
    if (head, base) == (pull.head_sha, pull.base_sha):
        return pull
    if pull.base_sha and head != pull.head_sha:
        pull.updated = repo.github.clock.stamp()
    pull.head_sha, pull.base_sha = head, base
    repo.refs[f"refs/pull/{pull.number}/head"] = head
    tree = _merged(repo, base, head)
    pull.mergeable = tree is not None
    pull.merge_commit_sha = None
    if tree is not None:
        pull.merge_commit_sha = repo.objects.write_commit(
            tree=tree, parents=(base, head), message=f"Merge {head} into {base}", author=repo.person("octo")
        )
        repo.refs[f"refs/pull/{pull.number}/merge"] = pull.merge_commit_sha
    return pull


def _merged(repo: Repository, base: str, head: str) -> str | None:
    fork = repo.objects.merge_base(base, head)
    trees = [repo.objects.commit(sha).tree for sha in (base, head)]
    return repo.objects.merged_tree(repo.objects.commit(fork).tree if fork else None, *trees)


def merge(repo: Repository, pull: PullRequest, method: str, login: str) -> Commit:
    refresh(repo, pull)
    objects, base, head = repo.objects, pull.base_sha, pull.head_sha
    tree = _merged(repo, base, head)
    if pull.state != "open" or tree is None:
        raise ValueError(f"pull request {pull.number} cannot be merged")
    who = repo.person(login)
    if method == "merge":
        message = f"Merge pull request #{pull.number} from {pull.head_owner}/{pull.head}\n\n{pull.title}"
        sha = objects.write_commit(tree=tree, parents=(base, head), message=message, author=who)
    elif method == "squash":
        message = f"{pull.title} (#{pull.number})"
        sha = objects.write_commit(tree=tree, parents=(base,), message=message, author=who)
    elif method == "rebase":
        sha = base
        for commit in objects.between(base, head):
            before = objects.commit(commit.parents[0]).tree if commit.parents else None
            step = objects.merged_tree(before, objects.commit(sha).tree, commit.tree)
            if step is None:
                raise ValueError(f"pull request {pull.number} cannot be rebased")
            sha = objects.write_commit(
                tree=step, parents=(sha,), message=commit.message, author=commit.author, committer=who
            )
    else:
        raise ValueError(f"no such way to merge: {method}")
    repo.refs[f"refs/heads/{pull.base}"] = sha
    pull.merge_commit_sha, pull.merged_by = sha, login
    pull.merged_at = repo.github.clock.stamp()
    close(repo, pull)
    return objects.commit(sha)


def close(repo: Repository, pull: PullRequest) -> None:
    refresh(repo, pull) if not pull.merged else None
    pull.state = "closed"
    pull.closed_at = pull.updated = repo.github.clock.stamp()
