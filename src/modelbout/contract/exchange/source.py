"""Another tool's file as a tree with places; each key of it is used, or told as a loss."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

import yaml

from modelbout.config.wording import listed, quoted
from modelbout.config.yaml_tree import Node, parse_yaml, scalar_value
from modelbout.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from modelbout.contract.exchange.form import Loss
    from modelbout.errors import Place

    Tell = Callable[[Loss], None]

# Ours: a moment with microseconds and its offset has 32 characters.
MAX_PLAIN: Final = 40

# YAML 1.1, sections 4.1.1 and 4.1.4; in JSON they stand within texts alone.
_NOT_YAML: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufffe\uffff]")

NO_RULE: Final = "Modelbout has no such rule"
ABOUT: Final = "it says nothing about the rows of the table"


def read_source(text: str, shown: str) -> Node:
    """Return the tree of a YAML or JSON text, anchors and merge keys (``<<``) in their places.

    Raises:
        ConfigError: it is neither, or larger than the limits of ``config/yaml_tree.py``.
    """
    # JSON is YAML, but for tabs between its values, and for characters that YAML takes for line breaks or refuses.
    is_json = text.lstrip("\ufeff \r\n\t")[:1] in ("{", "[")
    plain = _NOT_YAML.sub(lambda char: f"\\u{ord(char[0]):04x}", text.replace("\t", " ")) if is_json else text
    return _merged(parse_yaml(plain, shown=shown))


def _merged(node: Node) -> Node:
    if node.kind == "sequence":
        return replace(node, items=tuple(_merged(item) for item in node.items))
    own = {key: (key, _merged(value), place) for key, value, place in node.entries}
    given = own.pop("<<", None)
    if given is None:
        return replace(node, entries=tuple(own.values()))
    sources = given[1].items if given[1].kind == "sequence" else (given[1],)
    for source in sources:
        for entry in source.entries:
            own.setdefault(entry[0], entry)
    return replace(node, entries=tuple(own.values()))


def value_of(node: Node) -> object:
    """Return a scalar as the readers of YAML 1.1 take it (``yes`` is true there), a list or mapping as plain values.

    The other tools read with PyYAML; ours is YAML 1.2. Dates become ISO texts.
    """
    if node.kind == "sequence":
        return [value_of(item) for item in node.items]
    if node.kind == "mapping":
        return {key: value_of(value) for key, value, _ in node.entries}
    # No number, date or word of YAML 1.1 is longer.
    return scalar_value(node) if node.quoted or len(node.text) > MAX_PLAIN else _old_value(node)


def _old_value(node: Node) -> object:
    try:
        value = yaml.safe_load(node.text)
    except (yaml.YAMLError, ValueError):
        return node.text
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str):
        # 1e5 is a text in YAML 1.1, and a number in JSON.
        return scalar_value(node) if node.tag == "float" else value
    return value if isinstance(value, int | float) or value is None else node.text


class Keys:
    """The keys of one mapping: what is not taken is told at the end."""

    def __init__(self, node: Node, tell: Tell) -> None:
        self.node = node
        self.place = node.place
        self._tell = tell
        self._left = {key: (value, place) for key, value, place in node.entries}

    def take(self, *names: str) -> Node | None:
        """Return the first of the keys that is there and not null; all of them count as used."""
        found = None
        for name in names:
            value, _ = self._left.pop(name, (None, None))
            if found is None and value is not None and not is_null(value):
                found = value
        return found

    def text(self, *names: str) -> str:
        """Return a key's text, or nothing."""
        node = self.take(*names)
        return node.text if node is not None and node.kind == "scalar" else ""

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return whether a key is true."""
        node = self.take(name)
        return default if node is None else value_of(node) is True

    def number(self, name: str) -> float | int | None:
        """Return a key's number, or None."""
        node = self.take(name)
        value = None if node is None else value_of(node)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def mapping(self, name: str) -> Keys | None:
        """Return a key's mapping, or None; another thing under the key is left to be told."""
        node = self._left.get(name, (None, None))[0]
        if node is None or node.kind != "mapping":
            return None
        del self._left[name]
        return Keys(node, self._tell)

    def items(self, name: str) -> tuple[Node, ...]:
        """Return a key's list, empty when there is none; another thing under the key is left to be told."""
        node = self._left.get(name, (None, None))[0]
        if node is None or node.kind != "sequence":
            return ()
        del self._left[name]
        return node.items

    def left(self) -> Iterator[tuple[str, Node, Place]]:
        """Yield what was not taken and is not empty, and count it as used."""
        for name, (value, place) in list(self._left.items()):
            del self._left[name]
            if not is_null(value) and value_of(value) not in ([], {}, ""):
                yield name, value, place

    def done(self, why: str = NO_RULE, fix: str = "") -> None:
        """Tell what was not taken, but for flags that are off."""
        from modelbout.contract.exchange.form import Loss  # noqa: PLC0415 -- form knows the drafts, and they know this

        for name, value, place in self.left():
            if value_of(value) is not False:
                self._tell(Loss(place, quoted(name), why, fix))


def is_null(node: Node) -> bool:
    """Tell whether nothing stands there."""
    return node.kind == "scalar" and node.tag == "null"


def mapping_of(node: Node, what: str) -> Node:
    """Return the node if it is a mapping.

    Raises:
        ConfigError: it is something else.
    """
    if node.kind == "mapping":
        return node
    fix = "Is this the right file, and the right --from?"
    raise ConfigError(Problem(f"found no {what}", "a mapping", fix, node.place))


def only(found: Sequence[tuple[str, Node]], wanted: str | None, what: str, root: Node) -> Node:
    """Return the one table of a file, or the one that is wanted.

    Raises:
        ConfigError: there is none, there are several and none is wanted, or the wanted one is not among them.
    """
    known = [name for name, _ in found]
    if wanted is not None and wanted in known:
        return found[known.index(wanted)][1]
    if wanted is None and len(found) == 1:
        return found[0][1]
    if not found:
        raise ConfigError(Problem(f"this file has no {what}", "", "Is it the right file, and --from?", root.place))
    allowed = listed(tuple(quoted(name) for name in known[:20]))
    text = f"this file has {len(found)} of these: {what}" if wanted is None else f"it has no {what} {quoted(wanted)}"
    raise ConfigError(Problem(text, allowed, "Say which one with --table.", root.place))
