"""Play the story of a champion in one terminal: `make demo`.

Everything here is real: each command is the installed `modelbout` on real data in a fresh copy of `examples/churn`, and
after each act its exit code and its result files are held against what the story says. If one of them disagrees, the
play stops and says so.
"""

from __future__ import annotations

import csv
import difflib
import json
import os
import shutil
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

HERE = Path(__file__).resolve().parent
STAGE = HERE.parent / "demo-run"
RUN = STAGE / ".modelbout" / "run"  # where each bout leaves its results, and the next one overwrites them
KEPT = STAGE / "reports"
BEST = "3-better"
WIDTH = 100
ACTS = 7
BLANKS = 11  # customers in the real data whose TotalCharges is a single blank

FINE, GATE, DATA = 0, 1, 3  # exit codes, see `modelbout --help`

# What a person changed in a file: pairs of old and new text.
Edits = list[tuple[str, str]]

CONTRACT_DRAFT: Edits = [
    ('  missing: ["", " "]\n', '  missing: [""]\n'),
    ("    nulls:\n      is: 0.005\n", ""),
    ("      reason: customers in their first month have no bill yet (11 of 7,043)\n      owner: billing\n", ""),
]
FIRST_MODEL: Edits = [
    ('NUMBERS = ["tenure", "MonthlyCharges", "TotalCharges"]', 'NUMBERS = ["tenure", "MonthlyCharges"]'),
    ("WORDS = [*CUSTOMER, *SERVICES, *BILLING]", 'WORDS = ["Contract"]'),
]
BETTER_MODEL: Edits = []  # the pipeline as it lies in the example
WORSE_MODEL: Edits = [
    ("from sklearn.linear_model import LogisticRegression", "from sklearn.tree import DecisionTreeClassifier"),
    ("model = LogisticRegression(max_iter=1000)", "model = DecisionTreeClassifier()"),
]
OTHER_MODEL: Edits = [
    ("from sklearn.linear_model import LogisticRegression", "from sklearn.ensemble import RandomForestClassifier"),
    (
        "model = LogisticRegression(max_iter=1000)",
        "model = RandomForestClassifier(min_samples_leaf=10, random_state=7)",
    ),
]


def main() -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    began = time.perf_counter()
    try:
        play()
        epilogue(time.perf_counter() - began)
    except StoryBrokenError as broken:
        say(f"\nThe story does not hold: {broken}", "red", "bold")
        say(f"What was written until then lies in {shown(STAGE)}.")
        return 1
    except OSError as error:
        say(f"\nThe play cannot go on: {error}", "red", "bold")
        return 1
    except KeyboardInterrupt:
        say("\nInterrupted.")
        return 130
    return 0


