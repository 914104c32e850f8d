from __future__ import annotations

from pathlib import Path

import pytest

from modelbout.github.runner import Runner, read_payload, read_runner

JOB = {
    "GITHUB_REPOSITORY": "octo/churn",
    "GITHUB_SERVER_URL": "https://github.corp.example/",
    "GITHUB_API_URL": "https://github.corp.example/api/v3/",
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_EVENT_PATH": "/runner/event.json",
    "GITHUB_SHA": "a" * 40,
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_RUN_ID": "501",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_WORKFLOW_REF": "octo/churn/.github/workflows/modelbout.yml@refs/heads/main",
    "GITHUB_ACTOR": "alice",
    "GITHUB_WORKSPACE": "/runner/churn",
    "RUNNER_TEMP": "/runner/temp",
    "GITHUB_STEP_SUMMARY": "/runner/summary",
    "GITHUB_OUTPUT": "/runner/output",
    "GITHUB_TOKEN": "ghs_00000000000000000000",
}


def test_a_jobs_environment_becomes_a_runner() -> None:
    runner = read_runner(JOB)
    assert runner == Runner(
        repository="octo/churn",
        server_url="https://github.corp.example",
        api_url="https://github.corp.example/api/v3",
        event_name="push",
        event_path=Path("/runner/event.json"),
        sha="a" * 40,
        ref="refs/heads/main",
        run_id=501,
        run_attempt=2,
        workflow_ref="octo/churn/.github/workflows/modelbout.yml@refs/heads/main",
        actor="alice",
        workspace=Path("/runner/churn"),
        temp=Path("/runner/temp"),
        summary=Path("/runner/summary"),
        output=Path("/runner/output"),
    )
    assert runner.run_url == "https://github.corp.example/octo/churn/actions/runs/501"
    assert runner.workflow_path == ".github/workflows/modelbout.yml"
    assert "ghs_" not in repr(runner)


def test_a_laptop_is_a_runner_with_nothing_in_it() -> None:
    assert read_runner({}) == read_runner(dict.fromkeys(JOB, " ")) == Runner()
    assert read_runner({}).api_url == "https://api.github.com"


@pytest.mark.parametrize("number", ["", "0", "-1", "1.5", "x", "\u0663"])
def test_a_number_that_is_none_is_not_known(number: str) -> None:
    runner = read_runner(JOB | {"GITHUB_RUN_ID": number, "GITHUB_RUN_ATTEMPT": number})
    assert (runner.run_id, runner.run_attempt, runner.run_url) == (None, 1, None)


@pytest.mark.parametrize(
    "text", ["", "[1]", "null", '{"action": ', "\xff", "[" * 100_000], ids=["empty", "list", "null", "cut", "x", "deep"]
)
def test_a_payload_that_is_none_says_nothing(text: str, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_bytes(text.encode("latin-1"))
    assert read_payload(file) == {}


def test_a_payload_is_what_the_file_holds(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text('{"action": "opened"}', encoding="utf-8")
    assert read_payload(file) == {"action": "opened"}
    assert read_payload(tmp_path / "none.json") == read_payload(tmp_path) == read_payload(None) == {}
