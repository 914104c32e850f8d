"""Artifacts of a stranger: only records of one model each come out, or exactly the files of the bundle asked for."""

from __future__ import annotations

import hashlib
import io
import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from modelbout.errors import BundleError, DataError, ModelboutError, RegistryError
from modelbout.github.artifacts import ITEMS_LIMIT, TEXT_LIMIT, read_results, unpack_bundle
from modelbout.manifest import FileDigest, Lineage, Manifest, Scorer, Signature
from modelbout.record import to_json
from modelbout.results import Origin
from modelbout.seal import bundle_digest, sums
from tests.unit.github.zips import Piece, forged, packed
from tests.unit.report import stories

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

BOUT = to_json(stories.bout())
ORIGIN = Origin(
    model="churn",
    config="modelbout.yaml",
    repository="octo/churn",
    event="pull_request",
    head_sha="a" * 40,
    tree="b" * 40,
    run_id=7,
    run_attempt=1,
    created=stories.CREATED,
    pull_request=3,
)


def changed(**fields: object) -> bytes:
    return json.dumps(json.loads(BOUT) | fields).encode()


def one_problem(error: DataError, place: str = "") -> None:
    assert len(error.problems) == 1, place


def refusal(files: Mapping[str, bytes]) -> str:
    with pytest.raises(DataError) as caught:
        read_results(packed(files))
    (problem,) = caught.value.problems
    assert problem.fix
    assert len(str(problem)) < 2000
    assert str(problem).isprintable() or "\n  -> " in str(problem)
    return problem.found


def test_one_model_at_the_root() -> None:
    files = {
        "bout.json": BOUT,
        "validation.json": to_json(stories.validation()),
        "training.json": to_json(stories.training()),
        "origin.json": to_json(ORIGIN),
        "promotion.json": to_json(stories.promotion()),
        "report.md": b"<script>",
        "plots/plots.json": b"[[[",
        "bout.json.bak": b"x",
    }
    (found,) = read_results(packed(files))
    assert (found.model, found.origin) == ("churn", ORIGIN)
    assert found.story.bout == stories.bout()
    assert found.story.promotion is None


def test_several_models_in_directories_and_one_that_stopped_early() -> None:
    files = {
        "b/.modelbout/run/bout.json": changed(model="bikes"),
        "a/.modelbout/run/bout.json": BOUT,
        "c/origin.json": to_json(ORIGIN),
    }
    assert [found.model for found in read_results(packed(files))] == ["bikes", "churn"]


def test_an_artifact_without_results_is_empty() -> None:
    assert read_results(packed({"report.md": b""})) == ()
    assert read_results(packed({})) == ()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"42",
        b'"text"',
        b"\xef\xbb\xbf" + BOUT,
        BOUT.decode().encode("utf-16"),
        BOUT[:-20],
        BOUT + b"{}",
        BOUT.replace(b'"churn"', b'"ch\xffrn"'),
        BOUT.replace(b'"churn"', b'"\\ud800"'),
        BOUT.replace(b'"seed": 7', b'"seed": NaN'),
        BOUT.replace(b'"confidence": 0.95', b'"confidence": NaN'),
        BOUT.replace(b'"confidence": 0.95', b'"confidence": Infinity'),
        BOUT.replace(b'"confidence": 0.95', b'"confidence": -Infinity'),
        BOUT.replace(b'"confidence": 0.95', b'"confidence": 1e999'),
        BOUT.replace(b'"confidence": 0.95', b'"confidence": null'),
        BOUT.replace(b'"seed": 7', b'"seed": 1' + b"0" * 30),
        BOUT.replace(b'"seed": 7', b'"seed": 1' + b"0" * 4000),
        BOUT.replace(b'"seed": 7', b'"seed": 1' + b"0" * 100_000),
        BOUT.replace(b'"seed": 7', b'"seed": 9007199254740993'),
        BOUT.replace(b'"seed": 7', b'"seed": 7, "seed": 8'),
        BOUT.replace(b'"seed": 7', b'"seed": "7"'),
        BOUT.replace(b'"seed": 7', b'"seed": 7, "hook": "x"'),
        BOUT.replace(b'"seed": 7', b'"seed": true'),
        b"[" * 100_000,
        b'{"model":' * 100_000,
        changed(reasons=["x"] * 100_000),
        changed(reasons=["x"] * (ITEMS_LIMIT + 1)),
        changed(reasons=["x" * (TEXT_LIMIT + 1)]),
        changed(verdict="promote"),
        changed(verdict="loss", passed=True),
        changed(schema_version=2**70),
        changed(balance={"a": 1}),
        changed(holdout={"digest": "d", "rows": 1, "train_rows": 1, "balance": {"a": 10**400}}),
    ],
    ids=lambda raw: repr(raw[:24]),
)
def test_a_forged_record_is_one_problem(raw: bytes) -> None:
    assert raw != BOUT
    refusal({"bout.json": raw})


