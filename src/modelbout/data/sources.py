"""Find the files of a table and open them lazily, with the types that the contract declares."""

from __future__ import annotations

import glob
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from modelbout.config.addresses import is_address
from modelbout.data.casting import cast, check_columns, infer_columns, without_missing
from modelbout.data.digests import file_digest
from modelbout.data.engines.engine import RAW
from modelbout.data.engines.polars import POLARS
from modelbout.data.names import check_names, same_columns
from modelbout.data.parquet import open_parquet
from modelbout.data.quick import Quick, quick
from modelbout.data.reading import ColumnReading, Reading
from modelbout.data.remote import copies
from modelbout.data.scratch import plain_copy
from modelbout.data.text import inspect, known_encoding
from modelbout.errors import DataError, Place, Problem, cause

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.data.engines.engine import Engine
    from modelbout.data.text import TextTable
    from modelbout.results import DataFile

TEXT_ENDINGS: Final = tuple(f".{kind}{packed}" for kind in ("csv", "tsv") for packed in ("", ".gz", ".zst"))
PARQUET_ENDINGS: Final = (".parquet", ".pq")
NOWHERE: Final = Place()
UNDECLARED: Final = Reading()
MOST_FILES: Final = 10_000  # every file is opened before the first row is read: far above any sane table


@dataclass(frozen=True)
class Source:
    """One file of a table: where it is, its path as it is shown (relative to the repository), how it was then.

    ``stamp`` is device, inode, length and time of change in nanoseconds; None where it could not be asked.
    """

    path: Path
    shown: str
    stamp: tuple[int, int, int, int] | None = None


@dataclass(frozen=True, eq=False)
class Scan:
    """A table that is open but not read.

    Attributes:
        lazy: the rows, as the engine's lazy table, typed; for text files each declared or inferred column that is no
            string has a companion ``RAW + name`` with its text, so that a failed cast is countable: text there, typed
            value null.
        columns: the real columns in file order, without companions.
        sources: the files, in the order in which they are read.
        text: whether the files are delimited text.
        reading: how the text was read in the end, inferred types included; scan a second table with it and both
            have the same types.
        delimiters: what separates the fields, for each text file.
        engine: what runs the queries on ``lazy``.
        exact: the same table as Polars reads it, for what the engine does not answer as Polars does; None = this one.
        address: of a table of a database, as it is shown; None for files.
        quick: the same rows, with the numbers that the parser reads; None where it could read them otherwise.
        digests: of the files, where they were worked out already; None = when ``files`` is asked for.
    """

    lazy: Any
    columns: tuple[str, ...]
    sources: tuple[Source, ...] = ()
    text: bool = False
    reading: Reading = UNDECLARED
    delimiters: tuple[str, ...] = ()
    engine: Engine = POLARS
    exact: Scan | None = None
    address: str | None = None
    digests: tuple[DataFile, ...] | None = None
    quick: Quick | None = None

    @cached_property
    def digested(self) -> tuple[DataFile, ...]:
        """The files with their digests; where they are not known yet, worked out now, which reads every byte.

        Raises:
            DataError: a file cannot be read.
        """
        return _digests(self.sources) if self.digests is None else self.digests

    @cached_property
    def files(self) -> tuple[DataFile, ...]:
        """The files with their digests, which are still as they were when the table was opened.

        Raises:
            DataError: a file cannot be read, or is another one than when the table was opened.
        """
        found = self.digested
        self.require_unchanged()
        return found

    def require_unchanged(self) -> None:
        """Refuse what was read of files that were written to meanwhile.

        Raises:
            DataError: a file has another length or time of change than when the table was opened, or is gone.
        """
        changed = [source.shown for source in self.sources if source.stamp != _stamp(source.path)]
        if changed:
            raise DataError(
                *(
                    Problem(
                        found="the file was changed while it was read",
                        allowed="a file that stays as it is during the run",
                        fix="let the program that writes it end first, or write to another name and rename it",
                        place=Place(file=shown),
                    )
                    for shown in changed
                )
            )


