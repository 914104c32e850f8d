from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from modelbout.config import yaml_tree
from modelbout.config.yaml_tree import Node, child_key, parse_yaml, read_yaml
from modelbout.errors import ConfigError, Place, Problem


def refused(text: str) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        parse_yaml(text, shown="modelbout.yaml")
    return caught.value.problems


def unreadable(path: Path) -> Problem:
    with pytest.raises(ConfigError) as caught:
        read_yaml(path, shown="modelbout.yaml")
    (problem,) = caught.value.problems
    assert problem.place.file == "modelbout.yaml"
    assert problem.fix
    return problem


def at(node: Node, *path: str | int) -> Node:
    for step in path:
        found = node.items[step] if isinstance(step, int) else node.get(step)
        assert found is not None
        node = found
    return node


def test_every_value_knows_its_place() -> None:
    node = parse_yaml("data:\n  split: {by: day}\n  exclude:\n    - a\n    - 'b c': 1\n", shown="m.yaml")
    assert at(node, "data", "split", "by").place == Place(file="m.yaml", line=2, column=15, key="data.split.by")
    assert at(node, "data", "exclude", 0).place == Place(file="m.yaml", line=4, column=7, key="data.exclude[0]")
    assert at(node, "data", "exclude", 1, "b c").place.key == 'data.exclude[1]["b c"]'
    _, _, place = at(node, "data").entries[1]
    assert place == Place(file="m.yaml", line=3, column=3, key="data.exclude")
    assert node.get("missing") is None


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [
        ("yes", "str", "yes"),
        ("On", "str", "On"),
        ("true", "bool", True),
        ("FALSE", "bool", False),
        ("012", "int", 12),
        ("-7", "int", -7),
        ("0o17", "int", 15),
        ("0xff", "int", 255),
        ("1_000", "str", "1_000"),
        ("1.5", "float", 1.5),
        (".5", "float", 0.5),
        ("1e3", "float", 1000.0),
        ("-.inf", "float", float("-inf")),
        ("1e999", "float", float("inf")),
        ("~", "null", None),
        ("", "null", None),
        ("null", "null", None),
        ("2012-07-01", "timestamp", "2012-07-01"),
        ("2012-07-01T12:00:00Z", "timestamp", "2012-07-01T12:00:00Z"),
        ("2012-07-01 12:00", "timestamp", "2012-07-01 12:00"),
        ("12:30:45", "str", "12:30:45"),
        ("'7'", "str", "7"),
        ('"true"', "str", "true"),
        ("!!str 7", "str", "7"),
        ("! 7", "str", "7"),
        ("!!float 7", "float", 7.0),
        ("!!int 7", "int", 7),
        ("|\n  7", "str", "7\n"),
        ("<<", "str", "<<"),
    ],
)
def test_core_schema(text: str, tag: str, value: object) -> None:
    node = at(parse_yaml(f"key: {text}\n", shown="m"), "key")
    assert node.tag == tag
    assert node.plain() == value
    assert type(node.plain()) is type(value)


def test_nan() -> None:
    value = at(parse_yaml("key: .nan", shown="m"), "key").plain()
    assert value != value  # noqa: PLR0124 -- only NaN differs from itself


def test_only_quoted_and_block_text_is_quoted() -> None:
    node = parse_yaml("- a\n- 'a'\n- \"a\"\n- >-\n  a\n", shown="m")
    assert [item.quoted for item in node.items] == [False, True, True, True]
    assert {item.text for item in node.items} == {"a"}


def test_a_character_in_two_halves_is_whole() -> None:
    assert parse_yaml('"\\ud83d\\ude00"', shown="m").text == "\U0001f600"


def test_plain_value() -> None:
    assert parse_yaml("a: [1, {b: x}]\n2: null", shown="m").plain() == {"a": [1, {"b": "x"}], "2": None}


def test_aliases_move_to_their_own_key() -> None:
    node = parse_yaml("a: &x\n  b: [1, 2]\nc: *x\n", shown="m")
    moved = at(node, "c", "b", 1)
    assert moved.place == Place(file="m", line=2, column=10, key="c.b[1]")
    assert at(node, "c").entries[0][2].key == "c.b"
    assert at(node, "a", "b", 1).place.key == "a.b[1]"


def test_all_duplicates_tags_and_odd_keys_at_once() -> None:
    problems = refused("a: 1\na: 2\nb: !!python/object:os.system x\n? [1]\n: 2\nc: !ruby {}\nd: [*no]\n")
    assert [problem.place.line for problem in problems] == [2, 3, 4, 6, 7]
    assert "second time (first: line 1)" in problems[0].found
    assert "`!!python/object:os.system` is not known" in problems[1].found
    assert "sequence stands as a key" in problems[2].found
    assert "`!ruby`" in problems[3].found
    assert "`*no` has no anchor" in problems[4].found


@pytest.mark.parametrize(
    "text", ["!!int x", "!!bool 1", "!!set {a}", "!!map [1]", "!!binary aGk=", "!int 7", "!!timestamp x"]
)
def test_other_tags_are_refused(text: str) -> None:
    (problem,) = refused(f"a: {text}")
    assert "the tag" in problem.found
    assert problem.place.key == "a"


