"""Pack files as actions/upload-artifact does and hand them to the test."""

from __future__ import annotations

import glob
import io
import os
import sys
import urllib.request
import zipfile
from pathlib import Path


def matched(pattern: str, *, hidden: bool) -> list[Path]:
    """Return the files of one line of ``path``; a directory stands for all that it holds."""
    found = [Path(name) for name in glob.glob(pattern, recursive=True, include_hidden=hidden)]  # noqa: PTH207 -- Path.glob knows no include_hidden
    files = [one for path in found for one in ([path] if path.is_file() else path.rglob("*")) if one.is_file()]
    return files if hidden else [path for path in files if not any(part.startswith(".") for part in path.parts)]


def root(files: list[Path], patterns: list[str]) -> Path:
    """Return the directory at the archive's top: what the fixed beginnings of all patterns share."""
    starts = []
    for pattern in patterns:
        fixed = Path(pattern)
        while glob.has_magic(str(fixed)):
            fixed = fixed.parent
        starts.append(fixed.parent if fixed in files else fixed)
    return Path(os.path.commonpath(starts))


def say(line: str) -> None:
    print(line)  # noqa: T201 -- a job's log


def main() -> int:
    name, hidden = os.environ["NAME"], os.environ["HIDDEN"] == "true"
    patterns = [line.strip() for line in os.environ["PATHS"].splitlines() if line.strip()]
    files = sorted({path for pattern in patterns for path in matched(pattern, hidden=hidden)})
    if not files:
        told = f"No files were found with the provided path: {patterns}. No artifacts will be uploaded."
        say(f"::{'error' if os.environ['NOTHING'] == 'error' else 'warning'}::{told}")
        return int(os.environ["NOTHING"] == "error")
    packed, top = io.BytesIO(), root(files, patterns)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, path.relative_to(top).as_posix())
    url = f"{os.environ['E2E_ARTIFACTS']}/{os.environ['GITHUB_RUN_ID']}?name={name}"
    request = urllib.request.Request(url, data=packed.getvalue(), method="POST")  # noqa: S310 -- loopback, from the test
    try:
        with urllib.request.urlopen(request):  # noqa: S310 -- see above
            say(f"Artifact {name} with {len(files)} files, {len(packed.getvalue())} bytes")
    except urllib.error.HTTPError as error:
        say(f"::error::Failed to CreateArtifact: {error.read().decode()}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
