"""Which contract a change is compared with: the base branch's, from git where it is there, else from the API."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from modelbout.contract.load import parse_contract
from modelbout.contract_diff import ContractDiff
from modelbout.errors import Problem
from modelbout.github.api.errors import MissingError
from modelbout.github.base import Base, base_of, note
from modelbout.github.context import Plan
from modelbout.record import from_json
from modelbout.report.sections.contract_diff import markdown
from modelbout.results import CONTRACT_DIFF_FILE
from modelbout.stages.workspace import open_workspace
from tests.unit.github.test_checkout import git

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.stages.workspace import Workspace

OLD = "version: 1\ncolumns:\n  a: {type: integer, min: 0}\n"
NEW = "version: 1\ncolumns:\n  a: {type: integer, min: 5}\n"
CONFIG = """\
version: 1
model: shop
task: binary
data: {source: t.csv, split: {holdout: 0.2, by: id}, target: a, positive: "1", contract: contract.yaml}
train: {estimator: "pipeline:build"}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A repository with its model in a folder; main has the old contract and the branch topic the new one."""
    top = tmp_path / "shop"
    folder = top / "models" / "shop"
    folder.mkdir(parents=True)
    git(top, "init", "--quiet", "--initial-branch=main")
    (folder / "modelbout.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "contract.yaml").write_text(OLD, encoding="utf-8")
    git(top, "add", ".")
    git(top, "commit", "--quiet", "-m", "First")
    git(top, "checkout", "--quiet", "-b", "topic")
    (folder / "contract.yaml").write_text(NEW, encoding="utf-8")
    git(top, "commit", "--quiet", "-am", "Narrower")
    return folder


def merged(shop: Path) -> Plan:
    """Check out the merge for trial of a pull request, as a workflow does."""
    head, base = git(shop, "rev-parse", "topic"), git(shop, "rev-parse", "main")
    git(shop, "checkout", "--quiet", "--detach", "main")
    git(shop, "merge", "--quiet", "--no-ff", "--no-edit", "topic")
    return Plan("bout", "", event="pull_request", pull_request=7, head_sha=head, base_sha=base)


def workspace(shop: Path) -> Workspace:
    work = open_workspace(shop / "modelbout.yaml", None)
    work.run.mkdir(parents=True, exist_ok=True)
    return work


def left(work: Workspace) -> ContractDiff | None:
    path = work.run / CONTRACT_DIFF_FILE
    return from_json(path.read_bytes(), ContractDiff) if path.exists() else None


def test_a_laptops_branch_is_compared_with_where_it_left_the_main_one(shop: Path) -> None:
    assert base_of(shop, "contract.yaml") == Base(git(shop, "rev-parse", "main"), OLD.encode())
    git(shop, "checkout", "--quiet", "main")
    (shop / "contract.yaml").write_text(NEW, encoding="utf-8")
    assert base_of(shop, "contract.yaml") == Base(git(shop, "rev-parse", "main"), OLD.encode())


def test_a_merge_for_trial_is_compared_with_its_first_parent(shop: Path) -> None:
    plan = merged(shop)
    assert plan.base_sha is not None
    assert base_of(shop, "contract.yaml", plan=plan) == Base(plan.base_sha, OLD.encode())
    # The base has moved on since the event was sent: the merge says what it was made of.
    stale = Plan("bout", "", event="pull_request", head_sha=plan.head_sha, base_sha="0" * 39 + "1")
    assert base_of(shop, "contract.yaml", plan=stale) == Base(plan.base_sha, OLD.encode())


def test_a_head_that_is_checked_out_is_compared_with_where_it_left_the_base(shop: Path) -> None:
    head, base = git(shop, "rev-parse", "topic"), git(shop, "rev-parse", "main")
    plan = Plan("bout", "", event="pull_request", head_sha=head, base_sha=base)
    assert base_of(shop, "contract.yaml", plan=plan) == Base(base, OLD.encode())
    unknown = Plan("bout", "", event="pull_request", head_sha=head, base_sha="0" * 39 + "1")
    assert "all history" in str(base_of(shop, "contract.yaml", plan=unknown))
    silent = Plan("bout", "", event="pull_request", head_sha=head)
    assert "all history" in str(base_of(shop, "contract.yaml", plan=silent))


class Api:
    """An API that has one file, or none."""

    repository = "octo/shop"

    def __init__(self, text: str | None) -> None:
        self.text, self.asked = text, []  # type: tuple[str | None, list[tuple[str, str]]]

    def read(self, _session: object, path: str, ref: str) -> bytes:
        self.asked.append((path, ref))
        if self.text is None:
            raise MissingError(Problem(found="there is no such file", fix=""))
        return self.text.encode()


def shallow(shop: Path, tmp_path: Path) -> Path:
    """Clone the checkout without its history, as `actions/checkout` does."""
    clone = tmp_path / "clone"
    git(shop, "branch", "--quiet", "trial")
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=trial", f"file://{shop.parents[1]}", str(clone))
    return clone / "models" / "shop"


def test_without_history_the_api_is_asked_for_the_first_parents_file(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = merged(shop)
    folder = shallow(shop, tmp_path)
    api = Api(OLD)
    monkeypatch.setattr("modelbout.github.api.contents.read_file", api.read)
    session: Any = api
    assert base_of(folder, "contract.yaml", plan=plan, session=lambda: session) == Base(
        str(plan.base_sha), OLD.encode()
    )
    assert api.asked == [("models/shop/contract.yaml", plan.base_sha)]
    assert "there is none at" in str(base_of(folder, "contract.yaml", plan=plan))


def test_the_changes_lie_beside_the_results(shop: Path) -> None:
    said: list[str] = []
    work = workspace(shop)
    plan = merged(shop)
    note(work, said.append, plan=plan, session=lambda: pytest.fail("git has the file"))
    found = left(work)
    assert found is not None
    assert (found.model, found.contract, found.base) == ("shop", "contract.yaml", str(plan.base_sha)[:12])
    assert (found.breaking, found.fine) == (1, 0)
    assert [(one.key, one.before, one.after) for one in found.changes] == [("columns.a.min", "0", "5")]
    assert said == []


@pytest.mark.parametrize(
    ("before", "why"),
    [
        ("version: 1\ncolumns: {a: {type: text", "is none that this version reads"),
        ("version: 1\ncolumns: {a: {type: integer, new_rule: 7}}\n", "is none that this version reads"),
        (NEW, "asks for the same"),
        ("# " + "x" * 1_000_001, "is not shown: there is none at"),
    ],
)
def test_no_base_that_can_be_read_is_a_line_in_the_log(shop: Path, before: str, why: str) -> None:
    git(shop, "checkout", "--quiet", "main")
    (shop / "contract.yaml").write_text(before, encoding="utf-8")
    git(shop, "commit", "--quiet", "-am", "Other")
    work = workspace(shop)
    (work.run / CONTRACT_DIFF_FILE).write_text("of an older run", encoding="utf-8")
    (shop / "contract.yaml").write_text(NEW, encoding="utf-8")
    said: list[str] = []
    head = git(shop, "rev-parse", "HEAD")
    plan = Plan("bout", "", event="pull_request", head_sha=head, base_sha=head)

    def session() -> Any:
        raise MissingError(Problem(found=f"there is none at {head[:12]}", fix=""))

    note(work, said.append, plan=plan, session=session)
    assert left(work) is None
    assert len(said) == 1
    assert why in said[0]
    note(work, said.append)
    assert len(said) == 1, "a laptop is told of changes only"


def test_a_contract_that_cannot_be_read_is_told_by_its_check(shop: Path) -> None:
    (shop / "contract.yaml").write_text("columns: 7", encoding="utf-8")
    work = workspace(shop)
    note(work, lambda _line: pytest.fail("its check tells"))
    assert left(work) is None


def test_outside_of_git_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    (tmp_path / "modelbout.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "contract.yaml").write_text(NEW, encoding="utf-8")
    assert base_of(tmp_path, "contract.yaml") == "this is no git checkout"
    work = workspace(tmp_path)
    note(work, lambda _line: pytest.fail("a laptop is told of changes only"))
    assert left(work) is None


WITHOUT = CONFIG.replace(", contract: contract.yaml", "")


def based_on(shop: Path, config: str, contract: bytes) -> Plan:
    """Commit a base, and take its contract out of the configuration."""
    (shop / "modelbout.yaml").write_text(config, encoding="utf-8")
    (shop / "contract.yaml").write_bytes(contract)
    git(shop, "commit", "--quiet", "--allow-empty", "-am", "Base")
    base = git(shop, "rev-parse", "HEAD")
    (shop / "modelbout.yaml").write_text(WITHOUT, encoding="utf-8")
    return Plan("bout", "", event="pull_request", head_sha=base, base_sha=base)


def test_a_contract_that_is_taken_out_is_a_breaking_change(shop: Path) -> None:
    plan = based_on(shop, CONFIG, OLD.encode())
    (shop / "contract.yaml").unlink()
    said: list[str] = []
    work = workspace(shop)
    note(work, said.append, plan=plan, session=lambda: pytest.fail("git has the files"))
    found = left(work)
    assert found is not None
    assert (found.contract, found.breaking, found.fine, said) == ("contract.yaml", 1, 0, [])
    (change,) = found.changes
    assert (change.key, change.breaking) == ("data.contract", True)
    assert change.what == f"contract removed, with all of its {len(parse_contract(OLD, shown='').rules)} rules"
    assert "loses every guarantee" in change.reason
    assert "contract removed" in markdown(found)


@pytest.mark.parametrize(
    ("config", "contract", "why"),
    [
        (WITHOUT, OLD.encode(), ""),
        ("data: [", OLD.encode(), ""),
        ("data: {contract: [a]}", OLD.encode(), ""),
        ("model: shop", OLD.encode(), ""),
        ("# " + "x" * 1_000_001, OLD.encode(), ""),
        (CONFIG, b"version: 1\ncolumns: {a: {type: text", "is none that this version reads"),
        (CONFIG, b"\xff\xfe", "is none that this version reads"),
        (CONFIG.replace("contract.yaml", "gone.yaml"), OLD.encode(), "there is none at"),
    ],
)
def test_where_no_contract_went_there_is_no_change(shop: Path, config: str, contract: bytes, why: str) -> None:
    plan = based_on(shop, config, contract)
    work = workspace(shop)
    (work.run / CONTRACT_DIFF_FILE).write_text("of an older run", encoding="utf-8")
    said: list[str] = []

    def session() -> Any:
        raise MissingError(Problem(found=f"there is none at {str(plan.base_sha)[:12]}", fix=""))

    note(work, said.append, plan=plan, session=session)
    assert left(work) is None
    assert len(said) == bool(why)
    assert not why or why in said[0]


def test_bytes_that_are_no_text_are_no_contract(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(_session: object, _path: str, _ref: str) -> bytes:
        return base64.b64decode("/////w==")

    monkeypatch.setattr("modelbout.github.base.file_at", lambda *_words, **_limit: None)
    monkeypatch.setattr("modelbout.github.api.contents.read_file", answer)
    said: list[str] = []
    session: Any = None
    note(workspace(shop), said.append, plan=merged(shop), session=lambda: session)
    assert "is none that this version reads" in said[0]
