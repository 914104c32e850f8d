"""The fingerprint of a training: when code, configuration, data, seed and environment are the same, so is the model."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from modelbout.errors import ConfigError, Place, Problem, cause
from modelbout.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.config.model import Config
    from modelbout.config.train import Train

FORMAT = "modelbout fingerprint 1"
BLOCK_BYTES = 1024 * 1024
KEY = "train.code"


class Fingerprint(Record, frozen=True):
    """The parts, each a sha256 in hex except the seed."""

    code: str
    config: str
    data: str
    environment: str
    seed: int

    @property
    def total(self) -> str:
        """Return one sha256 (hex) over all parts."""
        return _digest([FORMAT, self.code, self.config, self.data, self.environment, str(self.seed)])


def fingerprint(config: Config, *, root: Path, data_digests: Sequence[str], environment: str) -> Fingerprint:
    """Work out the fingerprint of the training that the configuration describes.

    Args:
        config: the model's configuration.
        root: its directory.
        data_digests: of the training rows and of the holdout, in this order.
        environment: the lock text of the user's environment.

    Raises:
        ConfigError: ``train.code`` matches no file, leaves the root, or a file cannot be read.
    """
    return Fingerprint(
        code=code_digest(root, config.train.code),
        config=config_digest(config),
        data=_digest(data_digests),
        environment=hashlib.sha256(environment.encode()).hexdigest(),
        seed=config.train.seed,
    )


def config_digest(config: Config) -> str:
    """Return the digest of what decides about the bundle: not the time-out, nor how models are compared.

    A threshold that is chosen on training folds belongs to the bundle.
    """
    data, train = config.data, config.train
    # Only what is not the default, so that older bundles keep their digest; but who wants no ids gets no old bundle.
    forbidden = [f"forbidden: {name}" for name in sorted(config.policy.forbidden)]
    row_ids = [] if train.row_ids == "hashed" else [f"row_ids: {train.row_ids}"]
    return _digest(
        row_ids
        + forbidden
        + _threshold(config)
        + _search(train)
        + _format(train)
        + [
            msgspec.json.encode(part).decode()
            for part in (
                config.task,
                data.target,
                data.positive,
                data.id,
                sorted(data.exclude),
                data.split,
                train.estimator,
                train.command,
            )
        ]
    )


def _threshold(config: Config) -> list[str]:
    """Return what decides about a threshold that is chosen when a model is trained; nothing when none is."""
    compare = config.compare
    if compare.threshold == "model":
        return []
    best_for = compare.costs or (compare.primary.metric if compare.primary else None)
    return [f"threshold: {msgspec.json.encode(part).decode()}" for part in (best_for, config.data.group)]


def _search(train: Train) -> list[str]:
    """Return what decides about the parameters; nothing when they are the estimator's own."""
    parts = (("parameters", dict(sorted(train.parameters.items()))), ("search", train.search))
    return [f"{name}: {msgspec.json.encode(part).decode()}" for name, part in parts if part]


def _format(train: Train) -> list[str]:
    """Return in what format the model is written; nothing when in that of its library."""
    return [] if train.format == "skops" else [f"format: {train.format}"]


def code_digest(root: Path, patterns: Sequence[str]) -> str:
    """Return the digest of the names and bytes of the files that ``train.code`` matches.

    Raises:
        ConfigError: it matches none, or one cannot be read.
    """
    names = code_files(root, patterns)
    if not names:
        raise ConfigError(
            Problem(
                found=f"`train.code` ({', '.join(patterns)}) matches no file",
                allowed="globs below the directory of modelbout.yaml",
                fix="name the files that train the model, for example `code: ['**/*.R']`",
                place=Place(key=KEY),
            )
        )
    parts = []
    for name in names:
        try:
            with (root / name).open("rb") as file:
                parts += [name, hashlib.file_digest(file, "sha256").hexdigest()]
        except OSError as error:
            raise ConfigError(
                Problem(
                    found=f"{name} cannot be read: {error.strerror or cause(error)}",
                    fix="mend its permissions, or leave it out of `train.code`",
                    place=Place(key=KEY),
                )
            ) from error
    return _digest(parts)


def code_files(root: Path, patterns: Sequence[str]) -> tuple[str, ...]:
    """Return the files below ``root`` that any of the globs matches, sorted, with forward slashes.

    ``**`` stands for any number of directories. Hidden files and directories, virtual environments and byte code
    never count, and links to directories are not followed.

    Raises:
        ConfigError: a glob is absolute or climbs out of ``root``.
    """
    for pattern in patterns:
        parts = pattern.replace("\\", "/").split("/")
        if ".." in parts or parts[0] == "" or ":" in parts[0]:
            raise ConfigError(
                Problem(
                    found=f"the glob {pattern!r} leaves the directory of modelbout.yaml",
                    allowed="globs below it",
                    fix="write it relative to that directory, without `..`",
                    place=Place(key=KEY),
                )
            )
    matches = [re.compile(_expression(pattern)).fullmatch for pattern in patterns]
    found = []
    for directory, below, files in os.walk(root):
        here = Path(directory)
        below[:] = sorted(name for name in below if not _skipped(here / name))
        prefix = here.relative_to(root).as_posix() + "/" if here != root else ""
        for name in files:
            path = prefix + name
            if not name.startswith(".") and any(match(path) for match in matches):
                found.append(path)
    return tuple(sorted(found))


def is_own(root: Path, name: str) -> bool:
    """Return whether a file below ``root`` is the user's own: not hidden, not in a virtual environment."""
    inner = [root / parent for parent in Path(name).parents if parent != Path()]
    return not Path(name).name.startswith(".") and not any(_skipped(directory) for directory in inner)


def _skipped(directory: Path) -> bool:
    return directory.name.startswith(".") or directory.name == "__pycache__" or (directory / "pyvenv.cfg").exists()


def _expression(pattern: str) -> str:
    parts = pattern.replace("\\", "/").removeprefix("./").split("/")
    expression = ""
    for position, part in enumerate(parts):
        last = position == len(parts) - 1
        if part == "**":
            expression += ".*" if last else "(?:[^/]+/)*"
        else:
            expression += "".join(map(_piece, re.findall(r"\[[^\]/]+\]|.", part))) + ("" if last else "/")
    return expression


def _piece(text: str) -> str:
    if text == "*":
        return "[^/]*"
    if text == "?":
        return "[^/]"
    if len(text) > 1:
        inside = text[1:-1]
        return (
            "[^" + re.escape(inside[1:]).replace(r"\-", "-") + "/]"
            if inside[0] == "!"
            else "[" + re.escape(inside).replace(r"\-", "-") + "]"
        )
    return re.escape(text)


def _digest(parts: Sequence[str]) -> str:
    """Return the sha256 of texts, each with its length before it, so that no two lists look alike."""
    whole = hashlib.sha256()
    for part in parts:
        raw = part.encode()
        whole.update(len(raw).to_bytes(8, "big") + raw)
    return whole.hexdigest()
