"""The file protocol of ``train.command``: any program trains, and says how its model is scored."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np
import polars as pl

from modelbout.catalogue import did_you_mean
from modelbout.errors import ConfigError, Place, Problem, cause
from modelbout.manifest import Scorer
from modelbout.record import Record, from_json
from modelbout.training.answers import checked, refusal
from modelbout.training.child import failed, run
from modelbout.training.errand import on_disk
from modelbout.training.worker.formats import FILES, model_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from modelbout.manifest import Signature, Task
    from modelbout.predictions import Predictions

KEY = "train.command"
PROTOCOL_VERSION = 1
MODEL_DIRECTORY = "model"
SCORER_FILE = "scorer.json"
MAX_SCORER_BYTES = 64 * 1024  # an argv is a line; Linux itself takes 128 kB for one argument
PROBA = "proba:"
LABEL = "label"
VALUE = "value"
MAX_NUMBER_CHARACTERS = 64  # a float64 has 17 digits; the rest is room for a generous printer
PYTHON_WORDS = frozenset({"python", "python3"})


class _ScorerFile(Record, frozen=True):
    """Either ``command``, or the format of the file that the program left in ``model/``."""

    command: tuple[str, ...] = ()
    format: Literal["onnx", "xgboost", "lightgbm", "catboost", "mlflow", "pickle"] | None = None


def program(command: str, interpreter: str) -> tuple[str, ...]:
    """Return the words of ``train.command``; a leading ``python`` is the configured interpreter.

    Raises:
        ConfigError: quotes do not match, or it is empty.
    """
    try:
        words = shlex.split(command, posix=os.name != "nt")
    except ValueError as error:
        words, reason = [], cause(error)
    else:
        reason = "it is empty"
    if not words:
        raise ConfigError(
            Problem(
                found=f"`train.command` cannot be split into words: {reason}",
                allowed="a program and its arguments; no shell reads it",
                fix="quote words with spaces; for pipes and variables, name a script",
                place=Place(key=KEY),
            )
        )
    return with_interpreter(words, interpreter)


def with_interpreter(words: Sequence[str], interpreter: str) -> tuple[str, ...]:
    """Return the words with a leading ``python`` replaced by the configured interpreter."""
    return (interpreter if words[0] in PYTHON_WORDS else words[0], *words[1:])


def train(
    words: Sequence[str],
    *,
    root: Path,
    work: Path,
    inputs: pl.DataFrame,
    target: pl.Series,
    signature: Signature,
    task: Task,
    seed: int,
    log: Path,
    timeout_seconds: float,
) -> tuple[Path, Scorer]:
    """Run the user's training program and return the directory that holds ``model/``, and the scorer.

    Raises:
        TrainingError: it failed, or left no model or no usable ``scorer.json``.
    """
    train_file, job_file, output = work / "train.csv", work / "job.json", work / "output"
    job = {
        "version": PROTOCOL_VERSION,
        "task": task,
        "target": signature.target,
        "positive": signature.positive,
        "classes": signature.classes,
        "columns": [{"name": f.name, "type": f.type, "nullable": f.nullable} for f in signature.inputs],
        "seed": seed,
        "train": str(train_file),
        "output": str(output),
    }
    with on_disk(work, key=KEY):
        output.mkdir(parents=True)
        write_csv(inputs.with_columns(target), train_file)
        job_file.write_bytes(msgspec.json.encode(job))
    extra = {
        "MODELBOUT_JOB": str(job_file),
        "MODELBOUT_TRAIN": str(train_file),
        "MODELBOUT_TARGET": signature.target,
        "MODELBOUT_OUTPUT": str(output),
        "MODELBOUT_SEED": str(seed),
        "PYTHONHASHSEED": str(seed),
    }
    code = run(words, cwd=root, extra=extra, log=log, timeout_seconds=timeout_seconds, key=KEY)
    if code != 0:
        raise failed(code, log, key=KEY)
    scorer = _read_scorer(output / SCORER_FILE, log)
    with on_disk(work, key=KEY):
        files = _collect(output / MODEL_DIRECTORY, work / "files", log)
        _require_file(files, scorer, log)
        train_file.unlink()
    return files, scorer


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """Write the rows as CSV: UTF-8, comma, header, empty = missing, ISO 8601 dates, ``true`` and ``false``."""
    frame.write_csv(path)


def _read_scorer(path: Path, log: Path) -> Scorer:
    allowed = '{"command": ["python", "score.py"]}, or {"format": "onnx"} and the like'
    fix = f"let the training program write $MODELBOUT_OUTPUT/{SCORER_FILE} (docs/training.md)"
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_SCORER_BYTES + 1)
    except OSError:
        raise failed(0, log, key=KEY, found=f"the program left no {SCORER_FILE}", allowed=allowed, fix=fix) from None
    reason = "it is too long" if len(raw) > MAX_SCORER_BYTES else ""
    said = _ScorerFile()
    if not reason:
        try:
            said = from_json(raw, _ScorerFile)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            reason = cause(error)
        else:
            reason = _unclear(said)
    if reason:
        raise failed(0, log, key=KEY, found=f"{SCORER_FILE} cannot be used: {reason}", allowed=allowed, fix=fix)
    return Scorer(kind=said.format or "command", command=said.command)


def _collect(model: Path, into: Path, log: Path) -> Path:
    """Copy the model's files to a place where only they are; links are refused, byte code is left behind."""
    count = 0
    if model.is_dir() and not model.is_symlink():
        for found in sorted(model.rglob("*")):
            name = found.relative_to(model)
            if found.is_symlink():
                raise failed(
                    0,
                    log,
                    key=KEY,
                    found=f"the model holds a link: {name.as_posix()!a}",
                    allowed="regular files in $MODELBOUT_OUTPUT/model",
                    fix="copy the file there instead",
                )
            if found.is_file() and "__pycache__" not in name.parts:
                target = into / MODEL_DIRECTORY / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(found, target)
                count += 1
    if count == 0:
        raise failed(
            0,
            log,
            key=KEY,
            found="the program left no model",
            allowed="at least one file in $MODELBOUT_OUTPUT/model",
            fix="let the training program write the model and the scorer's code there (docs/training.md)",
        )
    return into