@pytest.mark.parametrize(
    "model", ["", "../evil", "a/b", "Churn", "@octocat", "a" * 65, "churn\n", "<b>", "a\u202eb", "-x", "a\x00"]
)
def test_a_name_that_no_configuration_gives_is_refused(model: str) -> None:
    refusal({"bout.json": changed(model=model)})


def test_a_model_that_takes_the_name_of_another_is_refused() -> None:
    assert "two results" in refusal({"a/bout.json": BOUT, "b/bout.json": BOUT})
    assert "several models" in refusal({"bout.json": BOUT, "validation.json": changed_validation("bikes")})
    origin = to_json(msgspec.structs.replace(ORIGIN, model="bikes"))
    assert "several models" in refusal({"bout.json": BOUT, "origin.json": origin})


def changed_validation(model: str) -> bytes:
    return to_json(msgspec.structs.replace(stories.validation(), model=model))


def test_more_models_than_a_matrix_has_jobs_are_refused() -> None:
    assert "257 models" in refusal({f"m{n}/bout.json": changed(model=f"m{n}") for n in range(257)})


@pytest.mark.parametrize(
    "fields",
    [
        {"primary": None},
        {"champion": None, "challenger": None},
        {"verdict": "first", "passed": True},
        {"verdict": "error"},
        {"metrics": [], "slices": [], "guardrails": []},
        {"confidence": 1e308},
        {"confidence": -1e308},
        {"created": "", "stage": ""},
        {"curves": [{"kind": "roc", "side": "champion", "x": [1e308, 2], "y": []}]},
        {"changed": {"fixed": -1, "broken": -(2**53), "both_right": 0, "both_wrong": 0}},
        {"power": {"metric": "x", "detectable": 1e-308, "rows_needed": -5}},
    ],
    ids=repr,
)
def test_a_story_that_contradicts_itself_can_be_told_or_is_refused(fields: dict[str, object]) -> None:
    try:
        (found,) = read_results(packed({"bout.json": changed(**fields)}))
    except DataError as error:
        one_problem(error)
    else:
        assert found.bout is not None


@pytest.mark.parametrize("value", [1e308, -1e308, 5e-324, 0.0, -0.0, 2**53, -(2**53)])
def test_numbers_at_the_edge_can_be_told_or_are_refused(value: float) -> None:
    """Each number of a record in turn, so that a new one is covered."""
    for place, raw in with_number(json.loads(BOUT), value):
        try:
            read_results(packed({"bout.json": json.dumps(raw).encode()}))
        except DataError as error:
            one_problem(error, place)


def with_number(raw: object, value: float) -> Iterator[tuple[str, object]]:
    """Yield the JSON once for each of its numbers, with another one there."""
    inside: list[tuple[object, object]] = []
    if isinstance(raw, dict):
        inside = [(name, raw[name]) for name in raw]
    elif isinstance(raw, list):
        inside = list(enumerate(raw[:2]))
    elif isinstance(raw, (int, float)) and not isinstance(raw, bool):
        yield "", int(value) if isinstance(raw, int) and abs(value) < 2**60 else value
    for key, inner in inside:
        for place, new in with_number(inner, value):
            yield f"{key}.{place}", _replaced(raw, key, new)


def _replaced(raw: object, key: object, new: object) -> object:
    if isinstance(raw, dict):
        return {**raw, key: new}
    assert isinstance(raw, list)
    return [new if at == key else old for at, old in enumerate(raw)]


