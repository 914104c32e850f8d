"""Keep git objects by their real SHA-1, so that what a client writes can be checked against ``git`` itself."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE = "100644"
FOLDER = "40000"
SUBMODULE = "160000"
PERSON = re.compile(r"^(?P<name>.*?) ?<(?P<email>[^>]*)> (?P<seconds>-?\d+) (?P<zone>[+-]\d{4})$")


class BadObjectError(Exception):
    """An object that is missing, or of another kind than was asked for."""


@dataclass(frozen=True)
class Entry:
    mode: str
    sha: str

    @property
    def kind(self) -> str:
        return {FOLDER: "tree", SUBMODULE: "commit"}.get(self.mode, "blob")


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    seconds: int
    zone: str = "+0000"

    def line(self) -> str:
        return f"{self.name} <{self.email}> {self.seconds} {self.zone}"


@dataclass(frozen=True)
class Commit:
    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    message: str


def _person(line: str) -> Person:
    found = PERSON.match(line)
    if found is None:
        raise BadObjectError(f"not a person: {line!r}")
    return Person(found["name"], found["email"], int(found["seconds"]), found["zone"])


class Objects:
    """One object store; the repositories of a fork network share one, as they do on GitHub."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, bytes]] = {}
        self._commits: dict[str, Commit] = {}
        self._trees: dict[str, dict[str, Entry]] = {}

    def __contains__(self, sha: str) -> bool:
        return sha in self._kept

    def put(self, kind: str, data: bytes) -> str:
        sha = hashlib.sha1(b"%s %d\0" % (kind.encode(), len(data)) + data, usedforsecurity=False).hexdigest()
        self._kept[sha] = (kind, data)
        return sha

    def all(self) -> Iterator[tuple[str, str, bytes]]:
        """Yield every object as SHA, kind and bytes."""
        for sha, (kind, data) in list(self._kept.items()):
            yield sha, kind, data

    def kind(self, sha: str) -> str | None:
        return self._kept[sha][0] if sha in self._kept else None

    def read(self, sha: str, kind: str) -> bytes:
        found = self._kept.get(sha)
        if found is None or found[0] != kind:
            raise BadObjectError(f"{sha} is no {kind} here")
        return found[1]

    def matching(self, prefix: str) -> list[str]:
        return [sha for sha in self._kept if sha.startswith(prefix)]

    def write_level(self, entries: Mapping[str, Entry]) -> str:
        """Write one level of a tree; git sorts folders as if their names ended in a slash."""
        order = sorted(entries, key=lambda name: name.encode() + (b"/" if entries[name].mode == FOLDER else b""))
        lines = [f"{entries[n].mode} {n}".encode() + b"\0" + bytes.fromhex(entries[n].sha) for n in order]
        return self.put("tree", b"".join(lines))

    def level(self, sha: str) -> dict[str, Entry]:
        if sha not in self._trees:
            data, entries, at = self.read(sha, "tree"), {}, 0
            while at < len(data):
                end = data.index(b"\0", at)
                mode, _, name = data[at:end].partition(b" ")
                entries[name.decode()] = Entry(mode.decode(), data[end + 1 : end + 21].hex())
                at = end + 21
            self._trees[sha] = entries
        return dict(self._trees[sha])

    def write_tree(self, base: str | None, changes: Mapping[str, Entry | None]) -> str:
        """Write ``base`` with the changes applied; ``None`` removes a path, and folders left empty go with it."""
        entries = self.level(base) if base else {}
        below: dict[str, dict[str, Entry | None]] = {}
        for path, entry in changes.items():
            name, slash, rest = path.partition("/")
            if slash:
                below.setdefault(name, {})[rest] = entry
            elif entry is not None:
                entries[name] = entry
            elif entries.pop(name, None) is None:
                raise BadObjectError(f"{path} is not there to remove")
        for name, inner in below.items():
            old = entries.get(name)
            sha = self.write_tree(old.sha if old and old.mode == FOLDER else None, inner)
            if self.level(sha):
                entries[name] = Entry(FOLDER, sha)
            else:
                entries.pop(name, None)
        return self.write_level(entries)

    def walk(self, tree: str, under: str = "") -> Iterator[tuple[str, Entry]]:
        """Yield every path below a tree, folders before what they hold."""
        for name, entry in self.level(tree).items():
            yield under + name, entry
            if entry.mode == FOLDER:
                yield from self.walk(entry.sha, f"{under}{name}/")

    def files(self, tree: str) -> dict[str, Entry]:
        return {path: entry for path, entry in self.walk(tree) if entry.mode != FOLDER}

    def at(self, tree: str, path: str) -> Entry | None:
        entry = Entry(FOLDER, tree)
        for name in [part for part in path.split("/") if part]:
            found = self.level(entry.sha).get(name) if entry.mode == FOLDER else None
            if found is None:
                return None
            entry = found
        return entry

    def write_commit(
        self, *, tree: str, parents: tuple[str, ...], message: str, author: Person, committer: Person | None = None
    ) -> str:
        lines = [f"tree {tree}", *(f"parent {p}" for p in parents)]
        lines += [f"author {author.line()}", f"committer {(committer or author).line()}", "", message]
        return self.put("commit", "\n".join(lines).encode())

    def commit(self, sha: str) -> Commit:
        if sha not in self._commits:
            head, _, message = self.read(sha, "commit").decode(errors="replace").partition("\n\n")
            fields: dict[str, list[str]] = {}
            for line in head.splitlines():
                key, _, value = line.partition(" ")
                fields.setdefault(key, []).append(value)
            self._commits[sha] = Commit(
                sha,
                fields["tree"][0],
                tuple(fields.get("parent", ())),
                _person(fields["author"][0]),
                _person(fields["committer"][0]),
                message,
            )
        return self._commits[sha]

    def ancestors(self, sha: str) -> dict[str, Commit]:
        """Return a commit and all before it, newest first as far as parents say."""
        found: dict[str, Commit] = {}
        waiting = [sha]
        while waiting:
            here = waiting.pop()
            if here not in found:
                found[here] = self.commit(here)
                waiting.extend(found[here].parents)
        return found

    def follows(self, newer: str, older: str) -> bool:
        """Say whether moving a ref from ``older`` to ``newer`` is a fast-forward."""
        if older == newer or older in self.commit(newer).parents:
            return True
        return older in self.ancestors(newer)

    def merge_base(self, one: str, other: str) -> str | None:
        shared = self.ancestors(one).keys() & self.ancestors(other).keys()
        best = shared - {parent for sha in shared for parent in self.commit(sha).parents}
        return min(best, default=None)

    def between(self, base: str, head: str) -> list[Commit]:
        """Return what ``head`` has and ``base`` has not, oldest first, parents always before children."""
        new = self.ancestors(head)
        for sha in self.ancestors(base):
            new.pop(sha, None)
        done: dict[str, Commit] = {}

        def place(sha: str) -> None:
            waiting = [(sha, False)]
            while waiting:
                here, ready = waiting.pop()
                if here in done or here not in new:
                    continue
                if ready:
                    done[here] = new[here]
                    continue
                waiting.append((here, True))
                waiting.extend((p, False) for p in reversed(new[here].parents))

        place(head)
        return list(done.values())

    def history(self, sha: str) -> list[Commit]:
        """Return a commit and all before it, newest first, children always before parents."""
        done: dict[str, Commit] = {}
        waiting = [(sha, False)]
        while waiting:
            here, ready = waiting.pop()
            if here in done:
                continue
            if ready:
                done[here] = self.commit(here)
                continue
            waiting.append((here, True))
            waiting.extend((p, False) for p in reversed(self.commit(here).parents))
        return list(reversed(done.values()))

    def merged_tree(self, base: str | None, ours: str, theirs: str) -> str | None:
        """Merge two trees path by path; ``None`` when both sides changed one path differently."""
        start = self.files(base) if base else {}
        mine, other = self.files(ours), self.files(theirs)
        changes: dict[str, Entry | None] = {}
        for path in start.keys() | other.keys():
            if other.get(path) == start.get(path) or other.get(path) == mine.get(path):
                continue
            if mine.get(path) != start.get(path):
                return None
            changes[path] = other.get(path)
        return self.write_tree(ours, changes)
