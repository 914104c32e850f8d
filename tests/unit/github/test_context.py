"""The table of events. ``python tests/unit/github/test_context.py`` writes the same rows into docs/events.md."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelbout.github.context import Doing, Plan, decide, follows_a_merge

DOCS = Path(__file__).parents[3] / "docs" / "events.md"
START, END = "<!-- table: start -->\n", "<!-- table: end -->\n"
HERE, FORK = "octo/churn", "bob/churn"
MERGE, HEAD, OLD, NEW, NOBODY = "e" * 40, "a" * 40, "b" * 40, "c" * 40, "0" * 40
RUN = 501
Payload = dict[str, Any]


def event(**parts: Any) -> Payload:
    return {"repository": {"full_name": HERE, "default_branch": "main"}, **parts}


def pull(action: str = "opened", *, source: str | None = HERE, **said: Any) -> Payload:
    head = {"ref": "better", "sha": HEAD, "repo": None if source is None else {"full_name": source}}
    base = {"ref": "main", "sha": OLD, "repo": {"full_name": HERE}}
    found = {"number": 7, "state": "open", "merged": False, "draft": False, "head": head, "base": base}
    return event(action=action, number=7, pull_request=found | said)


def push(ref: str = "refs/heads/main", *, before: str = OLD, after: str = NEW, **said: Any) -> Payload:
    return event(ref=ref, before=before, after=after, deleted=False, created=False, forced=False, **said)


def run(*, source: str | None = HERE, **said: Any) -> Payload:
    found = {
        "id": RUN,
        "event": "pull_request",
        "status": "completed",
        "conclusion": "success",
        "head_sha": HEAD,
        "head_branch": "better",
        "path": ".github/workflows/modelbout.yml",
        "repository": {"full_name": HERE},
        "head_repository": None if source is None else {"full_name": source},
        "pull_requests": [{"number": 7, "head": {"ref": "better", "sha": HEAD}}] if source == HERE else [],
    }
    return event(action="completed", workflow_run=found | said)


# What is the case, in words; the event's name, payload and ref; what is done; whether there may be a comment.
ROWS: tuple[tuple[str, str | None, Payload, str, Doing, bool], ...] = (
    ("a pull request is opened", "pull_request", pull(), "refs/pull/7/merge", "bout", True),
    ("commits are added to it", "pull_request", pull("synchronize"), "refs/pull/7/merge", "bout", True),
    ("it is opened again", "pull_request", pull("reopened"), "refs/pull/7/merge", "bout", True),
    ("it is a draft", "pull_request", pull(draft=True), "refs/pull/7/merge", "bout", True),
    ("it is no draft any more", "pull_request", pull("ready_for_review"), "refs/pull/7/merge", "bout", True),
    ("it comes from a fork", "pull_request", pull(source=FORK), "refs/pull/7/merge", "bout", False),
    ("it comes from a fork that is deleted", "pull_request", pull(source=None), "refs/pull/7/merge", "bout", False),
    (
        "it is closed without a merge",
        "pull_request",
        pull("closed", state="closed"),
        "refs/pull/7/merge",
        "nothing",
        False,
    ),
    ("it is merged", "pull_request", pull("closed", state="closed", merged=True), "refs/heads/main", "nothing", False),
    ("a push to the default branch", "push", push(), "refs/heads/main", "promote", False),
    ("the default branch is new", "push", push(before=NOBODY), "refs/heads/main", "promote", False),
    ("a push to another branch", "push", push("refs/heads/better"), "refs/heads/better", "bout", False),
    ("another branch is new", "push", push("refs/heads/new", before=NOBODY), "refs/heads/new", "bout", False),
    (
        "a branch is deleted",
        "push",
        push("refs/heads/better", after=NOBODY) | {"deleted": True},
        "refs/heads/main",
        "nothing",
        False,
    ),
    ("a tag is pushed", "push", push("refs/tags/v1"), "refs/tags/v1", "nothing", False),
    (
        "the ledger is pushed",
        "push",
        push("refs/heads/modelbout/ledger"),
        "refs/heads/modelbout/ledger",
        "nothing",
        False,
    ),
    (
        "the merge queue asks for checks",
        "merge_group",
        event(action="checks_requested", merge_group={"head_sha": HEAD, "base_ref": "refs/heads/main"}),
        "refs/heads/gh-readonly-queue/main/pr-7",
        "bout",
        False,
    ),
    (
        "the merge queue drops a group",
        "merge_group",
        event(action="destroyed", merge_group={"head_sha": HEAD, "base_ref": "refs/heads/main"}),
        "refs/heads/gh-readonly-queue/main/pr-7",
        "nothing",
        False,
    ),
    ("somebody starts the workflow", "workflow_dispatch", event(inputs=None), "refs/heads/main", "bout", False),
    (
        "somebody starts it with `to` and `reason`",
        "workflow_dispatch",
        event(inputs={"to": "1.2.0", "reason": "wrong prices"}),
        "refs/heads/main",
        "roll back",
        False,
    ),
    ("a schedule is due", "schedule", event(schedule="0 6 * * 1"), "refs/heads/main", "bout", False),
    ("a run of a pull request has ended well", "workflow_run", run(), "refs/heads/main", "report", True),
    (
        "a run of a pull request has failed, as a lost bout does",
        "workflow_run",
        run(conclusion="failure"),
        "refs/heads/main",
        "report",
        True,
    ),
    ("a run of a fork's pull request has ended", "workflow_run", run(source=FORK), "refs/heads/main", "report", True),
    ("the same, and the fork is deleted", "workflow_run", run(source=None), "refs/heads/main", "report", False),
    ("the run was cancelled", "workflow_run", run(conclusion="cancelled"), "refs/heads/main", "nothing", False),
    ("the run took too long", "workflow_run", run(conclusion="timed_out"), "refs/heads/main", "nothing", False),
    (
        "the run has not ended",
        "workflow_run",
        run(status="in_progress", conclusion=None) | {"action": "in_progress"},
        "refs/heads/main",
        "nothing",
        False,
    ),
    ("the run was of a push", "workflow_run", run(event="push"), "refs/heads/main", "nothing", False),
    (
        "the run is of another repository",
        "workflow_run",
        run(repository={"full_name": FORK}),
        "refs/heads/main",
        "nothing",
        False,
    ),
    (
        "a program asks by `repository_dispatch`",
        "repository_dispatch",
        event(action="new-data", client_payload={}),
        "refs/heads/main",
        "bout",
        False,
    ),
    (
        "a version of a model is released",
        "release",
        event(action="published", release={"tag_name": "churn@v1.2.0"}),
        "refs/tags/churn@v1.2.0",
        "nothing",
        False,
    ),
    (
        "something else is released",
        "release",
        event(action="published", release={"tag_name": "v4"}),
        "refs/tags/v4",
        "bout",
        False,
    ),
    (
        "somebody comments",
        "issue_comment",
        event(action="created", issue={"number": 7, "pull_request": {}}),
        "refs/heads/main",
        "nothing",
        False,
    ),
    ("`pull_request_target`", "pull_request_target", pull(), "refs/heads/main", "nothing", False),
    ("any other event", "watch", event(action="started"), "refs/heads/main", "bout", False),
    ("no event: a laptop", None, {}, "", "bout", False),
)


def plan(name: str | None, payload: Any, ref: str = "refs/heads/main") -> Plan:
    return decide(name, payload, repository=HERE, sha=MERGE, ref=ref)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_row_of_the_table(row: tuple[str, str | None, Payload, str, Doing, bool]) -> None:
    case, name, payload, ref, doing, comment = row
    found = plan(name, payload, ref)
    assert (found.doing, found.may_comment) == (doing, comment), case
    assert found.why
    assert found.event == (name or "")


def test_a_pull_request_is_judged_at_its_head_and_not_at_the_merge_for_trial() -> None:
    assert plan("pull_request", pull(draft=True), "refs/pull/7/merge") == Plan(
        "bout",
        "a bout of a draft, with a comment",
        event="pull_request",
        pull_request=7,
        head_sha=HEAD,
        draft=True,
        may_comment=True,
        base_sha=OLD,
        branch="main",
        default_branch="main",
    )


def test_a_promotion_knows_from_where_to_where() -> None:
    found = plan("push", push())
    assert (found.branch, found.before, found.after, found.head_sha) == ("main", OLD, NEW, NEW)
    assert plan("push", push(before=NOBODY)).before is None


def test_the_reporter_takes_everything_from_the_run_that_github_names() -> None:
    found = plan("workflow_run", run())
    assert (found.run_id, found.head_sha, found.branch, found.pull_request) == (RUN, HEAD, "better", 7)


def test_a_forks_pull_request_is_looked_for_and_never_believed() -> None:
    forged = run(source=FORK, pull_requests=[{"number": 1, "head": {"sha": HEAD}}])
    found = plan("workflow_run", forged)
    assert (found.fork, found.pull_request, found.head_sha) == (True, None, HEAD)


@pytest.mark.parametrize(
    "pulls",
    [
        None,
        [],
        ["7"],
        [{"number": 7}],
        [{"number": 7, "head": {"sha": OLD}}],
        [{"number": 7, "head": {"sha": HEAD}}, {"number": 8, "head": {"sha": HEAD}}],
    ],
    ids=["null", "none", "no object", "no head", "moved on", "two"],
)
def test_a_runs_pull_request_is_known_only_when_it_is_the_one_at_this_head(pulls: object) -> None:
    assert plan("workflow_run", run(pull_requests=pulls)).pull_request is None


def test_names_of_repositories_have_no_case() -> None:
    found = decide("pull_request", pull(source="Octo/Churn"), repository="octo/churn", sha=MERGE, ref="")
    assert (found.fork, found.may_comment) == (False, True)


@pytest.mark.parametrize("name", ["push", "pull_request", "workflow_run", "schedule"])
def test_an_event_of_another_repository_does_nothing(name: str) -> None:
    payload = {**push(), **pull(), **run(), "repository": {"full_name": FORK, "default_branch": "main"}}
    assert plan(name, payload).doing == "nothing"


@pytest.mark.parametrize(
    "payload",
    [
        {},
        push() | {"repository": None},
        push() | {"repository": {"full_name": HERE}},
        push() | {"repository": {"full_name": HERE, "default_branch": None}},
        push() | {"after": None},
        push() | {"after": "main"},
        push() | {"ref": "main"},
        push() | {"ref": "refs/heads/main", "repository": {"default_branch": "trunk"}},
    ],
    ids=["empty", "no repository", "no default", "null default", "no after", "no commit", "no ref", "another default"],
)
def test_a_push_that_does_not_say_everything_promotes_nothing(payload: Payload) -> None:
    assert plan("push", payload).doing == "bout"


def test_a_push_whose_ref_is_not_the_runs_promotes_nothing() -> None:
    assert plan("push", push(), "refs/heads/better").doing == "bout"


@pytest.mark.parametrize("number", [None, 0, -1, True, "7", 7.0])
def test_a_pull_request_without_a_number_gets_no_comment(number: object) -> None:
    found = plan("pull_request", pull(number=number) | {"number": number})
    assert (found.doing, found.pull_request, found.may_comment) == ("bout", None, False)


@pytest.mark.parametrize("sha", [None, "", "better", HEAD[:12], HEAD.upper(), NOBODY, 7])
def test_a_pull_request_without_a_head_is_judged_as_it_is_checked_out(sha: object) -> None:
    payload = pull()
    payload["pull_request"]["head"]["sha"] = sha
    found = plan("pull_request", payload)
    assert (found.head_sha, found.may_comment) == (MERGE, False)


def test_nothing_that_a_stranger_writes_is_in_the_reason() -> None:
    evil = "@everyone <img> ::error::"
    payload = pull(source=FORK, title=evil)
    payload["pull_request"]["head"]["ref"] = payload["pull_request"]["base"]["ref"] = evil
    whys = [plan(row[1], row[2] | payload, row[3]).why for row in ROWS]
    assert [why for why in whys if evil in why] == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([HERE, HEAD, "closed"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)


def paths(value: object, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner: list[tuple[Any, Any]] = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [found for key, below in inner for found in [(*above, key), *paths(below, (*above, key))]]


@st.composite
def mangled(draw: st.DrawFn) -> tuple[str | None, Payload, str]:
    """A row's event with some of its parts missing, null or replaced by anything."""
    _, name, payload, ref, _, _ = draw(st.sampled_from(ROWS))
    payload = copy.deepcopy(payload)
    for _ in range(draw(st.integers(0, 4))):
        known = paths(payload)
        if not known:
            break
        *above, last = draw(st.sampled_from(known))
        at: Any = payload
        for key in above:
            at = at[key]
        if isinstance(at, dict) and draw(st.booleans()):
            del at[last]
        else:
            at[last] = draw(JSON)
    return name, payload, ref