def _unclear(said: _ScorerFile) -> str:
    """Return why a scorer.json does not say how the model is scored; empty when it does."""
    if said.command and said.format:
        return "it names a command and a format"
    named = said.command and all(word and "\0" not in word for word in said.command)
    return "" if said.format or named else "`command` names no program"


def _require_file(files: Path, scorer: Scorer, log: Path) -> None:
    """Refuse a format without its file; one that lies at a bundle's top is moved there."""
    if scorer.kind == "command":
        return
    wanted = FILES[scorer.kind]
    left = files / MODEL_DIRECTORY / wanted.rpartition("/")[2]
    if left.is_file() and "/" not in wanted:
        left.rename(files / wanted)
        shutil.rmtree(files / MODEL_DIRECTORY)
    if not model_file(scorer.kind, files).is_file():
        raise failed(
            0,
            log,
            key=KEY,
            found=f"{SCORER_FILE} says {scorer.kind}, and the program left no {left.name}",
            allowed=f"$MODELBOUT_OUTPUT/{MODEL_DIRECTORY}/{left.name}",
            fix="write the model there, under this name (docs/scorers/README.md)",
        )


def ask(
    model: Path,
    scorer: Scorer,
    inputs: pl.DataFrame,
    *,
    signature: Signature,
    interpreter: str,
    work: Path,
    timeout_seconds: float,
) -> Predictions:
    """Let a command model answer rows; it runs in ``model``, which should be a copy that nobody needs.

    Raises:
        TrainingError: it failed, or its answers cannot be used.
    """
    given, answers, log = work / "input.csv", work / "answers.csv", work / "score.log"
    with on_disk(work, key=KEY):
        work.mkdir(parents=True, exist_ok=True)
        answers.unlink(missing_ok=True)
        write_csv(inputs, given)
    extra = {
        "MODELBOUT_INPUT": str(given),
        "MODELBOUT_OUTPUT": str(answers),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    words = with_interpreter(scorer.command, interpreter)
    code = run(words, cwd=model, extra=extra, log=log, timeout_seconds=timeout_seconds, key=KEY)
    if code != 0:
        raise failed(code, log, key=KEY, found="")
    return read_csv_answers(answers, signature, rows=inputs.height)


def _regular_length(path: Path) -> int:
    """Return the file's length; a named pipe would be waited for, and a link may lead to anybody's file."""
    entry = path.lstat()
    if not stat.S_ISREG(entry.st_mode):
        raise refusal("the scorer's answers are no regular file", "a CSV at $MODELBOUT_OUTPUT", KEY)
    return entry.st_size


def read_csv_answers(path: Path, signature: Signature, *, rows: int) -> Predictions:
    """Read a scorer's CSV: ``value``; or one ``proba:<class>`` for each class, ``label``, or both.

    Raises:
        TrainingError: it is missing or too large, has other columns, or something in it is no usable answer.
    """
    columns = _answer_columns(signature)
    longest = max(len(name.encode()) for name in (*signature.classes, "")) + MAX_NUMBER_CHARACTERS
    try:
        length = _regular_length(path)
        if length > (rows + 1) * 4 * len(columns) * longest:
            raise refusal(f"the scorer wrote {length} bytes for {rows} rows", "one line a row", KEY)
        table = pl.read_csv(path, infer_schema=False)
    except FileNotFoundError:
        raise refusal("the scorer wrote no answers", "a CSV at $MODELBOUT_OUTPUT", KEY) from None
    except (OSError, pl.exceptions.PolarsError) as error:
        raise refusal(f"the scorer's answers cannot be read: {cause(error)}", "a CSV with a header", KEY) from error
    strange = [name for name in table.columns if name not in columns]
    if strange:
        found = f"the scorer wrote a column {ascii(strange[0])[:80]}.{did_you_mean(strange[0], columns)}"
        raise refusal(found, ", ".join(columns), KEY)
    if table.height != rows:
        raise refusal(f"the scorer gave {table.height} answers for {rows} rows", "one line a row", KEY)
    present = [name for name in columns if name.startswith(PROBA) and name in table.columns]
    if present and len(present) < len(signature.classes):
        raise refusal(f"the scorer wrote {len(present)} columns {PROBA}*", f"all of {', '.join(columns[1:])}", KEY)
    arrays: dict[str, NDArray[np.generic]] = {}
    if present:
        arrays["proba"] = np.column_stack([_numbers(table[name]) for name in present])
    if LABEL in table.columns and signature.classes:
        arrays[LABEL] = _labels(table[LABEL], signature)
    if VALUE in table.columns and not signature.classes:
        arrays[VALUE] = _numbers(table[VALUE])
    return checked(arrays, signature, rows=rows, key=KEY)


def _answer_columns(signature: Signature) -> list[str]:
    return [LABEL, *(PROBA + name for name in signature.classes)] if signature.classes else [VALUE]


def _numbers(series: pl.Series) -> NDArray[np.float64]:
    numbers = series.str.strip_chars().cast(pl.Float64, strict=False)
    wrong = numbers.null_count()
    if wrong:
        raise refusal(f"the scorer's {series.name!r} is no number in {wrong} of {series.len()} rows", "numbers", KEY)
    return numbers.to_numpy()


def _labels(series: pl.Series, signature: Signature) -> NDArray[np.int64]:
    found = series.replace_strict(
        list(signature.classes), list(range(len(signature.classes))), default=-1, return_dtype=pl.Int64
    ).to_numpy()
    wrong = int((found < 0).sum())
    if wrong:
        raise refusal(
            f"the scorer's label is no known class in {wrong} of {series.len()} rows", "the target's classes", KEY
        )
    return found.astype(np.int64)


def copy_model(bundle: Path, into: Path) -> Path:
    """Copy a bundle's ``model/`` so that a scorer that writes there does not break the seal.

    Raises:
        TrainingError: the disk refuses.
    """
    with on_disk(into, key=KEY):
        shutil.rmtree(into, ignore_errors=True)
        shutil.copytree(bundle / MODEL_DIRECTORY, into, symlinks=True)
    return into
