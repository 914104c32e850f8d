"""PySpark: the session that the environment says (a cluster, Spark Connect), or one of this machine."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from modelbout.data.engines.dialect import PARTS, Dialect
from modelbout.data.engines.duckdb import one_spelling
from modelbout.data.engines.engine import ROW
from modelbout.data.engines.native import FileEngine, plain
from modelbout.data.engines.packages import needed
from modelbout.data.scratch import scratch_file
from modelbout.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import narwhals as nw

    from modelbout.data.engines.dialect import Kind
    from modelbout.data.engines.files import Files

# Spark Connect: the JVM is somewhere else.
REMOTE: Final = "SPARK_REMOTE"
STDERR: Final = 2

# For a session that is started here; one that runs keeps its own.
_LAUNCH: Final = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
# For our session alone: no moment depends on where the machine stands.
_SETTINGS: Final = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
    # What a Parquet file tells of its largest values leaves NaN out, which is larger than all of them.
    "spark.sql.parquet.filterPushdown": "false",
}

_TYPES: Final[Mapping[Kind, str]] = {
    "integer": "LongType",
    "number": "DoubleType",
    "string": "StringType",
    "boolean": "BooleanType",
    "date": "DateType",
    "datetime": "TimestampNTZType",
    "instant": "TimestampType",
}


class SparkEngine(FileEngine):
    """See ``Engine``."""

    name = "pyspark"
    # Spark's Sunday is day 0.
    dialect = Dialect(words=PARTS - {"dt.weekday"} | {"arithmetic", "abs", "__neg__", "str.len_chars"})

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        super().__init__(one_spelling(kinds))
        # PySpark takes a moment without a zone for one in the zone of this process.
        self.dialect = replace(self.dialect, moments=time.tzname == ("UTC", "UTC"))
        self._spark = _session()
        errors, protocol = needed("pyspark.errors"), needed("py4j.protocol")
        self.failures = (errors.PySparkException, protocol.Py4JError, OSError, MemoryError)

    def hold(self, files: Files) -> Any:  # noqa: ANN401 -- Spark's table
        """Open the files with the types that they hold; nothing is read yet."""
        functions, types = needed("pyspark.sql.functions"), needed("pyspark.sql.types")
        fields = [
            types.StructField(name, getattr(types, _TYPES[kind])()) for name, kind in self.kinds.items() if name != ROW
        ]
        paths = [f"file:{part.path.as_posix()}" for part in files.parts]
        place = functions.col("_metadata.row_index") + 1
        read = self._spark.read.schema(types.StructType(fields)).parquet(*paths)
        columns = [functions.col(f"`{field.name}`") for field in fields]
        if len(paths) == 1:
            return read.select(*columns, place.alias(ROW))
        before = self._spark.createDataFrame(
            [(path, part.before) for path, part in zip(paths, files.parts, strict=True)], "path string, before long"
        )
        located = read.select(*columns, functions.col("_metadata.file_path").alias(f"{ROW} path"), place.alias(ROW))
        joined = located.join(functions.broadcast(before), located[f"{ROW} path"] == before["path"])
        return joined.select(*columns, (located[ROW] + before["before"]).alias(ROW))

    def collect(self, query: nw.LazyFrame[Any]) -> dict[str, Any]:
        """Return the only row of a query."""
        with _quiet():
            (row,) = query.to_native().collect()
        return {name: plain(value) for name, value in row.asDict().items()}

    def fetch(self, query: nw.LazyFrame[Any]) -> pl.DataFrame:
        """Return the rows of a query, in memory."""
        frame = query.to_native()
        with _quiet():
            rows = [row.asDict() for row in frame.collect()]
        return pl.DataFrame(rows, schema=frame.columns, infer_schema_length=None)


def _session() -> Any:  # noqa: ANN401 -- Spark's session
    """Return a session of our own on the Spark that runs, or on one that is started.

    Raises:
        ConfigError: PySpark or Java is not there, or Spark does not start.
    """
    session = needed("pyspark.sql").SparkSession
    failure: type[Exception] = needed("pyspark.errors").PySparkException
    if session.getActiveSession() is None and REMOTE not in os.environ:
        _need_java()
    builder = session.builder.appName("modelbout")
    for key, value in _LAUNCH.items():
        builder = builder.config(key, value)
    log = scratch_file(".spark.log")
    try:
        with _stderr_to(log), _quiet():
            own = builder.getOrCreate().newSession()
    except (failure, OSError, RuntimeError) as error:
        raise ConfigError(
            Problem(
                found=f"Spark does not start ({type(error).__name__})",
                fix="try `python -c 'from pyspark.sql import SparkSession; SparkSession.builder.getOrCreate()'` in"
                " this environment; Spark 4 needs Java 17 or 21, and JAVA_HOME, SPARK_HOME and SPARK_REMOTE decide"
                " what is started",
            )
        ) from None
    for key, value in _SETTINGS.items():
        own.conf.set(key, value)
    if own.conf.get("spark.master", "").startswith("local"):
        # 200 parts, the default, are for a cluster.
        own.conf.set("spark.sql.shuffle.partitions", str(os.cpu_count() or 1))
    return own


def _need_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=str(Path(home) / "bin") if home else None) is None:
        raise ConfigError(
            Problem(
                found="there is no Java here, which Spark needs" if home is None else "JAVA_HOME holds no Java",
                allowed=f"Java 17 or 21, or the address of a Spark Connect server in {REMOTE}",
                fix="install Java (on Debian and Ubuntu: apt-get install openjdk-17-jre-headless), or set JAVA_HOME",
            )
        )


@contextmanager
def _stderr_to(log: Path) -> Iterator[None]:
    """Let a child process that starts meanwhile write its warnings to a file: the JVM keeps what it is given."""
    kept = os.dup(STDERR)
    try:
        with log.open("wb") as stream:
            os.dup2(stream.fileno(), STDERR)
            yield
    finally:
        os.dup2(kept, STDERR)
        os.close(kept)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep PySpark's own log of queries, which quotes values, off the terminal."""
    logger = needed("pyspark.logger").PySparkLogger.getLogger("DataFrameQueryContextLogger")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


ENGINE: Final = SparkEngine
