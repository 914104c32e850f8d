"""Read one YAML file into a tree in which every value knows its place; hostile files are refused, never run.

Only the core schema of YAML 1.2 is known: ``yes`` and ``on`` are text, ``012`` is twelve. Dates stay text with a tag
of their own. Nothing is ever constructed from a tag.
"""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import yaml
from yaml import events

from modelbout.config.wording import printable, quoted
from modelbout.errors import ConfigError, Place, Problem, cause

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Ours: a contract of 5,000 columns with five rules each is 0.6 MB and 60,000 nodes; nobody reviews more than that.
MAX_BYTES = 1024 * 1024
MAX_NODES = 100_000
# Ours: modelbout.yaml nests 4 deep, a contract 5; Python's own stack allows about 900.
MAX_DEPTH = 64
# Ours: the longest 64-bit number has 20 digits; Python itself refuses to convert more than 4,300.
MAX_NUMBER_LENGTH = 100
# Ours: key paths are for people, and a path that repeats a long key once a value would be a bomb of its own.
MAX_KEY_SHOWN = 80
MAX_PATH_SHOWN = 300

Kind = Literal["mapping", "sequence", "scalar"]
Tag = Literal["str", "int", "float", "bool", "null", "timestamp"]

# YAML 1.2.2, section 10.3.2, "Tag Resolution"; timestamps follow yaml.org/type/timestamp.html in its ISO 8601 forms.
_CORE: tuple[tuple[Tag, re.Pattern[str]], ...] = (
    ("null", re.compile(r"(?:null|Null|NULL|~|)\Z")),
    ("bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")),
    ("int", re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z")),
    (
        "float",
        re.compile(
            r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z"
        ),
    ),
    ("timestamp", re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}[0-9.:Zz+\- ]*)?)?\Z")),
)
# PyYAML built without libyaml has the slow one only.
_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG_PREFIX = "tag:yaml.org,2002:"
_WORD = re.compile(r"[\w-]+\Z")


@dataclass(frozen=True)
class Node:
    """One value of the file.

    Attributes:
        kind: mapping, sequence or scalar.
        place: the file, the line and column where the value starts (from 1), and its key path.
        text: a scalar's text, without quotes.
        tag: what a plain scalar means by YAML's core rules; a quoted one is always ``str``.
        quoted: whether a scalar stood in quotes or in a block.
        entries: a mapping's keys, values and the places of the keys, in the file's order.
        items: a sequence's values.
    """

    kind: Kind
    place: Place
    text: str = ""
    tag: Tag = "str"
    quoted: bool = False
    entries: tuple[tuple[str, Node, Place], ...] = ()
    items: tuple[Node, ...] = ()

    def get(self, key: str) -> Node | None:
        """Return the value of a mapping's key, or None."""
        return next((value for name, value, _ in self.entries if name == key), None)

    def plain(self) -> object:
        """Return the value as dict, list, str, int, float, bool or None; a timestamp stays text."""
        if self.kind == "mapping":
            return {key: value.plain() for key, value, _ in self.entries}
        if self.kind == "sequence":
            return [item.plain() for item in self.items]
        return scalar_value(self)


def scalar_value(node: Node) -> str | int | float | bool | None:
    """Return what a scalar means by its tag."""
    match node.tag:
        case "int":
            return int(node.text, 0) if node.text.startswith(("0o", "0x")) else int(node.text)
        case "float":
            return float(re.sub(r"\.(?=[iInN])", "", node.text))
        case "bool":
            return node.text.casefold() == "true"
        case "null":
            return None
        case _:
            return node.text


def child_key(parent: str | None, key: str) -> str:
    """Return the key path of a mapping's key: ``data.split``, or ``columns["total charges"]`` for an odd name."""
    if len(key) <= MAX_KEY_SHOWN and _WORD.match(key):
        return _shortened(f"{parent}.{key}" if parent else key)
    return _shortened(f'{parent or ""}["{printable(key, MAX_KEY_SHOWN)}"]')


