"""Answer issues, their comments and the reactions on those."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github_server import shapes
from tests.github_server.exchange import Answer, RefusalError, missing, route
from tests.github_server.records import Comment, Issue, PullRequest, Reaction

if TYPE_CHECKING:
    from tests.github_server.exchange import Addresses, Ask, Json
    from tests.github_server.state import Repository

BODY_LIMIT = 65_536  # the error's own words; FACTS 1: others measured more, so this server is the strict one
EITHER = ("issues:write", "pull_requests:write")


def shape_issue(at: Addresses, repo: Repository, thing: Issue | PullRequest) -> Json:
    here = f"{at.api}/repos/{repo.full_name}/issues/{thing.number}"
    is_pull = isinstance(thing, PullRequest)
    page = f"{at.web}/{repo.full_name}/{'pull' if is_pull else 'issues'}/{thing.number}"
    shaped: Json = {
        "id": thing.id,
        "node_id": shapes.node("I", thing.id),
        "number": thing.number,
        "url": here,
        "repository_url": f"{at.api}/repos/{repo.full_name}",
        "labels_url": f"{here}/labels{{/name}}",
        "comments_url": f"{here}/comments",
        "events_url": f"{here}/events",
        "html_url": page,
        "title": thing.title,
        "body": thing.body,
        "user": shapes.user(at, thing.login),
        "labels": [],
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "locked": thing.number in repo.locked,
        "state": thing.state,
        "comments": len(repo.comments_of(thing.number)),
        "created_at": thing.created,
        "updated_at": thing.updated if isinstance(thing, PullRequest) else thing.created,
        "closed_at": thing.closed_at if isinstance(thing, PullRequest) else None,
        "author_association": shapes.association(repo, thing.login),
        "performed_via_github_app": None,
    }
    if isinstance(thing, PullRequest):
        pull = f"{at.api}/repos/{repo.full_name}/pulls/{thing.number}"
        links = {"url": pull, "html_url": page, "diff_url": f"{page}.diff", "patch_url": f"{page}.patch"}
        shaped["pull_request"] = {**links, "merged_at": thing.merged_at}
    return shaped


def _thread(ask: Ask) -> int:
    number = ask.number("issue_number")
    if not ask.repo.has_thread(number):
        raise missing()
    return number


@route("GET", "{R}/issues/{issue_number}", "issues:read", "pull_requests:read")
def get_issue(ask: Ask) -> Answer:
    number = _thread(ask)
    thing = ask.repo.issues.get(number) or ask.repo.pulls[number]
    return Answer(200, shape_issue(ask.at, ask.repo, thing))


@route("GET", "{R}/issues/{issue_number}/comments", "issues:read", "pull_requests:read")
def list_comments(ask: Ask) -> Answer:
    comments = ask.repo.comments_of(_thread(ask))
    since = ask.query.get("since", "")
    return ask.page([c for c in comments if c.updated >= since], lambda c: shapes.comment(ask.at, ask.repo, c))


@route("GET", "{R}/issues/comments", "issues:read", "pull_requests:read")
def list_all_comments(ask: Ask) -> Answer:
    return ask.page(list(ask.repo.comments.values()), lambda c: shapes.comment(ask.at, ask.repo, c))


def _unlocked(ask: Ask, number: int) -> None:
    if number in ask.repo.locked:
        raise RefusalError(403, "Unable to create comment because issue is locked.")


def _body(ask: Ask) -> str:
    body: str = ask.body["body"]
    told = {"resource": "IssueComment", "code": "unprocessable", "field": "data"}
    if not body.strip():
        raise RefusalError(422, "Validation Failed", [{**told, "message": "Body cannot be blank"}])
    if len(body.encode()) > BODY_LIMIT:
        raise RefusalError(
            422, "Validation Failed", [{**told, "message": "Body is too long (maximum is 65536 characters)"}]
        )
    return body


@route("POST", "{R}/issues/{issue_number}/comments", *EITHER)
def create_comment(ask: Ask) -> Answer:
    number = _thread(ask)
    if number in ask.repo.issues and not ask.may("issues", "write"):
        raise RefusalError(403, "Resource not accessible by integration")
    _unlocked(ask, number)
    made = ask.repo.comment(number, _body(ask), login=ask.caller.login)
    shaped = shapes.comment(ask.at, ask.repo, made)
    return Answer(201, shaped, {"Location": shaped["url"]})


def _comment(ask: Ask) -> Comment:
    found = ask.repo.comments.get(ask.number("comment_id"))
    if found is None:
        raise missing()
    return found


@route("GET", "{R}/issues/comments/{comment_id}", "issues:read", "pull_requests:read")
def get_comment(ask: Ask) -> Answer:
    return Answer(200, shapes.comment(ask.at, ask.repo, _comment(ask)))


@route("PATCH", "{R}/issues/comments/{comment_id}", *EITHER)
def update_comment(ask: Ask) -> Answer:
    found = _comment(ask)
    _unlocked(ask, found.issue)
    found.body, found.updated = _body(ask), ask.github.clock.stamp()
    return Answer(200, shapes.comment(ask.at, ask.repo, found))


@route("DELETE", "{R}/issues/comments/{comment_id}", *EITHER)
def delete_comment(ask: Ask) -> Answer:
    del ask.repo.comments[_comment(ask).id]
    return Answer(204)


@route("GET", "{R}/issues/comments/{comment_id}/reactions", "issues:read", "pull_requests:read")
def list_reactions(ask: Ask) -> Answer:
    wanted = ask.query.get("content")
    found = [r for r in _comment(ask).reactions if wanted in (None, r.content)]
    return ask.page(found, lambda made: shapes.reaction(ask.at, made))


@route("POST", "{R}/issues/comments/{comment_id}/reactions", *EITHER)
def create_reaction(ask: Ask) -> Answer:
    comment, content, login = _comment(ask), ask.body["content"], ask.caller.login
    _unlocked(ask, comment.issue)
    for made in comment.reactions:
        if (made.login, made.content) == (login, content):
            return Answer(200, shapes.reaction(ask.at, made))
    made = Reaction(ask.github.id(), login, content, ask.github.clock.stamp())
    comment.reactions.append(made)
    return Answer(201, shapes.reaction(ask.at, made))


@route("DELETE", "{R}/issues/comments/{comment_id}/reactions/{reaction_id}", *EITHER)
def delete_reaction(ask: Ask) -> Answer:
    comment, number = _comment(ask), ask.number("reaction_id")
    found = next((made for made in comment.reactions if made.id == number), None)
    if found is None:
        raise missing()
    if found.login != ask.caller.login:
        raise RefusalError(403, "Resource not accessible by integration")
    comment.reactions.remove(found)
    return Answer(204)
