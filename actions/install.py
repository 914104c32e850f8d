"""Set Modelbout up for the steps of a job, once: an environment of its own, from a hash-locked file, in seconds by uv.

Run by each action as ``python -I install.py light|full``; writes the step's output ``python``. Standard library only,
for any Python from 3.9 on: what it looks for is a Python that may be another one.

Nothing of the job's own settings reaches the installation: neither its virtual environment, nor pip's, uv's or Python's
variables, nor a configuration file in the checkout. What is installed is fixed by hashes, so where it comes from cannot
change it; a company without the public index names its own by MODELBOUT_INDEX_URL.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
LOCKS = {"light": REQUIREMENTS / "light.txt", "full": REQUIREMENTS / "runtime.txt"}
BOOTSTRAP = REQUIREMENTS / "bootstrap.txt"
OLDEST, NEWEST = (3, 11), (3, 13)  # pyproject.toml, requires-python and the versions that CI runs
READY = ".modelbout-ready"
INDEX_VARIABLE = "MODELBOUT_INDEX_URL"
PROBE = "import sys, ensurepip, venv; print(*sys.version_info[:2])"
PROBE_SECONDS = 60  # ours: a cold disk
INSTALL_SECONDS = 900  # ours: 300 MB by a slow mirror
FOREIGN = re.compile(r"(?i)^(UV_|PIP_|PYTHON|VIRTUAL_ENV|CONDA_|PIPENV_|POETRY_)")
SECRET = re.compile(r"(?i)(TOKEN|SECRET|PASSWORD)|^MODELBOUT_INPUTS$|^ACTIONS_")
EXIT_CONFIG, EXIT_REACH = 2, 4


class SetUpError(Exception):
    """What stops the set-up, with its exit code."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


def main(words: list[str]) -> int:
    """Set the asked profile up, or find it set up already."""
    try:
        if len(words) != 1 or words[0] not in LOCKS:
            raise SetUpError(f"set-up: name one of {', '.join(LOCKS)}, not {' '.join(words) or 'nothing'}", EXIT_CONFIG)
        python = set_up(words[0], Path(os.environ.get("RUNNER_TEMP") or tempfile.gettempdir()) / "modelbout")
    except SetUpError as error:
        told = str(error).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        sys.stdout.write(f"::error title=Modelbout cannot be set up::{told}\n")
        return error.code
    output = os.environ.get("GITHUB_OUTPUT")
    if output:
        with Path(output).open("a", encoding="utf-8", newline="\n") as file:
            file.write(f"python={python}\n")
    else:
        sys.stdout.write(f"{python}\n")
    return 0


def set_up(profile: str, home: Path) -> Path:
    """Return the interpreter of the profile's environment, made now unless an earlier step did it."""
    for candidate in dict.fromkeys((profile, "full")):  # the full one holds all of the light one
        done = home / f"{candidate}-{fingerprint(LOCKS[candidate])}"
        if (done / READY).is_file():
            return interpreter(done)
    base = find_python()
    target = home / f"{profile}-{fingerprint(LOCKS[profile])}"
    try:
        home.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=home))
        try:
            install(find_uv(base, home), base, scratch / target.name, LOCKS[profile])
            try:
                (scratch / target.name).rename(target)
            except OSError:
                if not (target / READY).is_file():  # unless another step was faster
                    raise
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        raise SetUpError(f"{home} cannot be written: {error}. Look at the runner's disk.", EXIT_REACH) from error
    return interpreter(target)


def fingerprint(lock: Path) -> str:
    """Return what tells one set-up from another: the lock, this script and where our code lies."""
    digest = hashlib.sha256()
    for part in (lock.read_bytes(), Path(__file__).read_bytes(), str(ROOT).encode()):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:16]