def scan(source: str | tuple[str, ...], *, root: Path, reading: Reading, place: Place = NOWHERE) -> Scan:
    """Open the table in one file, several files or globs.

    Text files are read once from end to end here, in constant memory, to refuse what a parser would bend; Parquet
    files are only asked for their schema.

    Args:
        source: a path or glob relative to ``root``, or several.
        root: the directory of modelbout.yaml.
        reading: declared types, missing texts, delimiter and encoding (the last three for text only).
        place: the key that names the source, for messages about a file that is not there.

    Raises:
        DataError: with everything that is wrong with names, or the first fault inside a file.
    """
    sources = find(source, root=root, place=place)
    kinds = {_is_text(found.shown) for found in sources}
    if len(kinds) > 1:
        raise DataError(
            Problem(
                found="one table is made of text files and Parquet files",
                fix="convert them to one format, or narrow the glob",
                place=place,
            )
        )
    check_columns(reading.columns, place)
    if kinds == {False}:
        lazy, columns = open_parquet([(found.path, found.shown) for found in sources], reading)
        _refuse_companions(columns, sources[0])
        return Scan(lazy=lazy, columns=columns, sources=sources, reading=reading)
    # A text file is inspected by one thread: another one has its digest by then.
    with ThreadPoolExecutor(max_workers=1) as beside:
        digests = beside.submit(_digests, sources)
        opened = _scan_text(sources, reading, place)
        return replace(opened, digests=digests.result())


def _digests(sources: tuple[Source, ...]) -> tuple[DataFile, ...]:
    return tuple(file_digest(source.path, shown=source.shown) for source in sources)


