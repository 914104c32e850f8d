"""Set up Modelbout for the steps of one job: an environment of its own, from a lock with hashes, once.

Standard library only, Python 3.9 or newer, Linux, macOS and Windows; started by set-up.sh in each action. It prints
what it does and hands the environment's interpreter on as the step's output ``python``; nothing is put on the PATH or
into GITHUB_ENV, where the user's later steps would meet it.

Settings of pip and uv are ignored, the user's and the machine's: they are made for other packages. What a company
needs to reach its index has two variables of ours, INDEX_VARIABLE and the ordinary ones of the network (HTTPS_PROXY,
SSL_CERT_FILE, REQUESTS_CA_BUNDLE), which stay. An index cannot change what is installed, as every hash is locked.
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

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent / "src"
REQUIREMENTS = HERE.parent / "requirements"
# Each profile with its lock; the environment of a later one can do all that an earlier one can.
LOCKS = {"light": "light.txt", "full": "runtime.txt"}
PROFILES = tuple(LOCKS)
UV_LOCK = REQUIREMENTS / "bootstrap.txt"

INDEX_VARIABLE = "MODELBOUT_INDEX_URL"
FOREIGN = ("UV_", "PIP_", "PYTHON", "CONDA_", "VIRTUAL_ENV", "PIPENV_", "POETRY_", "PYENV_VERSION")
# Downloads need none of them.
SECRET = re.compile(r"(?i)TOKEN|SECRET|PASSWORD|^MODELBOUT_INPUTS$|^ACTIONS_")

OLDEST = (3, 11)  # pyproject.toml: requires-python
NEWEST = (3, 14)  # the newest that every locked package has wheels for; newer ones are tried last
PROBE = (
    "import sys, sysconfig; "
    "plain = sys.implementation.name == 'cpython' and not sysconfig.get_config_var('Py_GIL_DISABLED'); "
    "print(*sys.version_info[:2], int(plain), sys.executable)"
)
PROBE_SECONDS = 30  # ours: a cold disk, a virus scanner
INSTALL_SECONDS = 900  # ours: 200 MB on a slow line

EXIT_FINE, EXIT_CONFIG, EXIT_NETWORK = 0, 2, 4  # as the command line answers


class SetupError(Exception):
    """Something that stops the set-up: what was found and the next step, and the exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def main(arguments: list[str]) -> int:
    """Leave the environment of a profile, tell where its interpreter is, and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    profile = arguments[0] if arguments and arguments[0] in LOCKS else PROFILES[-1]
    try:
        hand_on(ready(profile) or make(profile))
    except SetupError as error:
        print(f"::error title=Modelbout cannot be set up::{escaped(str(error))}", flush=True)
        return error.code
    except OSError as error:
        message = f"the machine refuses: {error}. Make room on the disk, or mend the permissions"
        print(f"::error title=Modelbout cannot be set up::{escaped(message)}", flush=True)
        return EXIT_NETWORK
    return EXIT_FINE


# Where an environment is


def home() -> Path:
    """Return the directory of all our environments in this job; the runner empties it after the job."""
    return Path(os.environ.get("RUNNER_TEMP") or tempfile.gettempdir()).resolve() / "modelbout"


def place(profile: str) -> Path:
    """Return where the environment of a profile lies: another lock or another copy of our code is another place."""
    lock = (REQUIREMENTS / LOCKS[profile]).read_bytes()
    digest = hashlib.sha256(lock + b"\0" + os.fsencode(SOURCE)).hexdigest()
    return home() / f"{profile}-{digest[:16]}"


def ready(profile: str) -> Path | None:
    """Return the interpreter of an environment that is there as a whole and can do what the profile needs."""
    for able in PROFILES[PROFILES.index(profile) :]:
        python = interpreter(place(able))
        if python.is_file():
            return python
    return None


def interpreter(environment: Path) -> Path:
    """Return the interpreter of a virtual environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def hand_on(python: Path) -> None:
    """Set the step's output; outside of GitHub print it."""
    print(f"Modelbout runs in {python.parent.parent}")
    output = os.environ.get("GITHUB_OUTPUT")
    if output:
        with Path(output).open("a", encoding="utf-8", newline="\n") as file:
            file.write(f"python={python}\n")


# How it gets there