def play() -> None:
    if STAGE.exists():
        shutil.rmtree(STAGE)
    shutil.copytree(HERE / "churn", STAGE, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    say("Modelbout: one model, seven acts, real data", "bold")
    tell(
        f"7,043 customers of a telephone company; who will leave? The repository is a copy of examples/churn in "
        f"{shown(STAGE)}. Every command below is run as it stands there, and every number is worked out now."
    )
    the_contract()
    the_first_model()
    the_better_model()
    moment = the_worse_model()
    the_tie()
    the_bad_export()
    the_way_back(moment)


def the_contract() -> None:
    act(1, "The data meets its contract")
    tell("The draft of the contract says: TotalCharges is a number, never missing. Is it?")
    reviewed = edit("contract.yaml", CONTRACT_DRAFT)
    modelbout("validate", expect=DATA)
    found = result("validation")
    culprit = [item for item in found["findings"] if item["columns"] == ["TotalCharges"] and item["failed"] == BLANKS]
    check(bool(culprit), f"the {BLANKS} blank cells of TotalCharges should have been found")
    aside(f"Caught: {BLANKS} cells with a single blank. pandas would have read the whole column as text.")
    tell(
        "A person looks: these customers joined this month and have no bill yet. The review allows that, and says why."
    )
    diff("contract.yaml", reviewed)
    modelbout("validate", expect=FINE)
    check(result("validation")["passed"], "the reviewed contract should hold")


def the_first_model() -> None:
    act(2, "Somebody has to be first")
    tell("A simple model on three columns. There is no champion, so it has to beat a dummy and keep the guardrails.")
    edit("pipeline.py", FIRST_MODEL)
    for _, new in FIRST_MODEL:
        say(f"    {new}", "cyan")
    fight(verdict="first", expect=FINE)
    promote("v1.0.0", "a first model to measure others against")
    keep("2-first")


def the_better_model() -> None:
    act(3, "A better challenger")
    tell("A pull request gives the model everything that is known of a customer.")
    change("pipeline.py", BETTER_MODEL)
    fight(verdict="win", expect=FINE)
    tell("Code changed, the input columns did not: a minor version.")
    promote("v1.1.0", "knows the services and the bill")
    modelbout("report", "--html", expect=FINE)
    keep(BEST)


def the_worse_model() -> str:
    act(4, "A worse challenger")
    tell("A decision tree without a limit knows its training rows by heart. It looks splendid there.")
    change("pipeline.py", WORSE_MODEL)
    fight(verdict="loss", expect=GATE)
    keep("4-worse")
    modelbout("promote", expect=GATE)
    aside("Refused twice: by the bout, and by promote.")
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def the_tie() -> None:
    act(5, "A tie")
    tell("Somebody swears by random forests.")
    change("pipeline.py", OTHER_MODEL)
    bout = fight(verdict="inconclusive", expect=FINE)
    keep("5-tie")
    gain = bout["primary"]["improvement"]["value"]
    check(gain > 0, "the random forest should have the larger number")
    aside(
        f"{gain:+.4f}: whoever promotes the larger number would have a new champion now. The interval says that it may "
        "be chance, so nothing happens, and the report says how many customers it would take to know."
    )


def the_bad_export() -> None:
    act(6, "A bad export")
    change("pipeline.py", BETTER_MODEL, show=False)
    tell(
        "Overnight the export changed: some charges are in cents, one contract has a new name, 25 customers came twice."
    )
    good = corrupt(STAGE / "data" / "telco_churn.csv")
    modelbout("run", expect=DATA)
    keep("6-bad-data")
    broken = {column for item in result("validation")["findings"] for column in item["columns"]}
    check(broken >= {"customerID", "Contract", "MonthlyCharges"}, "all three faults should have been found")
    check(not any((RUN / name).exists() for name in ("training.json", "bout.json")), "nothing should have been trained")
    (STAGE / "data" / "telco_churn.csv").write_bytes(good)
    aside("Stopped before anything was trained, with counts and row numbers, and no customer's data on the screen.")


def the_way_back(moment: str) -> None:
    act(7, "The way back")
    tell("Support reports odd offers since the new model. First back, then look: one command, no training.")
    reason = "odd offers reported by support"
    modelbout("rollback", "--to", "v1.0.0", "--reason", reason, expect=FINE)
    tell("The ledger only ever grows: who held the title, since when, and why.")
    modelbout("registry", "history", "churn", expect=FINE)
    modelbout("registry", "history", "churn", "--on", moment, expect=FINE)
    told = json.loads(modelbout("registry", "history", "churn", "--json", expect=FINE, aloud=False))
    moves = [(event["event"], event["version"]) for event in told if event["event"] in {"promote", "rollback"}]
    wanted = [("promote", "v1.0.0"), ("promote", "v1.1.0"), ("rollback", "v1.0.0")]
    check(moves == wanted, f"the ledger should tell {wanted}, it tells {moves}")


def epilogue(seconds: float) -> None:
    rule("What is left to look at")
    best = KEPT / BEST
    for name, path in (
        ("report", best / "report.md"),
        ("as GitHub shows it", best / "report.html"),
        ("its plots", best / "plots"),
    ):
        check(path.exists(), f"{shown(path)} should have been written")
        say(f"  {name:<20} {shown(path)}", "bold")
    for path in sorted(KEPT.glob("*/report.html")):
        if path.parent != best:
            say(f"  {'of ' + path.parent.name:<20} {shown(path)}")
    say(f"  {'the registry':<20} {shown(STAGE / '.modelbout' / 'registry')}")
    say(f"\nSeven acts in {seconds:.0f} s, every exit code and verdict as told.", "green", "bold")


def fight(*, verdict: str, expect: int) -> dict[str, Any]:
    """Run a whole bout and hold its verdict against the story."""
    modelbout("run", expect=expect)
    bout = result("bout")
    reasons = "; ".join(bout["reasons"])
    check(bout["verdict"] == verdict, f"the verdict should be {verdict}, it is {bout['verdict']}: {reasons}")
    return bout


def promote(version: str, reason: str) -> None:
    """Promote the challenger and hold its version against the story."""
    modelbout("promote", "--reason", reason, expect=FINE)
    got = result("promotion")["version"]
    check(got == version, f"the version should be {version}, it is {got}")


def keep(name: str) -> None:
    """Keep what there is to read of an act; the bundles are in the registry."""
    names = ["validation.json", "training.json", "bout.json", "promotion.json", "report.md", "report.html"]
    (KEPT / name).mkdir(parents=True)
    for part in names:
        if (RUN / part).exists():
            shutil.copy(RUN / part, KEPT / name)
    if (RUN / "bout.json").exists():
        shutil.copytree(RUN / "plots", KEPT / name / "plots")


def modelbout(*words: str, expect: int, aloud: bool = True) -> str:
    """Run one command in the copy; its output goes straight to this terminal, unless it is wanted here."""
    if aloud:
        spoken = " ".join(f'"{word}"' if " " in word else word for word in words)
        say(f"\n  $ modelbout {spoken}", "bold")
    # Settings of the one who plays must not lead to another registry or run directory.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MODELBOUT_")}
    began = time.perf_counter()
    sys.stdout.flush()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "modelbout", *words],
        cwd=STAGE,
        env=environment,
        stdout=None if aloud else subprocess.PIPE,
        check=False,
    )
    if aloud:
        colour = "green" if done.returncode == expect else "red"
        say(f"  exit code {done.returncode}, {time.perf_counter() - began:.1f} s", colour)
    check(done.returncode == expect, f"`modelbout {words[0]}` should answer {expect}, it answered {done.returncode}")
    return (done.stdout or b"").decode()


