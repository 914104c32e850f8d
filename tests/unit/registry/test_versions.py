from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelbout.manifest import Feature, Manifest, Signature
from modelbout.registry.versions import Version, breaks, change, followers, latest, next_version, parse_version


def with_inputs(manifest: Manifest, *inputs: Feature) -> Manifest:
    return msgspec.structs.replace(manifest, signature=msgspec.structs.replace(manifest.signature, inputs=inputs))


def with_lineage(manifest: Manifest, **lineage: str) -> Manifest:
    return msgspec.structs.replace(manifest, lineage=msgspec.structs.replace(manifest.lineage, **lineage))


def test_the_first_version(manifest: Manifest) -> None:
    assert next_version(manifest, succeeds=None, registered=()) == "v1.0.0"


@pytest.mark.parametrize("field", ["code_digest", "config_digest"])
def test_code_or_config_makes_a_minor_version(manifest: Manifest, field: str) -> None:
    new = with_lineage(manifest, **{field: "other", "data_digest": "other"})
    assert next_version(new, succeeds=manifest, registered=["v1.0.0"]) == "v1.1.0"


@pytest.mark.parametrize("field", ["data_digest", "environment_digest", "created"])
def test_data_or_environment_alone_makes_a_patch(manifest: Manifest, field: str) -> None:
    new = with_lineage(manifest, **{field: "other"})
    assert next_version(new, succeeds=manifest, registered=["v1.2.3"]) == "v1.2.4"


def test_a_broken_signature_makes_a_major_version_whatever_else_changed(manifest: Manifest) -> None:
    new = with_inputs(with_lineage(manifest, code_digest="other"), Feature(name="new", type="number"))
    assert next_version(new, succeeds=manifest, registered=["v1.2.3"]) == "v2.0.0"


def test_numbers_go_on_from_the_highest_ever_and_not_from_the_champion(manifest: Manifest) -> None:
    new = with_lineage(manifest, data_digest="other")
    assert next_version(new, succeeds=manifest, registered=["v1.0.0", "v1.10.0", "v1.9.5"]) == "v1.10.1"


def test_without_anything_to_compare_with_it_is_a_major_version(manifest: Manifest) -> None:
    assert next_version(manifest, succeeds=None, registered=["v1.2.3"]) == "v2.0.0"


OLD = (Feature(name="a", type="integer"), Feature(name="b", type="string", nullable=True))


@pytest.mark.parametrize(
    ("inputs", "broken"),
    [
        (OLD, False),
        (OLD[::-1], False),
        (OLD[:1], False),
        ((), False),
        ((*OLD, Feature(name="c", type="number")), True),
        ((*OLD, Feature(name="c", type="number", nullable=True)), False),
        ((Feature(name="a", type="number"), OLD[1]), True),
        ((Feature(name="a", type="integer", nullable=True), OLD[1]), False),
        ((OLD[0], Feature(name="b", type="string")), True),
        ((Feature(name="A", type="integer"), OLD[1]), True),
    ],
)
def test_who_sends_the_old_columns(manifest: Manifest, inputs: tuple[Feature, ...], broken: bool) -> None:  # noqa: FBT001 -- a table of cases
    old, new = with_inputs(manifest, *OLD), with_inputs(manifest, *inputs)
    assert breaks(old.signature, new.signature) is broken
    same = set(inputs) == set(OLD)
    assert change(old, new) == ("major" if broken else "patch" if same else "minor")


@pytest.mark.parametrize(
    "changes",
    [{"target": "Left"}, {"target_type": "integer"}, {"classes": ("No", "Yes", "Maybe")}, {"positive": "No"}],
)
def test_who_reads_the_old_answer(manifest: Manifest, changes: dict[str, object]) -> None:
    new = msgspec.structs.replace(manifest.signature, **changes)
    assert breaks(manifest.signature, new)


def test_another_task_is_a_major_change(manifest: Manifest) -> None:
    assert change(manifest, msgspec.structs.replace(manifest, task="regression")) == "major"


FEATURES = st.lists(
    st.builds(
        Feature,
        name=st.sampled_from("abcd"),
        type=st.sampled_from(["integer", "string"]),
        nullable=st.booleans(),
    ),
    unique_by=lambda feature: feature.name,
)


@settings(deadline=None)
@given(FEATURES, FEATURES)
def test_it_breaks_exactly_when_a_row_that_was_fine_is_not(old: list[Feature], new: list[Feature]) -> None:
    def signature(inputs: list[Feature]) -> Signature:
        return Signature(inputs=tuple(inputs), target="t", target_type="number")

    sent = {feature.name: {feature.type} | ({"null"} if feature.nullable else set()) for feature in old}
    taken = {feature.name: {feature.type} | ({"null"} if feature.nullable else set()) for feature in new}
    fails = any(not sent.get(name, {"null"}) <= kinds for name, kinds in taken.items())
    assert breaks(signature(old), signature(new)) == fails


@settings(deadline=None)
@given(st.tuples(*[st.integers(0, 10**9 - 1)] * 3))
def test_a_version_survives_its_text(numbers: tuple[int, int, int]) -> None:
    assert parse_version(str(Version(*numbers))) == Version(*numbers)


@pytest.mark.parametrize(
    "text", ["", "1.0.0", "v1.0", "v1.0.0.0", "v01.0.0", "v1.0.0\n", "v-1.0.0", "v1.0.x", "../v1.0.0", "v\u0661.0.0"]
)
def test_what_is_no_version(text: str) -> None:
    assert parse_version(text) is None


@settings(deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 30)] * 3), min_size=1))
def test_every_follower_is_new(numbers: list[tuple[int, int, int]]) -> None:
    from_numbers = [str(Version(*each)) for each in numbers]
    assert latest(from_numbers) == str(Version(*max(numbers)))
    following = followers(from_numbers)
    assert len(following) == 3
    assert all((parsed := parse_version(text)) and parsed > max(numbers) for text in following)


def test_followers_of_nothing() -> None:
    assert followers(()) == {"v1.0.0"}
    assert latest(()) is None