@pytest.mark.parametrize(
    ("text", "found", "line"),
    [
        ("", "the file is empty", None),
        ("# only a comment\n\n", "the file is empty", None),
        ("a:\n\tb: 1\n", "a tab stands where YAML wants spaces", 2),
        ("a: b: c", "this is not YAML: mapping values are not allowed here", 1),
        ("a: [1, 2", "this is not YAML", 1),
        ('a: "x', "this is not YAML", 1),
        ("a: 1\n---\nb: 2\n", "a second YAML document", 2),
        ("a: 1\nb: \x00\n", "the control character U+0000", 2),
        ("a: \x1b[31m\n", "the control character U+001B", 1),
        ("%YAML 9.1\n---\na: 1\n", "this is not YAML", 1),
        ('a: "\\UFFFFFFFF"\n', "cannot be read as YAML", None),
        ('a: "\\ud800"\n', "a text holds half a character", 1),
        ("a: *a\n", "`*a` has no anchor before it", 1),
        ("a: &x [*x]\n", "`*x` has no anchor before it", 1),
        ("a: " + "9" * 5000, "a number of 5000 characters", 1),
    ],
)
def test_no_yaml(text: str, found: str, line: int | None) -> None:
    (problem,) = refused(text)
    assert found in problem.found
    assert problem.fix
    assert problem.place.file == "modelbout.yaml"
    assert problem.place.line == line


def test_a_bomb_of_aliases_does_not_go_off() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    began = time.monotonic()
    (problem,) = refused("\n".join(lines))
    assert "too many values, aliases counted" in problem.found
    assert time.monotonic() - began < 10


def test_a_bomb_of_long_keys_does_not_go_off() -> None:
    key = "k" * 1000
    node = parse_yaml("".join("  " * depth + f"{key}:\n" for depth in range(40)), shown="m")
    while node.entries:
        (_, node, place) = node.entries[0]
        assert len(place.key or "") <= yaml_tree.MAX_PATH_SHOWN


@pytest.mark.parametrize("text", ["[" * 5000, "{a: " * 5000, "- " * 5000, "[" * 65 + "]" * 65])
def test_deep_nesting(text: str) -> None:
    (problem,) = refused(text)
    assert "nested too deep" in problem.found


def test_the_deepest_allowed_nesting() -> None:
    depth = yaml_tree.MAX_DEPTH - 1
    assert parse_yaml("[" * depth + "1" + "]" * depth, shown="m").kind == "sequence"


def test_a_file_of_50_mb_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "modelbout.yaml"
    path.write_bytes(b"")
    os.truncate(path, 50 * 1024 * 1024)
    assert "larger than 1 MiB" in unreadable(path).found


def test_the_largest_allowed_file(tmp_path: Path) -> None:
    path = tmp_path / "modelbout.yaml"
    path.write_text("a: 1\n#".ljust(yaml_tree.MAX_BYTES, "x"), encoding="utf-8")
    assert read_yaml(path, shown="m").plain() == {"a": 1}


def test_binary(tmp_path: Path) -> None:
    path = tmp_path / "modelbout.yaml"
    path.write_bytes(b"PK\x03\x04" + bytes(range(256)))
    assert "the file is not UTF-8" in unreadable(path).found


def test_latin_1_names_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "modelbout.yaml"
    path.write_bytes("a: 1\nb: café\n".encode("latin-1"))
    problem = unreadable(path)
    assert "byte 0xE9 at offset 11" in problem.found
    assert (problem.place.line, problem.place.column) == (2, 7)


def test_utf_16(tmp_path: Path) -> None:
    path = tmp_path / "modelbout.yaml"
    path.write_text("a: 1", encoding="utf-16")
    assert unreadable(path).found == "the file is UTF-16"


def test_byte_order_mark_and_windows_lines(tmp_path: Path) -> None:
    path = tmp_path / "modelbout.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: x\r\n")
    node = read_yaml(path, shown="m")
    assert node.plain() == {"a": 1, "b": "x"}
    assert at(node, "b").place.line == 2


def test_directory(tmp_path: Path) -> None:
    assert "this is a directory" in unreadable(tmp_path).found


def test_missing(tmp_path: Path) -> None:
    assert "there is no such file" in unreadable(tmp_path / "x.yaml").found


def test_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "no regular file" in unreadable(tmp_path / "pipe").found


def test_name_too_long(tmp_path: Path) -> None:
    assert "cannot be read: File name too long" in unreadable(tmp_path / ("x" * 5000)).found


def test_nul_in_name(tmp_path: Path) -> None:
    assert "cannot be read" in unreadable(tmp_path / "a\0b").found


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "modelbout.yaml"
    path.write_text("a: 1", encoding="utf-8")

    def deny(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    # chmod does not stop root, who runs many containers.
    monkeypatch.setattr(Path, "open", deny)
    problem = unreadable(path)
    assert "no permission" in problem.found
    assert "chmod" in problem.fix


def test_messages_hold_no_control_characters() -> None:
    (problem,) = refused('"\\e[31m": 1\n"\\e[31m": 2\n')
    assert "\x1b" not in str(problem)


def test_child_key() -> None:
    assert child_key(None, "a") == "a"
    assert child_key("a", "b-c_1") == "a.b-c_1"
    assert child_key("a", "b.c") == 'a["b.c"]'
    assert child_key(None, "b c") == '["b c"]'


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(10**18), 10**18), st.text(max_size=8))
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)


@given(TREES)
def test_what_is_written_is_read(tree: object) -> None:
    # Quoted text keeps apart what YAML 1.1, which PyYAML writes, and the core schema read differently.
    class Quoting(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 -- the signature of PyYAML
            return True

    Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))
    assert parse_yaml(yaml.dump(tree, Dumper=Quoting), shown="m").plain() == tree


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(list("abc:-[]{},&*!|>'\"%@#\n ?\t\\~01.<")), max_size=40).map("".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        node = parse_yaml(text, shown="m")
    except ConfigError as error:
        assert all(problem.place.file == "m" for problem in error.problems)  # noqa: PT017 -- either way is right
    else:
        node.plain()
