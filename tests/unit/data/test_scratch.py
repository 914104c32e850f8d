from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import pytest

from modelbout.data.reading import Reading
from modelbout.data.scratch import plain_copy
from modelbout.data.sources import scan
from modelbout.errors import DataError


def test_the_copy_is_plain_utf8_without_blank_lines_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("a,b\r\né,1\r\n\r\n\n".encode("latin-1"))
    copy = plain_copy(tmp_path / "t.csv", "latin-1", shown="t.csv")
    assert copy.read_bytes() == "a,b\r\né,1\n".encode()


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t.csv").write_bytes("a\né\n".encode("latin-1"))
    real = Path.open

    def full(path: Path, mode: str = "r") -> IO[Any]:
        if "w" in mode:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, mode)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(DataError, match="No space left") as caught:
        scan("t.csv", root=tmp_path, reading=Reading(encoding="latin-1"))
    assert "TMPDIR" in caught.value.problems[0].fix


def test_copies_are_gone_when_the_process_ends(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("a\né\n".encode("latin-1"))
    code = (
        "import sys; from pathlib import Path; from modelbout.data.scratch import plain_copy;"
        "print(plain_copy(Path(sys.argv[1]), 'latin-1', shown='t.csv'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "t.csv")], capture_output=True, text=True, check=True
    )
    copy = Path(done.stdout.strip())
    assert copy.name.endswith(".csv")
    assert not copy.parent.exists()
