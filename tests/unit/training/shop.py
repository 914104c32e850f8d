"""A machine with a uv that installs nothing: it writes lists of packages, and down how it was called."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PYTHON = "3.12"
# Knows one job: to say what is installed beside it.
INTERPRETER = f"""#!{sys.executable} -S
import json, sys
from pathlib import Path
job = json.loads(Path(sys.argv[2]).read_text())
listed = (Path(sys.argv[0]).parent.parent / "installed.txt").read_text()
answer = {{"ok": True, "python": "{PYTHON}.7", "packages": dict(line.split("==") for line in listed.split())}}
Path(job["result"]).write_text(json.dumps(answer))
"""
UV = f"""#!{sys.executable} -S
import json, os, sys, time
from pathlib import Path
shop = Path(sys.argv[0]).parent.parent
words = sys.argv[1:]
with (shop / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps({{"words": words, "cwd": os.getcwd(), "environment": dict(os.environ)}}) + "\\n")
print("asking https://packages.example.com/simple")
rules = json.loads((shop / "rules.json").read_text())
time.sleep(rules.get("seconds", 0))
named = Path(words[words.index("--python") + 1])
if words[0] == "venv":
    if str(named) not in ((shop / "python").read_text(), rules.get("known")):
        sys.exit(2)
    program = Path(words[-1]) / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text((shop / "interpreter").read_text())
    program.chmod(0o755)
elif rules.get("fails"):
    sys.exit(1)
else:
    locked = dict(line.split("==") for line in Path(words[words.index("--constraint") + 1]).read_text().split())
    asked = dict(word.split("==") for word in words if "==" in word)
    installed = asked | {{name: locked[name] for name in rules.get("with", [])}} | rules.get("other", {{}})
    (named.parent.parent / "installed.txt").write_text(chr(10).join("==".join(one) for one in installed.items()))
"""


@dataclass(frozen=True)
class Shop:
    """The machine, and what its uv was asked for."""

    place: Path

    @property
    def environments(self) -> list[str]:
        """Return the names of what lies in the cache, hidden files too."""
        return sorted(path.name for path in (self.place / "cache" / "environments").iterdir())

    @property
    def calls(self) -> list[dict[str, Any]]:
        """Return the words, the directory and the environment of each call of uv."""
        written = self.place / "calls.jsonl"
        return [json.loads(line) for line in written.read_text().splitlines()] if written.exists() else []

    def rule(self, **rules: Any) -> None:
        """Say how uv behaves from now on."""
        (self.place / "rules.json").write_text(json.dumps(rules))


def open_shop(place: Path, patch: pytest.MonkeyPatch, *, python: str = PYTHON, interpreter: str = INTERPRETER) -> Shop:
    """Put uv on the PATH and the cache into a directory; the machine has one Python, which uv copies."""
    made = Shop(place)
    (place / "bin").mkdir(parents=True)
    (place / "bin" / "uv").write_text(UV)
    (place / "bin" / "uv").chmod(0o755)
    (place / "interpreter").write_text(interpreter)
    (place / "python").write_text(python)
    made.rule()
    patch.setenv("MODELBOUT_CACHE", str(place / "cache"))
    patch.setenv("PATH", f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return made
