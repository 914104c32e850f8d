"""Two models in one repository, judged at once by a matrix: one comment under the pull request tells of both."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.shop import small
from tests.integration.shop import PLAIN_STRONG

if TYPE_CHECKING:
    from tests.e2e.world import World

pytestmark = pytest.mark.exhaustive

PAGE = Path(__file__).parents[2] / "docs" / "workflows.md"


def shown() -> str:
    """Return the workflow of the page that tells how it is done."""
    (text,) = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return str(text)


def test_one_comment_tells_of_both(world: World) -> None:
    shop = small()
    files = {f"models/shop/{name}": text for name, text in shop.items() if not name.startswith(".")}
    files |= {name.replace("models/shop/", "models/kiosk/", 1): text for name, text in files.items()}
    files["models/kiosk/modelbout.yaml"] = files["models/kiosk/modelbout.yaml"].replace("model: shop", "model: kiosk")
    files |= {"requirements.txt": shop["requirements.txt"], ".github/workflows/modelbout.yml": shown()}
    world.push(files, "main")
    pull = world.open_pull({"models/shop/pipeline.py": PLAIN_STRONG}, "better")
    run = world.bout(pull)
    assert run.results == {"bout": "success", "report": "success"}, run.text
    body = world.comment(pull).body
    assert "shop" in body
    assert "kiosk" in body
    kept = {artifact.name for artifact in world.repo.artifacts.values()}
    assert {"modelbout-results-shop", "modelbout-results-kiosk"} <= kept
