"""Where a job comes in and its result goes out."""

from __future__ import annotations

import importlib
import json
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .findings import Stop, one_line, user_code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def main(path: str) -> int:
    """Do the job in the file and leave its result beside it; return the exit code."""
    job = json.loads(Path(path).read_text(encoding="utf-8"))
    try:
        answer = dict(doing(job["job"])(job), ok=True)
    except Stop as stop:
        if stop.__cause__ is not None:
            traceback.print_exception(type(stop.__cause__), stop.__cause__, stop.__cause__.__traceback__)
        answer = stop.answer
    except (OSError, MemoryError) as error:
        traceback.print_exc()
        found = f"the machine refused: {one_line(getattr(error, 'strerror', None) or repr(error))}"
        answer = Stop(found, fix="look for a full disk, missing permissions or too little memory").answer
    scratch = Path(job["result"] + ".part")
    scratch.write_text(json.dumps(answer), encoding="utf-8")
    scratch.replace(job["result"])
    return 0 if answer["ok"] else 1


def doing(name: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Return what does the job; only now are numpy and the like imported, as far as this job needs them."""
    with user_code("this interpreter", "importing what modelbout's worker needs"):
        run: Callable[[Mapping[str, Any]], dict[str, Any]] = importlib.import_module(f".jobs.{name}", __package__).run
    return run