def install(uv: Path, base: str, target: Path, lock: Path) -> None:
    """Make the environment; the mark that it is whole comes last."""
    run([str(uv), "venv", "--quiet", "--no-project", "--no-config", "--python", base, str(target)], target.parent)
    python = interpreter(target)
    command = [str(uv), "pip", "install", "--quiet", "--no-config", "--require-hashes", "--no-deps"]
    run([*command, "--python", str(python), "--requirements", str(lock)], target.parent)
    packages = next(iter(sorted(target.glob("lib/python3*/site-packages"))), target / "Lib" / "site-packages")
    (packages / "modelbout.pth").write_text(f"{ROOT / 'src'}\n", encoding="utf-8")
    (target / READY).write_text("", encoding="utf-8")


def interpreter(environment: Path) -> Path:
    """Return an environment's interpreter."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def find_python() -> str:
    """Return a Python that is new enough: this one, one on the PATH, or one that the runner keeps."""
    names = [f"python3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)] + ["python3", "python"]
    found = [sys.executable, *filter(None, map(shutil.which, names))]
    cache = os.environ.get("RUNNER_TOOL_CACHE") or os.environ.get("AGENT_TOOLSDIRECTORY")
    if cache:
        pattern = "Python/3.*/*/" + ("python.exe" if os.name == "nt" else "bin/python3")
        found += map(str, sorted(Path(cache).glob(pattern), reverse=True))
    for candidate in dict.fromkeys(found):
        try:
            answer = subprocess.run(
                [candidate, "-I", "-c", PROBE],
                env=clean(),
                check=True,
                capture_output=True,
                text=True,
                timeout=PROBE_SECONDS,
            )
            version = tuple(map(int, answer.stdout.split()))
        except (OSError, ValueError, subprocess.SubprocessError):
            continue
        if OLDEST <= version <= NEWEST:
            return candidate
    raise SetUpError(
        f"no Python {'.'.join(map(str, OLDEST))} to {'.'.join(map(str, NEWEST))} was found on this runner. "
        "Put actions/setup-python before this step.",
        EXIT_CONFIG,
    )


def find_uv(base: str, home: Path) -> Path:
    """Return uv: the one on the PATH, or one that pip installs into a place of its own, by hash."""
    known = shutil.which("uv")
    if known:
        return Path(known)
    place = home / f"uv-{fingerprint(BOOTSTRAP)}"
    uv = place / ("Scripts/uv.exe" if os.name == "nt" else "bin/uv")
    if (place / READY).is_file():
        return uv
    run([base, "-I", "-m", "venv", "--clear", str(place)], home)
    pip = [
        str(interpreter(place)),
        "-I",
        "-m",
        "pip",
        "--isolated",
        "--disable-pip-version-check",
        "install",
        "--quiet",
    ]
    index = os.environ.get(INDEX_VARIABLE)
    run([*pip, *(["--index-url", index] if index else []), "--require-hashes", "-r", str(BOOTSTRAP)], home)
    (place / READY).write_text("", encoding="utf-8")
    return uv


def clean() -> dict[str, str]:
    """Return the environment without the job's settings of Python, pip and uv, and without secrets."""
    kept = {name: value for name, value in os.environ.items() if not FOREIGN.match(name) and not SECRET.search(name)}
    kept["UV_PYTHON_DOWNLOADS"] = "never"
    index = os.environ.get(INDEX_VARIABLE)
    if index:
        kept["UV_DEFAULT_INDEX"] = index
    return kept


def run(command: list[str], where: Path) -> None:
    """Run one command of the set-up outside of the checkout; its last words are shown when it fails."""
    try:
        done = subprocess.run(
            command,
            cwd=where,
            env=clean(),
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=INSTALL_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SetUpError(f"{Path(command[0]).name} could not be run to its end: {error}", EXIT_REACH) from error
    if done.returncode:
        said = re.sub(r"(https?://)[^\s/@]+@", r"\1***@", done.stdout.strip())[-2000:]
        raise SetUpError(
            f"{Path(command[0]).name} failed: {said}\nThe package index must be reachable from the runner; "
            f"name another one by the variable {INDEX_VARIABLE}.",
            EXIT_REACH,
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