def item_key(parent: str | None, index: int) -> str:
    """Return the key path of a sequence's item, as in ``guardrails[2]``, counted from 0."""
    return _shortened(f"{parent or ''}[{index}]")


def _shortened(path: str) -> str:
    return path if len(path) <= MAX_PATH_SHOWN else "\u2026" + path[1 - MAX_PATH_SHOWN :]


def read_yaml(path: Path, *, shown: str) -> Node:
    """Read a file of one YAML document.

    Args:
        path: the file.
        shown: its path as it stands in messages.

    Raises:
        ConfigError: the file cannot be read, is too large, is no UTF-8, no YAML, empty, has duplicate keys, custom
            tags, several documents, or is nested or expands beyond the limits of this module.
    """
    return parse_yaml(read_text(path, shown=shown), shown=shown)


def parse_yaml(text: str, *, shown: str) -> Node:
    """Read a text of one YAML document; see ``read_yaml``."""
    composer = _Composer(shown)
    try:
        # libyaml takes 70 ms for 5,000 columns instead of 1,700. What it objects to, the parser in Python explains.
        node = composer.document(yaml.parse(text, Loader=_FAST))
    except (yaml.YAMLError, ValueError, OverflowError):
        composer = _Composer(shown)
        node = _explained(text, composer, shown)
    if composer.problems:
        raise ConfigError(*composer.problems)
    return node