def make(profile: str) -> Path:
    """Make the environment beside its place and move it there in one step: it is whole or not there.

    Two at once make it twice and the second finds the first one's.
    """
    target = place(profile)
    home().mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=home()))
    try:
        built = scratch / "environment"
        install(profile, built, newer_python(), scratch)
        link(built)
        try:
            built.rename(target)
        except OSError:
            if not interpreter(target).is_file():
                raise
        return interpreter(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def install(profile: str, built: Path, python: str, scratch: Path) -> None:
    """Install a lock into a new environment, by the uv on the PATH, or by the one that we bring."""
    lock = str(REQUIREMENTS / LOCKS[profile])
    found = shutil.which("uv")
    if found and filled(found, built, python, lock, scratch):
        return
    if found:
        print("the uv on the PATH did not do: it may be too old, so the locked one is brought", flush=True)
    if not filled(bring_uv(python), built, python, lock, scratch):
        raise SetupError(
            "the packages of Modelbout could not be installed; uv says why above. Run the job again when it was the "
            f"network; behind a company's index set {INDEX_VARIABLE} to its address, and see docs/actions/README.md",
            EXIT_NETWORK,
        )


def filled(uv: str, built: Path, python: str, lock: str, scratch: Path) -> bool:
    """Make the environment with this uv; from what it has downloaded before, if that is enough."""
    shutil.rmtree(built, ignore_errors=True)
    if run([uv, "venv", "--quiet", "--no-config", "--no-project", "--python", python, str(built)], scratch):
        return False
    sync = [uv, "pip", "sync", "--quiet", "--no-config", "--python", str(interpreter(built))]
    sync += ["--require-hashes", "--no-build"]
    if not run([*sync, "--offline", lock], scratch, quiet=True):
        return True
    index = os.environ.get(INDEX_VARIABLE)
    return not run([*sync, *(["--default-index", index] if index else []), lock], scratch)


def bring_uv(python: str) -> str:
    """Install the locked uv with pip into a place of its own, once a job, and return it."""
    target = home() / f"uv-{hashlib.sha256(UV_LOCK.read_bytes()).hexdigest()[:16]}"
    found = uv_in(target)
    if found:
        return found
    scratch = Path(tempfile.mkdtemp(prefix="uv.", dir=home()))
    try:
        index = os.environ.get(INDEX_VARIABLE)
        options = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--only-binary=:all:"]
        options += ["--require-hashes", "--requirement", str(UV_LOCK), *(["--index-url", index] if index else [])]
        pip = [python, "-I", "-m", "pip", "install", *options, "--target", str(scratch / "uv")]
        if run(pip, scratch):
            raise SetupError(
                f"there is no uv on the PATH that works, and {python} could not install one with pip (see above). "
                "Add a step with actions/setup-python or astral-sh/setup-uv before this one; behind a company's index "
                f"set {INDEX_VARIABLE} to its address",
                EXIT_NETWORK,
            )
        try:
            (scratch / "uv").rename(target)
        except OSError:
            if not uv_in(target):
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    found = uv_in(target)
    if not found:
        raise SetupError(f"pip installed no uv into {target}; remove it and run the job again", EXIT_NETWORK)
    return found


def uv_in(directory: Path) -> str | None:
    """Return the uv that pip has put there."""
    names = [directory / part / name for part in ("bin", "Scripts") for name in ("uv", "uv.exe")]
    return next((str(name) for name in names if name.is_file()), None)


def link(built: Path) -> None:
    """Let the environment find our code where the action was unpacked; nothing is built or copied."""
    inside = [path for path in built.glob("**/site-packages") if path.is_dir()]
    if not inside:
        raise SetupError(f"the new environment {built} has no site-packages; run the job again", EXIT_NETWORK)
    # A line of code and not a bare path: Python 3.11 reads a bare one in the machine's encoding.
    (inside[0] / "modelbout.pth").write_text(f"import sys; sys.path.append({str(SOURCE)!a})\n", encoding="ascii")


def run(command: list[str], where: Path, *, quiet: bool = False) -> int:
    """Run a program outside of the checkout, without the user's settings, and return its exit code."""
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(FOREIGN) and not SECRET.search(name)
    }
    environ.update(UV_PYTHON_DOWNLOADS="never", PIP_CONFIG_FILE=os.devnull, PIP_ROOT_USER_ACTION="ignore")
    sink = subprocess.DEVNULL if quiet else None
    try:
        return subprocess.run(
            command,
            cwd=where,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            timeout=INSTALL_SECONDS,
            check=False,
        ).returncode
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"{command[0]}: {error}", flush=True)
        return 1


# Which Python


def newer_python() -> str:
    """Return an interpreter that is new enough: the job's own, another on the PATH, one that the runner brings."""
    late = None
    seen = set()
    for candidate in candidates():
        answer = probe(candidate)
        if answer is None or answer[1] in seen:
            continue
        version, program = answer
        seen.add(program)
        if OLDEST <= version <= NEWEST:
            return program
        late = late or (program if version > NEWEST else None)
    if late:
        return late
    raise SetupError(
        f"Modelbout itself needs Python {'.'.join(map(str, OLDEST))} or newer, and there is none on the PATH or among "
        "the runner's tools. Add a step with actions/setup-python and `python-version: '3.12'` before this one; your "
        "training code can keep its own Python: name it with `python:`",
        EXIT_CONFIG,
    )


def candidates() -> list[str]:
    """Return the programs to try, in order."""
    names = ["python3", "python", *(f"python3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1))]
    found = [sys.executable, *(path for name in names if (path := shutil.which(name)))]
    tools = os.environ.get("RUNNER_TOOL_CACHE") or os.environ.get("AGENT_TOOLSDIRECTORY")
    if tools:
        inside = "*/python.exe" if os.name == "nt" else "*/bin/python3"
        for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
            found += sorted(map(str, Path(tools, "Python").glob(f"3.{minor}.*/{inside}")))
    return found


def probe(candidate: str) -> tuple[tuple[int, int], str] | None:
    """Return version and own path of an interpreter; None when it does not start or is of a kind without wheels."""
    if candidate == sys.executable and sys.implementation.name == "cpython" and sys.version_info < OLDEST:
        return None
    try:
        answer = subprocess.run(
            [candidate, "-I", "-c", PROBE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PROBE_SECONDS,
            check=True,
        ).stdout.decode("utf-8", "surrogateescape")
        major, minor, plain, program = answer.strip().split(" ", 3)
        return ((int(major), int(minor)), program) if plain == "1" else None
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def escaped(text: str) -> str:
    """Return a text as a workflow command carries it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
