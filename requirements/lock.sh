#!/usr/bin/env bash
# Lock every environment: exact versions with hashes, for all platforms, without index addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
lock() {
  .venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-header "$@"
}
lock requirements/bootstrap.in --output-file requirements/bootstrap.txt
lock requirements/light.in --output-file requirements/light.txt
lock pyproject.toml --output-file requirements/runtime.txt
lock pyproject.toml --group dev --output-file requirements/dev.txt
lock requirements/engines.in --constraint requirements/dev.txt --output-file requirements/engines.txt
lock requirements/scorers.in --constraint requirements/dev.txt --output-file requirements/scorers.txt
