from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.store.models.lifecycle import (
    MOST_SERVED,
    IllegalStepError,
    Lifecycle,
    NewerFormatError,
    decode,
    encode,
)
from hyperion_hook.store.models.metadata import Status
from hyperion_hook.store.models.versions import Lineage, Version, next_version

ONE, TWO, THREE = Version(1, 0, 0), Version(1, 1, 0), Version(2, 0, 0)


def with_versions(*versions: Version) -> Lifecycle:
    state = Lifecycle("m")
    for version in versions:
        state = state.registered(version, "digest")
    return state


def serving(state: Lifecycle, version: Version) -> Lifecycle:
    return state.promoted(version, Status.VALIDATED).promoted(version, Status.PRODUCTION)


def test_without_versions_nothing_serves() -> None:
    assert (Lifecycle("m").production, Lifecycle("m").latest) == (None, None)


def test_a_version_goes_one_step_at_a_time() -> None:
    state = with_versions(ONE)
    assert state.status(ONE) is Status.TRAINED
    state = state.promoted(ONE, Status.VALIDATED)
    assert (state.status(ONE), state.production) == (Status.VALIDATED, None)
    state = state.promoted(ONE, Status.PRODUCTION)
    assert (state.status(ONE), state.production) == (Status.PRODUCTION, ONE)
    assert state.deprecated(ONE).status(ONE) is Status.DEPRECATED


@pytest.mark.parametrize(
    ("steps", "to", "said"),
    [
        ([], Status.PRODUCTION, "v1.0.0 is trained and cannot become production: it must be validated first"),
        ([], Status.TRAINED, "promoted to validated or production, not to trained"),
        ([], Status.DEPRECATED, "promoted to validated or production, not to deprecated"),
        ([Status.VALIDATED], Status.VALIDATED, "it is validated already"),
        ([Status.VALIDATED, Status.PRODUCTION], Status.VALIDATED, "it is in production already"),
        ([Status.VALIDATED, Status.PRODUCTION], Status.PRODUCTION, "it is in production already"),
    ],
)
def test_other_steps_are_refused(steps: list[Status], to: Status, said: str) -> None:
    state = with_versions(ONE)
    for step in steps:
        state = state.promoted(ONE, step)
    with pytest.raises(IllegalStepError, match=said):
        state.promoted(ONE, to)


def test_what_is_deprecated_is_not_promoted_again_and_not_deprecated_twice() -> None:
    state = with_versions(ONE).deprecated(ONE)
    for to in (Status.VALIDATED, Status.PRODUCTION):
        with pytest.raises(IllegalStepError, match="only a rollback brings it back"):
            state.promoted(ONE, to)
    with pytest.raises(IllegalStepError, match="deprecated already"):
        state.deprecated(ONE)


def test_what_served_before_is_deprecated_and_a_rollback_returns_to_it() -> None:
    state = serving(serving(with_versions(ONE, TWO), ONE), TWO)
    assert (state.status(ONE), state.status(TWO)) == (Status.DEPRECATED, Status.PRODUCTION)
    state = state.rolled_back()
    assert (state.status(ONE), state.status(TWO)) == (Status.PRODUCTION, Status.DEPRECATED)
    state = state.rolled_back()
    assert state.production is None
    assert state.status(ONE) is Status.DEPRECATED
    with pytest.raises(IllegalStepError, match="nothing to roll back to"):
        state.rolled_back()


def test_a_rollback_passes_over_what_was_deprecated_by_hand() -> None:
    state = serving(serving(serving(with_versions(ONE, TWO, THREE), ONE), TWO), THREE).deprecated(TWO)
    assert state.rolled_back().production == ONE


def test_after_the_serving_version_is_deprecated_none_serves_until_a_rollback() -> None:
    state = serving(serving(with_versions(ONE, TWO), ONE), TWO).deprecated(TWO)
    assert state.production is None
    assert state.rolled_back().production == ONE
    alone = serving(with_versions(ONE), ONE).deprecated(ONE)
    assert alone.served == ()


OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["register", "validate", "produce", "deprecate", "rollback"]), st.integers(0, 4)),
    max_size=40,
)


@given(OPERATIONS)
def test_whatever_is_asked_for_never_two_serve_and_every_state_can_be_read_again(
    operations: list[tuple[str, int]],
) -> None:
    state = Lifecycle("m")
    for what, number in operations:
        version = Version(1, number, 0)
        try:
            if what == "register" and version not in state.versions:
                state = state.registered(version, "digest")
            elif what == "rollback":
                state = state.rolled_back()
            elif version not in state.versions:
                continue
            elif what == "validate":
                state = state.promoted(version, Status.VALIDATED)
            elif what == "produce":
                state = state.promoted(version, Status.PRODUCTION)
            elif what == "deprecate":
                state = state.deprecated(version)
        except IllegalStepError:
            pass
        serving = [version for version in state.versions if state.status(version) is Status.PRODUCTION]
        assert serving == [version for version in [state.production] if version is not None]
        assert decode(encode(state)) == state


def test_the_past_that_is_kept_is_bounded() -> None:
    state = with_versions(*(Version(1, number, 0) for number in range(MOST_SERVED + 5)))
    for version in state.versions:
        state = serving(state, version)
    assert len(state.served) == MOST_SERVED


def test_a_changed_letter_or_another_format_is_refused() -> None:
    data = encode(serving(with_versions(ONE), ONE))
    for position in range(len(data)):
        changed = bytearray(data)
        changed[position] ^= 4
        try:
            # white space between the parts says nothing
            assert decode(bytes(changed)) == decode(data)
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    newer = json.loads(encode(Lifecycle("m")).replace(b'"format_version": 1', b'"format_version": 2'))
    with pytest.raises(ValueError, match="digest"):
        decode(json.dumps(newer).encode())


def test_a_newer_format_is_told_from_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyperion_hook.store.models.lifecycle.FORMAT_VERSION", 2)
    data = encode(Lifecycle("m"))
    monkeypatch.setattr("hyperion_hook.store.models.lifecycle.FORMAT_VERSION", 1)
    with pytest.raises(NewerFormatError):
        decode(data)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (Lineage("f", "d", "r", "p"), "v1.2.4"),
        (Lineage("f", "d", "r", "other"), "v1.2.4"),
        (Lineage("f", "d", "other", "p"), "v1.3.0"),
        (Lineage("f", "other", "r", "other"), "v1.3.0"),
        (Lineage("other", "other", "r", "p"), "v2.0.0"),
    ],
)
def test_what_changed_decides_which_number_rises(now: Lineage, expected: str) -> None:
    assert str(next_version(Version(1, 2, 3), Lineage("f", "d", "r", "p"), now)) == expected


@pytest.mark.parametrize("text", ["1.0.0", "v1.0", "v01.0.0", "v1.0.0.0", "v-1.0.0", "../v1.0.0", "v1.0.0\n", ""])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no version"):
        Version.parse(text)