def manifest(files: Mapping[str, bytes]) -> Manifest:
    return Manifest(
        schema_version=1,
        name="churn",
        task="binary",
        signature=Signature(inputs=(), target="Churn", target_type="string"),
        scorer=Scorer(kind="skops"),
        files=tuple(
            FileDigest(path=path, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
            for path, content in sorted(files.items())
        ),
        lineage=Lineage(
            created=stories.CREATED,
            seed=7,
            code_digest="c",
            config_digest="c",
            data_digest="d",
            environment_digest="e",
            fingerprint="f",
            python="3.12.0",
            train_rows=10,
        ),
    )


FILES = {"model.skops": b"model" * 9000, "profile.json": b"{}", "plots/deep/a.svg": b"<svg/>"}
SEALED = {**FILES, "manifest.json": to_json(manifest(FILES))}
DIGEST = hashlib.sha256(SEALED["manifest.json"]).hexdigest()


def unpack(tmp_path: Path, files: io.BytesIO | Mapping[str, bytes], digest: str = DIGEST) -> Path:
    archive = tmp_path / "in.zip"
    archive.write_bytes((files if isinstance(files, io.BytesIO) else packed(files)).getvalue())
    return unpack_bundle(archive, tmp_path / "out" / "bundle", digest=digest)


def refused_bundle(tmp_path: Path, files: io.BytesIO | Mapping[str, bytes], digest: str = DIGEST) -> str:
    with pytest.raises(ModelboutError) as caught:
        unpack(tmp_path, files, digest)
    assert isinstance(caught.value, (BundleError, DataError, RegistryError))
    assert list((tmp_path / "out").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.zip", "out"]
    return caught.value.problems[0].found


def test_a_bundle_is_unpacked_by_its_digest_alone(tmp_path: Path) -> None:
    bundle = unpack(tmp_path, {**SEALED, "SHA256SUMS": sums(manifest(FILES), digest=DIGEST)})
    assert bundle_digest(bundle) == DIGEST
    assert {path: (bundle / path).read_bytes() for path in FILES} == FILES
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["bundle"]


def test_no_file_of_a_bundle_is_a_program(tmp_path: Path) -> None:
    pieces = [Piece(path.encode(), content=content, attributes=0o104777 << 16) for path, content in SEALED.items()]
    bundle = unpack(tmp_path, forged(pieces))
    assert not [path for path in bundle.rglob("*") if path.is_file() and path.stat().st_mode & 0o7111]


@pytest.mark.parametrize(
    "files",
    [
        {},
        FILES,
        {**SEALED, "extra.pkl": b"x"},
        {**SEALED, "SHA256SUMS": b"x" * 3_000},
        {path: content for path, content in SEALED.items() if path != "profile.json"},
        {**SEALED, "profile.json": b"[]"},
        {**SEALED, "profile.json": b"{ }"},
        {**SEALED, "manifest.json": to_json(manifest({}))},
        {**SEALED, "manifest.json": b"x" * (9 * 2**20)},
        {f"bundle/{path}": content for path, content in SEALED.items()},
        {**SEALED, "../escape": b"x"},
        {**SEALED, "MODEL.skops": b"x"},
    ],
    ids=",".join,
)
def test_another_bundle_leaves_nothing_behind(tmp_path: Path, files: Mapping[str, bytes]) -> None:
    refused_bundle(tmp_path, files)


def test_lies_in_the_headers_of_a_bundle_leave_nothing_behind(tmp_path: Path) -> None:
    pieces = [Piece(path.encode(), content=content) for path, content in SEALED.items()]
    size = len(FILES["model.skops"])
    lying = [Piece(b"model.skops", content=b"0" * (30 * 2**20), length=size), *pieces[1:]]
    assert "more bytes than it says" in refused_bundle(tmp_path, forged(lying))
    refused_bundle(tmp_path, forged([Piece(b"model.skops", content=b"x", attributes=0o120777 << 16), *pieces[1:]]))
    refused_bundle(tmp_path, forged([Piece(b"model.skops", content=FILES["model.skops"], flags=1), *pieces[1:]]))


def test_a_manifest_whose_paths_leave_is_refused(tmp_path: Path) -> None:
    for path in ("../x", "/x", "a/../../x", "manifest.json"):
        raw = to_json(manifest({path: b"x"}))
        refused_bundle(tmp_path, {"manifest.json": raw, "x": b"x"}, hashlib.sha256(raw).hexdigest())


def test_what_stands_in_the_place_is_kept(tmp_path: Path) -> None:
    place = tmp_path / "out" / "bundle"
    place.mkdir(parents=True)
    (place / "mine").write_text("1")
    with pytest.raises(RegistryError):
        unpack(tmp_path, SEALED)
    assert (place / "mine").read_text() == "1"
    place.joinpath("mine").unlink()
    assert bundle_digest(unpack(tmp_path, SEALED)) == DIGEST


def test_a_link_in_the_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / "bundle").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RegistryError):
        unpack(tmp_path, SEALED)
    assert list((tmp_path / "elsewhere").iterdir()) == []