def result(name: str) -> dict[str, Any]:
    """Return a result file of the last run."""
    path = RUN / f"{name}.json"
    check(path.exists(), f"{shown(path)} should have been written")
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def edit(name: str, edits: Edits) -> str:
    """Write the example's file with some edits into the copy; return the example's text."""
    original = (HERE / "churn" / name).read_text(encoding="utf-8")
    text = original
    for old, new in edits:
        check(text.count(old) == 1, f"examples/churn/{name} should hold once: {old!r}")
        text = text.replace(old, new)
    (STAGE / name).write_text(text, encoding="utf-8")
    return original


def change(name: str, edits: Edits, *, show: bool = True) -> None:
    """Edit a file of the copy and show what changed since the act before."""
    before = (STAGE / name).read_text(encoding="utf-8")
    edit(name, edits)
    if show:
        differences(before, (STAGE / name).read_text(encoding="utf-8"))


def diff(name: str, text: str) -> None:
    """Write a text into the copy and show what changed."""
    before = (STAGE / name).read_text(encoding="utf-8")
    (STAGE / name).write_text(text, encoding="utf-8")
    differences(before, text)


def differences(before: str, after: str) -> None:
    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""):
        if line.startswith(("+", "-")) and not line.startswith(("+++", "---")):
            say(f"    {line[0]} {line[1:]}", "green" if line[0] == "+" else "red")


def corrupt(path: Path) -> bytes:
    """Spoil the table as bad exports do; return it as it was."""
    good = path.read_bytes()
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows[100:140]:
        row["MonthlyCharges"] = f"{float(row['MonthlyCharges']) * 100:.0f}"
    for row in rows[2000:2300]:
        row["Contract"] = row["Contract"].replace("Month-to-month", "Monthly")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows([*rows, *rows[500:525]])
    return good


class StoryBrokenError(Exception):
    """What happened is not what the story says."""


def check(holds: bool, message: str) -> None:  # noqa: FBT001 -- reads as a sentence
    if not holds:
        broken(message)


def broken(message: str) -> NoReturn:
    raise StoryBrokenError(message)


CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "cyan": "36"}
COLOURS = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def say(text: str, *styles: str) -> None:
    if COLOURS and styles:
        text = f"\033[{';'.join(CODES[style] for style in styles)}m{text}\033[0m"
    print(text, flush=True)


def rule(title: str) -> None:
    say(f"\n── {title} {'─' * (WIDTH - len(title) - 4)}\n", "bold", "cyan")


def act(number: int, title: str) -> None:
    rule(f"Act {number} of {ACTS}: {title}")


def tell(text: str) -> None:
    say(textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="  "))


def aside(text: str) -> None:
    say(textwrap.fill(text, WIDTH, initial_indent="  → ", subsequent_indent="    "), "cyan")


def shown(path: Path) -> str:
    """Return a path as a reader would type it from where they are."""
    return os.path.relpath(path)


if __name__ == "__main__":
    sys.exit(main())