@given(mangled())
def test_a_mangled_payload_leads_to_the_careful_choice(found: tuple[str | None, Payload, str]) -> None:
    name, payload, ref = found
    made = plan(name, payload, ref)
    assert made.why
    if made.doing == "promote":
        assert name == "push"
        assert made.branch == made.default_branch == payload["repository"]["default_branch"] is not None
        assert payload["after"] == made.after
    if made.doing == "report":
        assert (name, made.run_id) == ("workflow_run", payload["workflow_run"]["id"])
    if made.may_comment:
        assert (name, made.doing) in {("pull_request", "bout"), ("workflow_run", "report")}
    if made.may_comment and name == "pull_request":
        assert payload["pull_request"]["head"]["repo"]["full_name"] == HERE
        assert made.pull_request is not None
    assert made.pull_request is None or made.pull_request > 0


@given(st.text(max_size=20), st.dictionaries(st.text(max_size=5), JSON, max_size=3), st.text(max_size=20))
def test_anything_at_all_is_no_exception(name: str, payload: Payload, ref: str) -> None:
    assert plan(name, payload, ref).doing != "promote"


def table() -> str:
    """Return the rows as the table of the docs."""
    lines = ["| what happens | event | Modelbout | comment |", "|---|---|---|---|"]
    words = {"bout": "a bout", "report": "reports", "promote": "promotes", "roll back": "rolls back", "nothing": "-"}
    lines += [
        f"| {case} | {f'`{name}`' if name else ''} | {words[doing]} | {'yes' if comment else ''} |"
        for case, name, _, _, doing, comment in ROWS
    ]
    return "\n".join(lines) + "\n"


def test_docs_show_these_rows() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert text.split(START)[1].split(END)[0] == table()


if __name__ == "__main__":
    page = DOCS.read_text(encoding="utf-8")
    before, rest = page.split(START)
    DOCS.write_text(before + START + table() + END + rest.split(END)[1], encoding="utf-8")


@pytest.mark.parametrize(
    ("plan", "follows"),
    [
        (Plan("promote", "", event="push", branch="main", default_branch="main"), True),
        (Plan("bout", "", event="workflow_dispatch", branch="main", default_branch="main"), True),
        (Plan("bout", "", event="push", branch="try", default_branch="main"), False),
        (Plan("bout", "", event="push", branch=None, default_branch=None), False),
        (Plan("bout", "", event="pull_request", branch="main", default_branch="main"), False),
        (Plan("bout", "", event="merge_group", branch="main", default_branch="main"), False),
        (Plan("bout", ""), False),
    ],
)
def test_what_is_merged_and_what_only_may_be(plan: Plan, follows: bool) -> None:  # noqa: FBT001 -- a column
    assert follows_a_merge(plan) is follows
