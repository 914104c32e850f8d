"""Two models in one repository, judged at once by a matrix: one comment under the pull request tells of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.init.pins import pinned
from tests.e2e.shop import small
from tests.integration.shop import STRONG

if TYPE_CHECKING:
    from tests.e2e.world import World

PLAIN = """\
name: modelbout
on: pull_request
permissions: {}
jobs:
  bout:
    name: Bout
    strategy:
      fail-fast: false
      matrix:
        model: [shop, kiosk]
    permissions:
      contents: read
    uses: modelbout/modelbout/.github/workflows/bout.yml@x
    with:
      config: ${{ matrix.model }}/modelbout.yaml
      name: ${{ matrix.model }}
  report:
    name: Report
    needs: bout
    if: ${{ !cancelled() }}
    runs-on: ubuntu-latest
    permissions:
      actions: read
      checks: write
      pull-requests: write
    steps:
      - uses: modelbout/modelbout/actions/report@x
"""


def test_one_comment_tells_of_both(world: World) -> None:
    shop = small()
    files = {f"shop/{name}": text for name, text in shop.items() if not name.startswith(".")}
    files |= {name.replace("shop/", "kiosk/", 1): text for name, text in files.items()}
    files["kiosk/modelbout.yaml"] = files["kiosk/modelbout.yaml"].replace("model: shop", "model: kiosk")
    files |= {"requirements.txt": shop["requirements.txt"], ".github/workflows/modelbout.yml": pinned(PLAIN)}
    world.push(files, "main")
    pull = world.open_pull({"shop/pipeline.py": STRONG}, "better")
    run = world.bout(pull)
    assert run.results == {"bout": "success", "report": "success"}, run.text
    body = world.comment(pull).body
    assert "shop" in body
    assert "kiosk" in body
    kept = {artifact.name for artifact in world.repo.artifacts.values()}
    assert {"modelbout-results-shop", "modelbout-results-kiosk"} <= kept