def _explained(text: str, composer: _Composer, shown: str) -> Node:
    """Read the text with the parser whose errors name their place."""
    try:
        return composer.document(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.reader.ReaderError as error:
        raise ConfigError(_unprintable(text, error, shown)) from None
    except yaml.MarkedYAMLError as error:
        raise ConfigError(_syntax(error, shown)) from None
    except (ValueError, OverflowError) as error:
        # PyYAML's scanner builds a character from an escape such as "\UFFFFFFFF" without looking at its range.
        found = f"the file cannot be read as YAML: {cause(error)}"
        raise ConfigError(Problem(found, fix="Look for a wrong \\U escape.", place=Place(file=shown))) from None


def read_text(path: Path, *, shown: str) -> str:
    """Read a text file of at most 1 MiB; see ``read_yaml`` for what is refused."""
    place = Place(file=shown)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise ConfigError(Problem("this is a directory", "a YAML file", "Name the file inside it.", place))
        if not stat.S_ISREG(mode):
            raise ConfigError(Problem("this is no regular file", "a YAML file", "Name a regular file.", place))
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(
            Problem("there is no such file", fix="Check the path, or draft one with `modelbout init`.", place=place)
        ) from None
    except PermissionError:
        fix = "Give yourself read permission (`chmod u+r`)."
        raise ConfigError(Problem("no permission to read this file", fix=fix, place=place)) from None
    except (OSError, ValueError) as error:
        found = f"this file cannot be read: {cause(getattr(error, 'strerror', None) or error)}"
        raise ConfigError(Problem(found, fix="Check the path.", place=place)) from None
    if len(data) > MAX_BYTES:
        found = "the file is larger than 1 MiB"
        raise ConfigError(Problem(found, "at most 1 MiB", "Is this the right file? Data do not belong here.", place))
    return _decoded(data, shown)


def _decoded(data: bytes, shown: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ConfigError(Problem("the file is UTF-16", "UTF-8", "Save it as UTF-8.", Place(file=shown)))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        found = f"the file is not UTF-8: byte 0x{data[error.start]:02X} at offset {error.start}"
        raise ConfigError(
            Problem(found, "UTF-8", "Save it as UTF-8.", Place(file=shown, line=line, column=column))
        ) from None


def _unprintable(text: str, error: yaml.reader.ReaderError, shown: str) -> Problem:
    before = text[: error.position]
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    found = f"the file holds the control character U+{ord(text[error.position]):04X}"
    fix = "Remove it; is this a text file?"
    return Problem(found, "printable text", fix, Place(file=shown, line=line, column=column))


def _syntax(error: yaml.MarkedYAMLError, shown: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    place = Place(file=shown, line=mark.line + 1, column=mark.column + 1) if mark else Place(file=shown)
    said = cause(error.problem or error.context or "unknown")
    if "'\\t'" in said:
        return Problem("a tab stands where YAML wants spaces", "spaces", "Indent with spaces.", place)
    if "mapping values are not allowed" in said:
        fix = "Check the indentation; a text with `: ` in it needs quotes."
    elif "found undefined alias" in said:
        fix = "Write the anchor (`&name`) before its alias, or quote a text that starts with `*`."
    else:
        fix = "Check quotes, brackets and indentation at this place or just before it."
    return Problem(f"this is not YAML: {printable(said)}", fix=fix, place=place)


class _Composer:
    """Builds the tree from PyYAML's events, which never construct anything."""

    def __init__(self, shown: str) -> None:
        self.problems: list[Problem] = []
        self._shown = shown
        self._anchors: dict[str, Node] = {}
        self._nodes = 0
        self._events: Iterator[events.Event] = iter(())

    def document(self, stream: Iterator[events.Event]) -> Node:
        self._events = stream
        next(stream)
        if isinstance(next(stream), events.StreamEndEvent):
            fix = "Write the keys, or draft the file with `modelbout init`."
            raise ConfigError(Problem("the file is empty", fix=fix, place=Place(file=self._shown)))
        root = self._node(next(stream), None, 1)
        next(stream)
        after = next(stream)
        if not isinstance(after, events.StreamEndEvent):
            fix = "Keep one document; `---` starts another."
            self._refuse(after, None, "a second YAML document starts here", "one document", fix)
        return root

    def _place(self, event: events.Event, key: str | None) -> Place:
        mark = event.start_mark
        if mark is None:  # pragma: no cover -- the stubs allow it, the parser never does it
            return Place(file=self._shown, key=key)
        return Place(file=self._shown, line=mark.line + 1, column=mark.column + 1, key=key)

    def _refuse(self, event: events.Event, key: str | None, found: str, allowed: str, fix: str) -> None:
        self.problems.append(Problem(found, allowed, fix, self._place(event, key)))

    def _count(self, place: Place, depth: int) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            found = "the file has too many values, aliases counted as often as they are used"
            raise ConfigError(Problem(found, f"at most {MAX_NODES:,}", "Make it smaller, without aliases.", place))
        if depth > MAX_DEPTH:
            found = "the file is nested too deep"
            # The path of so deep a key is longer than the message.
            at = Place(file=place.file, line=place.line, column=place.column)
            raise ConfigError(Problem(found, f"at most {MAX_DEPTH} levels", "Is this the right file?", at))

    def _node(self, event: events.Event, key: str | None, depth: int) -> Node:
        place = self._place(event, key)
        self._count(place, depth)
        if isinstance(event, events.AliasEvent):
            return self._alias(event, place, depth)
        if isinstance(event, events.ScalarEvent):
            node = self._scalar(event, place)
        elif isinstance(event, events.SequenceStartEvent):
            self._check_tag(event, "seq", key)
            node = Node("sequence", place, items=self._items(key, depth))
        elif isinstance(event, events.MappingStartEvent):
            self._check_tag(event, "map", key)
            node = Node("mapping", place, entries=self._entries(key, depth))
        else:  # pragma: no cover -- PyYAML's parser gives a node event wherever a node is due
            raise TypeError(event)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _items(self, key: str | None, depth: int) -> tuple[Node, ...]:
        items: list[Node] = []
        while not isinstance(event := next(self._events), events.SequenceEndEvent):
            items.append(self._node(event, item_key(key, len(items)), depth + 1))
        return tuple(items)

    def _entries(self, key: str | None, depth: int) -> tuple[tuple[str, Node, Place], ...]:
        entries: dict[str, tuple[str, Node, Place]] = {}
        while not isinstance(event := next(self._events), events.MappingEndEvent):
            name = self._node(event, key, depth + 1)
            path = child_key(key, name.text)
            place = self._place(event, path)
            value = self._node(next(self._events), path, depth + 1)
            if name.kind != "scalar":
                self._refuse(event, key, f"a {name.kind} stands as a key", "text", "Write a plain key.")
            elif name.text in entries:
                line = entries[name.text][2].line
                found = f"the key {quoted(name.text)} stands here for the second time (first: line {line})"
                self._refuse(event, path, found, "each key once", "Remove one of them.")
            else:
                entries[name.text] = (name.text, value, place)
        return tuple(entries.values())

    def _alias(self, event: events.AliasEvent, place: Place, depth: int) -> Node:
        anchor = str(event.anchor)
        node = self._anchors.get(anchor)
        if node is not None:
            return self._moved(node, place.key, depth)
        found = f"the alias {quoted('*' + anchor)} has no anchor before it"
        fix = "Write the anchor (`&name`) before its alias, or quote a text that starts with `*`."
        self.problems.append(Problem(found, "", fix, place))
        return Node("scalar", place, tag="null")

    def _moved(self, node: Node, key: str | None, depth: int) -> Node:
        """Copy a node to another key path: its line stays that of the text, which is what a reader must mend."""
        place = Place(file=node.place.file, line=node.place.line, column=node.place.column, key=key)
        self._count(place, depth)
        items = tuple(self._moved(item, item_key(key, index), depth + 1) for index, item in enumerate(node.items))
        entries = tuple(self._moved_entry(entry, child_key(key, entry[0]), depth) for entry in node.entries)
        return replace(node, place=place, items=items, entries=entries)

    def _moved_entry(self, entry: tuple[str, Node, Place], path: str, depth: int) -> tuple[str, Node, Place]:
        name, value, where = entry
        place = Place(file=where.file, line=where.line, column=where.column, key=path)
        return name, self._moved(value, path, depth + 1), place

    def _check_tag(self, event: events.NodeEvent, expected: str, key: str | None) -> None:
        tag = getattr(event, "tag", None)
        if tag not in (None, "!", _TAG_PREFIX + expected):
            self._refuse_tag(event, str(tag), key)

    def _refuse_tag(self, event: events.Event, tag: str, key: str | None) -> None:
        shown = tag.replace(_TAG_PREFIX, "!!")
        found = f"the tag {quoted(shown)} is not known here"
        self._refuse(event, key, found, "plain YAML without tags", "Remove the tag.")

    def _scalar(self, event: events.ScalarEvent, place: Place) -> Node:
        quotes = bool(event.style)
        meant = _resolve(event.value)
        tag: Tag = "str" if quotes else meant
        if event.tag in ("!", _TAG_PREFIX + "str"):
            tag = "str"
        elif event.tag == _TAG_PREFIX + "float" and meant == "int":
            tag = "float"
        elif event.tag == _TAG_PREFIX + meant:
            tag = meant
        elif event.tag is not None:
            self._refuse_tag(event, event.tag, place.key)
        if tag in ("int", "float") and len(event.value) > MAX_NUMBER_LENGTH:
            found = f"a number of {len(event.value)} characters"
            fix = "Put a long text of digits in quotes."
            self._refuse(event, place.key, found, f"at most {MAX_NUMBER_LENGTH}", fix)
            tag = "str"
        return Node("scalar", place, text=self._whole(event, place), tag=tag, quoted=quotes)

    def _whole(self, event: events.ScalarEvent, place: Place) -> str:
        """Join the halves that JSON writes a character beyond U+FFFF as; half a character cannot be written again."""
        try:
            return event.value.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError:
            self._refuse(event, place.key, "a text holds half a character", "whole characters", "Mend its \\u escape.")
            return ""


def _resolve(text: str) -> Tag:
    return next((tag for tag, pattern in _CORE if pattern.match(text)), "str")
