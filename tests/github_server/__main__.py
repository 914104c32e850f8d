"""Run a server by hand until its standard input ends: ``python -m tests.github_server [--port N] [--private]``.

It prints one line of JSON: where it is, and the tokens of a job that writes and of one that reads.
"""

from __future__ import annotations

import argparse
import json
import sys

from tests.github_server.fixtures import ground
from tests.github_server.server import Server

if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="python -m tests.github_server")
    asked.add_argument("--port", type=int, default=0)
    asked.add_argument("--repository", default="octo/churn")
    asked.add_argument("--private", action="store_true")
    told = asked.parse_args()
    with Server(told.port) as server:
        made = ground(server, told.repository, private=told.private)
        shown = {"url": server.url, "ghes_url": server.ghes_url, "repository": told.repository}
        print(json.dumps(shown | {"writer": made.writer.value, "reader": made.reader.value}), flush=True)  # noqa: T201
        sys.stdin.read()
        print("\n".join(server.violations), file=sys.stderr)  # noqa: T201
