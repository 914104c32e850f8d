"""The set-up, with a stand-in for uv that writes down how it was called."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[3]
INSTALL = ROOT / "actions" / "install.py"
UV = """\
#!{python} -I
import json, os, pathlib, sys
words = sys.argv[1:]
with open({log!r}, "a") as log:
    log.write(json.dumps(dict(words=words, cwd=os.getcwd(), environ=dict(os.environ))) + "\\n")
if "--offline" in words and {cold}:
    sys.exit(1)
if words[0] == "venv":
    packages = pathlib.Path(words[-1], "lib", "python3", "site-packages")
    packages.mkdir(parents=True)
    binary = pathlib.Path(words[-1], "bin")
    binary.mkdir()
    (binary / "python").symlink_to(sys.executable)
elif {broken}:
    print("no such package")
    sys.exit(2)
"""
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script with a first line that names Python")


class Ground:
    """A runner with a stand-in for uv."""

    def __init__(self, scratch: Path) -> None:
        self.temp, self.bin, self.log = scratch / "temp", scratch / "bin", scratch / "log"
        for place in (self.temp, self.bin):
            place.mkdir()
        self.output = scratch / "output"
        self.uv()

    def uv(self, *, cold: bool = False, broken: bool = False) -> None:
        file = self.bin / "uv"
        file.write_text(UV.format(python=sys.executable, log=str(self.log), cold=cold, broken=broken), encoding="utf-8")
        file.chmod(0o755)

    def run(
        self, profile: str, *, script: Path = INSTALL, environ: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        given = {"PATH": str(self.bin), "RUNNER_TEMP": str(self.temp), "GITHUB_OUTPUT": str(self.output)}
        given |= environ or {}
        return subprocess.run(
            [sys.executable, "-I", str(script), profile], env=given, capture_output=True, text=True, check=False
        )

    @property
    def python(self) -> Path:
        """Return the output of the last set-up."""
        name, _, value = self.output.read_text(encoding="utf-8").splitlines()[-1].partition("=")
        assert name == "python"
        return Path(value)

    @property
    def calls(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


def words(call: dict[str, object]) -> list[str]:
    found = call["words"]
    assert isinstance(found, list)
    return found


def test_an_environment_is_made_once_and_handed_on(ground: Ground) -> None:
    assert ground.run("light").returncode == 0
    first = ground.python
    assert first.is_file()
    assert first.parent.parent.parent == ground.temp / "modelbout"
    made = len(ground.calls)
    assert ground.run("light").returncode == 0
    assert ground.python == first
    assert len(ground.calls) == made
    assert [path.name for path in (ground.temp / "modelbout").iterdir()] == [first.parent.parent.name]


def test_the_full_profile_does_for_the_light_one_and_not_the_other_way_round(ground: Ground) -> None:
    ground.run("light")
    light = ground.python
    ground.run("full")
    full = ground.python
    assert full != light
    shutil.rmtree(light.parent.parent)
    ground.run("light")
    assert ground.python == full


def test_only_what_is_locked_by_hash_is_installed_and_nothing_is_built(ground: Ground) -> None:
    ground.run("full")
    venv, sync = ground.calls
    assert words(venv)[0] == "venv"
    assert words(sync)[:2] == ["pip", "sync"]
    assert {"--require-hashes", "--no-build", "--no-config"} <= set(words(sync))
    assert words(sync)[-1] == str(ROOT / "requirements" / "runtime.txt")


def test_settings_and_tokens_of_the_job_do_not_reach_uv(ground: Ground) -> None:
    foreign = {
        "UV_INDEX_URL": "https://evil.example",
        "UV_PYTHON": "x",
        "PIP_INDEX_URL": "https://evil.example",
        "PYTHONPATH": "/evil",
        "VIRTUAL_ENV": "/theirs",
        "CONDA_PREFIX": "/conda",
        "GITHUB_TOKEN": "ghs_secret",
        "MODELBOUT_INPUTS": "{}",
        "ACTIONS_RUNTIME_URL": "https://x.example",
    }
    ordinary = {"HTTPS_PROXY": "http://proxy.example", "SSL_CERT_FILE": "/etc/company.pem"}
    ground.run("light", environ={**foreign, **ordinary})
    for call in ground.calls:
        environ = call["environ"]
        assert isinstance(environ, dict)
        assert not set(foreign) & set(environ)
        assert environ["UV_PYTHON_DOWNLOADS"] == "never"
        assert ordinary.items() <= environ.items()
        assert str(call["cwd"]).startswith(str(ground.temp))


def test_the_network_is_asked_only_where_the_cache_is_not_enough(ground: Ground) -> None:
    ground.uv(cold=True)
    assert ground.run("light", environ={"MODELBOUT_INDEX_URL": "https://index.example/simple"}).returncode == 0
    _, offline, online = ground.calls
    assert "--offline" in words(offline)
    assert "--offline" not in words(online)
    assert words(online)[-3:-1] == ["--default-index", "https://index.example/simple"]


def test_our_code_is_found_where_the_action_lies_and_nothing_of_the_checkout_shadows_it(
    ground: Ground, tmp_path: Path
) -> None:
    ground.run("light")
    (link,) = ground.python.parent.parent.glob("**/modelbout.pth")
    assert link.read_text(encoding="ascii") == f"import sys; sys.path.append({str(ROOT / 'src')!a})\n"
    (tmp_path / "modelbout.py").write_text("raise SystemExit('shadowed')", encoding="utf-8")
    code = f"import site; site.addsitedir({str(link.parent)!r}); import modelbout; print(modelbout.__file__)"
    ran = subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(ran.stdout.strip()).is_relative_to(ROOT)


def test_a_copy_of_the_action_elsewhere_has_an_environment_of_its_own(ground: Ground, tmp_path: Path) -> None:
    other = tmp_path / "ünder \u6a21 'it'" / "suite"
    shutil.copytree(ROOT / "actions", other / "actions")
    shutil.copytree(ROOT / "requirements", other / "requirements")
    (other / "src").mkdir()
    ground.run("light")
    here = ground.python
    ran = ground.run("light", script=other / "actions" / "install.py")
    assert ran.returncode == 0, ran.stdout
    assert ground.python != here
    (link,) = ground.python.parent.parent.glob("**/modelbout.pth")
    assert link.read_bytes().isascii()


def test_a_failed_installation_leaves_nothing_and_says_what_to_do(ground: Ground) -> None:
    ground.uv(broken=True)
    # Nowhere to bring another uv from.
    ran = ground.run("light", environ={"MODELBOUT_INDEX_URL": (ground.temp / "no-index").as_uri()})
    assert ran.returncode == 4
    assert "::error title=Modelbout cannot be set up::" in ran.stdout
    assert "MODELBOUT_INDEX_URL" in ran.stdout
    assert not ground.output.exists()
    assert list((ground.temp / "modelbout").iterdir()) == []


def test_two_at_once_end_with_one_environment(ground: Ground) -> None:
    given = {"PATH": str(ground.bin), "RUNNER_TEMP": str(ground.temp), "GITHUB_OUTPUT": str(ground.output)}
    both = [subprocess.Popen([sys.executable, "-I", str(INSTALL), "light"], env=given) for _ in range(4)]
    assert [one.wait() for one in both] == [0] * 4
    assert len(list((ground.temp / "modelbout").iterdir())) == 1
    assert len(set(ground.output.read_text(encoding="utf-8").splitlines())) == 1


def test_no_python_at_all_is_told(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    (tmp_path / "dirname").symlink_to(shutil.which("dirname") or "/usr/bin/dirname")
    ran = subprocess.run(
        [bash, str(ROOT / "actions" / "set-up.sh"), "light"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert "actions/setup-python" in ran.stdout


def test_an_older_python_looks_for_a_newer_one(ground: Ground) -> None:
    code = (
        f"import runpy; it = runpy.run_path({str(INSTALL)!r}); space = it['newer_python'].__globals__;"
        "space['OLDEST'], space['NEWEST'] = (9, 0), (9, 9);"
        "\ntry: it['newer_python']()\nexcept Exception as error: print(type(error).__name__, error)"
    )
    ran = subprocess.run(
        [sys.executable, "-I", "-c", code],
        env={"PATH": str(ground.bin)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.startswith("SetupError Modelbout itself needs Python 9.0 or newer")
