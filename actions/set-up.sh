#!/usr/bin/env bash
# Find any Python and hand over to install.py, which looks for one that is new enough and does the rest. One word: the profile.
set -euo pipefail
here="$(dirname "${BASH_SOURCE[0]}")"
for python in python3 python py; do
  # A stub that only leads to a shop (Windows) or to a version that is not there (pyenv) does not start.
  if "$python" -I -c "" > /dev/null 2>&1; then
    exec "$python" -I "$here/install.py" "$@"
  fi
done
echo "::error title=Modelbout::There is no Python on this runner. Add a step with actions/setup-python before this one."
exit 2 # as for any other fault of the set-up around us
