"""One command on a directory registry in a process of its own, which can kill itself between two writes.

``promote REGISTRY BUNDLE BEATEN`` takes the digest of the beaten champion, ``none``, or ``again``: read the champion
and try until it works. ``rollback REGISTRY`` goes back by one. ``--kill K`` names the step, ``--half`` dies within it
and not before it, ``--wait FILE`` starts when the file appears. The last line of the output is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from modelbout.errors import ChampionMovedError
from modelbout.registry.disk import LocalDisk
from modelbout.registry.local import LocalRegistry

if TYPE_CHECKING:
    from modelbout.results import PromotionResult

STAGE = "production"


class Doomed(LocalDisk):
    """Kills its own process before the k-th operation, or when that operation is half done."""

    def __init__(self, k: int, *, half: bool) -> None:
        self.left = k
        self.half = half

    def _doomed(self) -> bool:
        self.left -= 1
        if self.left == 0 and not self.half:
            os.kill(os.getpid(), signal.SIGKILL)
        return self.left == 0

    def make_directory(self, path: Path) -> None:
        if self._doomed():
            path.parent.mkdir(parents=True, exist_ok=True)
            os.kill(os.getpid(), signal.SIGKILL)
        super().make_directory(path)

    def write(self, path: Path, data: bytes) -> None:
        if self._doomed():
            path.write_bytes(data[: len(data) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        super().write(path, data)

    def copy(self, source: Path, target: Path) -> None:
        if self._doomed():
            target.write_bytes(source.read_bytes()[:7])
            os.kill(os.getpid(), signal.SIGKILL)
        super().copy(source, target)

    def sync(self, path: Path) -> None:
        if self._doomed():
            os.kill(os.getpid(), signal.SIGKILL)
        super().sync(path)

    def rename(self, source: Path, target: Path) -> None:
        doomed = self._doomed()
        super().rename(source, target)
        if doomed:
            os.kill(os.getpid(), signal.SIGKILL)

    def remove(self, path: Path) -> None:
        if self._doomed():
            for file in path.rglob("*") if path.is_dir() else ():
                if file.is_file():
                    file.unlink()
                    break
            os.kill(os.getpid(), signal.SIGKILL)
        super().remove(path)


def promote(registry: LocalRegistry, bundle: Path, beaten: str) -> PromotionResult:
    while True:
        title = registry.champion("churn", STAGE)
        present = title.bundle_digest if title else None
        try:
            return registry.promote(
                bundle,
                model="churn",
                stage=STAGE,
                beaten=present if beaten == "again" else None if beaten == "none" else beaten,
                actor="ada",
                reason="won",
                verdict_digest=None,
            )
        except ChampionMovedError:
            if beaten != "again":
                raise


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["promote", "rollback"])
    parser.add_argument("registry", type=Path)
    parser.add_argument("bundle", type=Path, nargs="?")
    parser.add_argument("beaten", nargs="?", default="none")
    parser.add_argument("--kill", type=int, default=0)
    parser.add_argument("--half", action="store_true")
    parser.add_argument("--wait", type=Path)
    options = parser.parse_args()
    registry = LocalRegistry(options.registry, disk=Doomed(options.kill, half=options.half))
    if options.wait is not None:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while not options.wait.exists():
            pass
    told: dict[str, object]
    try:
        if options.command == "promote":
            result = promote(registry, options.bundle, options.beaten)
        else:
            result = registry.rollback(model="churn", stage=STAGE, to=None, actor="ada", reason="bad")
        told = {"won": True, "version": result.version, "seq": result.seq}
    except ChampionMovedError:
        told = {"won": False}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
