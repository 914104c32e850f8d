#!/usr/bin/env bash
set -euo pipefail
if [ "$PERSIST" != "false" ]; then
  echo "::error::persist-credentials must be false"
  exit 1
fi
git init --quiet --initial-branch=none .
git fetch --quiet --depth=1 "file://$E2E_REMOTES/$GITHUB_REPOSITORY.git" "$REF"
git checkout --quiet --detach FETCH_HEAD
