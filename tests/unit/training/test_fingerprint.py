from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from modelbout.config.compare import Compare, Costs, Primary
from modelbout.config.model import Config, Data
from modelbout.config.train import Train
from modelbout.errors import ConfigError
from modelbout.training.fingerprint import code_digest, code_files, config_digest, fingerprint, is_own

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONFIG = Config(
    version=1,
    model="churn",
    task="binary",
    data=Data(target="y", source="a.csv", positive="yes"),
    train=Train(estimator="pipeline:build"),
)


BEST = Compare(threshold="best", primary=Primary(metric="f1"))


def tree(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return root


def test_what_counts_as_code(tmp_path: Path) -> None:
    tree(
        tmp_path,
        "pipeline.py",
        "lib/deep/model.py",
        "notes.md",
        ".hidden.py",
        ".venv/lib/a.py",
        ".modelbout/run/b.py",
        "env/pyvenv.cfg",
        "env/lib/c.py",
        "lib/__pycache__/model.py",
    )
    assert code_files(tmp_path, ("**/*.py",)) == ("lib/deep/model.py", "pipeline.py")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.py", ["a.py"]),
        ("./a.p?", ["a.py"]),
        ("lib/*", ["lib/b.py"]),
        ("lib/**", ["lib/b.py", "lib/x/c.R", "lib/x/y/d.R"]),
        ("**/*.R", ["lib/x/c.R", "lib/x/y/d.R"]),
        ("lib/**/d.R", ["lib/x/y/d.R"]),
        ("**/[ab].py", ["a.py", "lib/b.py"]),
        ("**/[!a].py", ["lib/b.py"]),
        ("**/[a-c].*", ["a.py", "lib/b.py", "lib/x/c.R"]),
        ("a+py", []),
    ],
)
def test_globs(tmp_path: Path, pattern: str, found: list[str]) -> None:
    tree(tmp_path, "a.py", "lib/b.py", "lib/x/c.R", "lib/x/y/d.R")
    assert list(code_files(tmp_path, (pattern,))) == found


@pytest.mark.parametrize("pattern", ["/etc/*", "../*.py", "a/../../b", "C:/x", "..\\x"])
def test_globs_stay_below_the_root(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(ConfigError, match="leaves the directory"):
        code_files(tmp_path, (pattern,))


def test_directory_links_are_not_followed(tmp_path: Path) -> None:
    outside = tree(tmp_path / "outside", "x.py")
    root = tree(tmp_path / "root", "a.py")
    (root / "link").symlink_to(outside, target_is_directory=True)
    assert code_files(root, ("**/*.py",)) == ("a.py",)


def test_the_code_digest_sees_names_and_bytes(repository: Callable[..., Path]) -> None:
    root = repository(a_py="x = 1", b_py="y = 2")
    first = code_digest(root, ("**/*.py",))
    (root / "a.py").write_text("x = 2")
    second = code_digest(root, ("**/*.py",))
    (root / "a.py").write_text("x = 1")
    assert code_digest(root, ("**/*.py",)) == first != second
    (root / "b.py").rename(root / "c.py")
    assert code_digest(root, ("**/*.py",)) not in (first, second)


def test_no_code_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"`train.code` \(\*\*/\*.py\) matches no file"):
        code_digest(tmp_path, ("**/*.py",))


def test_code_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    with pytest.raises(ConfigError, match=r"gone.py cannot be read: No such file"):
        code_digest(tmp_path, ("**/*.py",))


@pytest.mark.parametrize(
    "changed",
    [
        {"task": "multiclass"},
        {"data": Data(target="z", source="a.csv", positive="yes")},
        {"data": Data(target="y", source="a.csv", positive="no")},
        {"data": Data(target="y", source="a.csv", positive="yes", exclude=("x",))},
        {"train": Train(estimator="pipeline:other")},
        {"train": Train(command="python train.py")},
        {"train": Train(estimator="pipeline:build", format="onnx")},
        {"compare": BEST},
        {"compare": Compare(threshold="best", costs=Costs(false_positive=1, false_negative=2))},
    ],
)
def test_what_decides_about_the_model_is_in_the_digest(changed: dict[str, object]) -> None:
    assert config_digest(msgspec.structs.replace(CONFIG, **changed)) != config_digest(CONFIG)


@pytest.mark.parametrize(
    "changed",
    [
        {"compare": Compare(confidence=0.9)},
        {"train": Train(estimator="pipeline:build", timeout_minutes=1)},
        {"train": Train(estimator="pipeline:build", format="skops", trust="pickle")},
        {"data": Data(target="y", source="other.csv", positive="yes")},
    ],
)
def test_what_does_not_decide_is_not(changed: dict[str, object]) -> None:
    assert config_digest(msgspec.structs.replace(CONFIG, **changed)) == config_digest(CONFIG)


def test_every_part_changes_the_total(repository: Callable[..., Path]) -> None:
    root = repository(a_py="x = 1")
    base = fingerprint(CONFIG, root=root, data_digests=("a", "b"), environment="numpy==2.0\n")
    again = fingerprint(CONFIG, root=root, data_digests=("a", "b"), environment="numpy==2.0\n")
    assert base == again
    assert base.total == again.total
    seeded = msgspec.structs.replace(CONFIG, train=Train(estimator="pipeline:build", seed=1))
    others = [
        fingerprint(CONFIG, root=root, data_digests=("ab", ""), environment="numpy==2.0\n"),
        fingerprint(CONFIG, root=root, data_digests=("a", "b"), environment="numpy==2.1\n"),
        fingerprint(seeded, root=root, data_digests=("a", "b"), environment="numpy==2.0\n"),
    ]
    (root / "a.py").write_text("x = 3")
    others.append(fingerprint(CONFIG, root=root, data_digests=("a", "b"), environment="numpy==2.0\n"))
    assert len({base.total, *(other.total for other in others)}) == 5


def test_own_files(tmp_path: Path) -> None:
    tree(tmp_path, "env/pyvenv.cfg", "lib/a.py")
    assert is_own(tmp_path, "lib/a.py")
    assert not is_own(tmp_path, "env/lib/site-packages/b.py")
    assert not is_own(tmp_path, ".tox/b.py")
    assert not is_own(tmp_path, ".b.py")


def test_a_threshold_is_of_what_it_is_best_for_and_of_the_groups() -> None:
    base = msgspec.structs.replace(CONFIG, compare=BEST)
    grouped = msgspec.structs.replace(base, data=msgspec.structs.replace(CONFIG.data, group="home"))
    other = msgspec.structs.replace(base, compare=Compare(threshold="best", primary=Primary(metric="f2")))
    same = Compare(threshold="best", primary=Primary(metric="f1", margin=0.01), confidence=0.9)
    digests = {config_digest(one) for one in (base, grouped, other)}
    assert len(digests) == 3
    assert config_digest(msgspec.structs.replace(base, compare=same)) in digests
