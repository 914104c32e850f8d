"""Sealed rows on GitHub: the bout after a merge opens them, without rights; the job that promotes keeps the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.evidence import Sealed, Wear
from modelbout.github.actions import compare
from tests.github_server.fixtures import github  # noqa: F401 -- a fixture
from tests.integration.arena import CONFIG, Arena

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.results import BoutResult
    from tests.github_server.fixtures import Ground

WEAR = Wear(bouts=0, promotions=0, policy="budget", level=0.025, holdout="1" * 64)
CLOSED = Sealed(rows=40, open_rows=60, opened=False)


@pytest.fixture
def arena(github: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Arena:  # noqa: F811 -- the fixture of that name
    made = Arena(github, tmp_path, monkeypatch)
    made.repo.commit({"modelbout.yaml": CONFIG + "compare: {sealed: 0.4}\n"}, branch="main")
    made.first()
    return made


def won(arena: Arena, word: str, sealed: Sealed = CLOSED) -> BoutResult:
    return arena.verdict(word, beaten="first", wear=WEAR, sealed=sealed)


def after_merge(
    arena: Arena, word: str, sealed: Sealed, verdict: BoutResult | None = None
) -> tuple[int, dict[str, str]]:
    """Merge a winner on the open rows, let a bout fight it again, and promote what that left."""
    pull = arena.pull(word)
    arena.judge(pull, won(arena, word))
    arena.repo.merge(pull)
    run = arena.run()
    asked = arena.promote(run=run)
    assert (asked.code, asked.outputs["fight"], asked.outputs["promoted"]) == (0, "true", "false")
    assert "the sealed ones have not been opened" in asked.summary
    tip = arena.repo.tip("main")
    claimed = {"event": "push", "head_sha": tip.sha, "tree": tip.tree}
    arena.upload(run, verdict or won(arena, word, sealed), word, claimed)
    told = arena.promote(run=run, run_id=run.id)
    return told.code, told.outputs


def test_a_winner_takes_the_title_when_the_sealed_rows_pass_it(arena: Arena) -> None:
    opened = Sealed(rows=40, open_rows=60, opened=True, passed=True, improvement=0.012)
    code, outputs = after_merge(arena, "better", opened)
    assert (code, outputs["version"], outputs["fight"]) == (0, "v1.1.0", "false")
    assert [event.holdout_digest for event in arena.events()][-1] == "1" * 64
    asked = arena.book.queries("churn")
    assert [(one.part, one.passed, one.improvement) for one in asked] == [
        ("open", None, None),
        ("sealed", True, 0.012),
    ]


def test_a_winner_that_they_do_not_pass_leaves_the_champion_and_a_line(arena: Arena) -> None:
    opened = Sealed(rows=40, open_rows=60, opened=True, passed=False, improvement=-0.002)
    failed = arena.verdict("better", "inconclusive", beaten="first", wear=WEAR, sealed=opened)
    code, outputs = after_merge(arena, "better", opened, failed)
    assert (code, outputs["promoted"]) == (0, "false")
    assert arena.champion() == "v1.0.0"
    assert [(one.part, one.passed) for one in arena.book.queries("churn")] == [("open", None), ("sealed", False)]


def test_a_bout_after_the_merge_that_opened_nothing_promotes_nothing(arena: Arena) -> None:
    code, outputs = after_merge(arena, "better", CLOSED)
    assert (code, outputs["promoted"]) == (1, "false")
    assert arena.champion() == "v1.0.0"


@pytest.mark.parametrize(
    ("event", "ref", "opens"),
    [
        ("push", "refs/heads/main", True),
        ("workflow_dispatch", "refs/heads/main", True),
        ("push", "refs/heads/try", False),
    ],
)
def test_only_a_bout_after_a_merge_opens_them(
    event: str,
    ref: str,
    opens: bool,  # noqa: FBT001 -- a column
    arena: Arena,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[bool] = []

    def open_them(*_given: object, noted_later: bool, **_named: object) -> None:
        opened.append(noted_later)

    verdict = won(arena, "better")
    monkeypatch.setattr("modelbout.stages.entrants.compare", lambda work, *_args, **_named: kept(work, verdict))
    monkeypatch.setattr(compare, "unseal", open_them)

    def kept(work: object, result: BoutResult) -> BoutResult:
        work.write("bout.json", result)  # type: ignore[attr-defined]
        return result

    (arena.home / "modelbout.yaml").write_text(CONFIG + "compare: {sealed: 0.4}\n", encoding="utf-8")
    run = arena.run(event)
    payload = {
        "repository": {"full_name": "octo/churn", "default_branch": "main"},
        "ref": ref,
        "before": "0" * 40,
        "after": run.head_sha,
    }
    monkeypatch.setenv("GITHUB_REF", ref)
    arena.act(compare, run, payload, {})
    assert opened == [True] * opens