def _stamp(path: Path) -> tuple[int, int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def find(source: str | tuple[str, ...], *, root: Path, place: Place) -> tuple[Source, ...]:
    """Return the files behind paths and globs: each once, matches of a glob in sorted order.

    Raises:
        DataError: a path is not there, is a directory, cannot be opened or has an unknown ending, or a glob
            matches nothing; all such paths at once.
    """
    patterns = (source,) if isinstance(source, str) else source
    found: dict[Path, Source] = {}
    problems: list[Problem] = []
    for pattern in patterns:
        for path, shown in _named(pattern, root, place):
            if path not in found:
                problem = _unusable(path, shown, place)
                if problem is not None:
                    problems.append(problem)
                found[path] = Source(path, shown, _stamp(path))
        if not found and not problems:
            problems.append(
                Problem(
                    found=f"no file matches `{pattern}`",
                    fix="correct the pattern; it starts at the directory of modelbout.yaml and matches no hidden files",
                    place=place,
                )
            )
    if len(found) > MOST_FILES:
        problems.append(
            Problem(
                found=f"{len(found):,} files",
                allowed=f"at most {MOST_FILES:,}",
                fix="join them into larger files",
                place=place,
            )
        )
    if problems:
        raise DataError(*problems)
    return tuple(found.values())


def _named(pattern: str, root: Path, place: Place) -> list[tuple[Path, str]]:
    if is_address(pattern):
        return [(copy.path, copy.shown) for copy in copies(pattern, place)]
    return [(path, _shown(path, root)) for path in _matches(pattern, root)]


def _matches(pattern: str, root: Path) -> list[Path]:
    literal = root / pattern
    if "\0" in pattern:
        return []
    # Path.exists raises where a directory is closed to us; here that is simply no match.
    if not glob.has_magic(pattern) or os.path.exists(literal):  # noqa: PTH110 -- see above
        return [literal]
    # Path.glob takes no absolute pattern and, unlike the shell, matches hidden files.
    matches = glob.glob(pattern, root_dir=root, recursive=True)  # noqa: PTH207 -- see above
    return [root / match for match in sorted(matches) if (root / match).is_file()]


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _is_text(shown: str) -> bool:
    return shown.lower().endswith(TEXT_ENDINGS)


def _unusable(path: Path, shown: str, place: Place) -> Problem | None:
    try:
        return _misnamed(path, shown, place) or _closed(path, shown, place)
    except PermissionError:
        fix = "give the user of this run read access"
        return Problem(found=f"no permission to read `{shown}`", fix=fix, place=place)
    except OSError as error:
        found = f"`{shown}` cannot be opened: {cause(error.strerror)}"
        return Problem(found=found, fix="check the disk and the path", place=place)


def _misnamed(path: Path, shown: str, place: Place) -> Problem | None:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        # Polars takes no such path. Under LC_ALL=C every letter outside ASCII is one.
        found = f"the path of `{shown}` is not UTF-8 as this machine is set"
        fix = "use a UTF-8 locale (LC_ALL=C.UTF-8), or rename the directory"
        return Problem(found=found, fix=fix, place=place)
    if path.is_dir():
        fix = f"name the files in it, for example `{shown}/*.parquet`"
        return Problem(found=f"`{shown}` is a directory", allowed="a file, or a glob", fix=fix, place=place)
    if path.name.lower().endswith(TEXT_ENDINGS + PARQUET_ENDINGS):
        return None
    return Problem(
        found=f"`{shown}` has an ending that says no known format",
        allowed=", ".join(TEXT_ENDINGS + PARQUET_ENDINGS),
        fix="convert or rename the file",
        place=place,
    )


def _closed(path: Path, shown: str, place: Place) -> Problem | None:
    if not path.exists():
        fix = "correct the path, which starts at the directory of modelbout.yaml, or pull the data first"
        return Problem(found=f"there is no file `{shown}`", fix=fix, place=place)
    if not path.is_file():
        # Opening a named pipe would wait for ever.
        fix = "write the data to a file first"
        return Problem(found=f"`{shown}` is no regular file", allowed="a file, or a glob", fix=fix, place=place)
    with path.open("rb"):
        return None


def _refuse_companions(columns: tuple[str, ...], source: Source) -> None:
    taken = [name for name in columns if name.startswith(RAW)]
    if taken:
        raise DataError(
            Problem(
                found=f"a column name starts with `{RAW.strip()}`, which is reserved",
                fix="rename the column",
                place=Place(file=source.shown),
            )
        )


def _check_delimiter(reading: Reading, place: Place) -> None:
    delimiter = reading.delimiter
    if delimiter is not None and (len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0'):
        raise DataError(
            Problem(
                found=f"the delimiter {delimiter!r} cannot be used",
                allowed="one ASCII character that is no quote and no line end",
                fix="change `delimiter:` under `read:` in the contract",
                place=place,
            )
        )


def _scan_text(sources: tuple[Source, ...], reading: Reading, place: Place) -> Scan:
    _check_delimiter(reading, place)
    frames: list[pl.LazyFrame] = []
    inspected: list[TextTable] = []
    columns: tuple[str, ...] = ()
    for source in sources:
        table = inspect(source.path, reading, shown=source.shown)
        check_names(table.header, shown=source.shown, line=1)
        _refuse_companions(table.header, source)
        columns = columns or table.header
        same_columns(columns, table.header, first=sources[0].shown, shown=source.shown)
        path = source.path
        if table.rewrite:
            path = plain_copy(path, known_encoding(reading.encoding, shown=source.shown), shown=source.shown)
        lazy = pl.scan_csv(
            path,
            separator=table.delimiter,
            infer_schema=False,
            empty_string_is_null=False,
            new_columns=list(table.header),
            glob=False,
        )
        frames.append(lazy.select(columns))
        inspected.append(table)
    lazy = frames[0] if len(frames) == 1 else pl.concat(frames, how="vertical")
    lazy = lazy.select(without_missing(name, reading.missing) for name in columns)
    if not reading.columns:
        reading = Reading(_infer(lazy, columns, sources), reading.missing, reading.delimiter, reading.encoding)
    declared = {column.name: column for column in reading.columns}
    return Scan(
        lazy=_typed(lazy, columns, declared),
        columns=columns,
        sources=sources,
        text=True,
        reading=reading,
        delimiters=tuple(table.delimiter for table in inspected),
        quick=quick(list(zip((source.path for source in sources), inspected, strict=True)), columns, reading),
    )


def _infer(lazy: pl.LazyFrame, columns: tuple[str, ...], sources: tuple[Source, ...]) -> tuple[ColumnReading, ...]:
    try:
        return infer_columns(lazy, columns)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(
            Problem(
                found=f"the text cannot be parsed ({type(error).__name__})",
                fix="write the file again with a standard CSV writer",
                place=Place(file=sources[0].shown),
            )
        ) from None


def _typed(lazy: pl.LazyFrame, columns: tuple[str, ...], declared: dict[str, ColumnReading]) -> pl.LazyFrame:
    typed: list[pl.Expr] = []
    companions: list[pl.Expr] = []
    for name in columns:
        column = declared.get(name)
        if column is None or column.type == "string":
            typed.append(pl.col(name))
            continue
        typed.append(cast(pl.col(name), column).alias(name))
        companions.append(pl.col(name).alias(RAW + name))
    return lazy.select(typed + companions)
