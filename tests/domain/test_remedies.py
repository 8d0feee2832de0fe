"""Notes: text that carries what to do about it."""

from __future__ import annotations

import copy
import json

import pytest

from hyperion_hook.domain.remedies import INDEX, PASSING, Note, note_of
from hyperion_hook.domain.vector import NOT_FETCHED, FeatureVector, Missing
from hyperion_hook.errors import StoreError

NOTE = Note("no index yet", run=INDEX, kind=PASSING)
FACTS = (INDEX, "", PASSING)


@pytest.mark.parametrize(
    "carried",
    [
        NOTE,
        str(NOTE),
        str(StoreError(NOTE)),
        NOTE.worded("the index: no index yet"),
        copy.deepcopy(NOTE),
        FeatureVector({"la": Missing(NOTE)}).missing["la"],
        Missing(NOTE).worded("a.py: no index yet").reason,
    ],
)
def test_a_note_keeps_what_it_carries(carried: str) -> None:
    note = note_of(carried)
    assert (note.run, note.advice, note.kind) == FACTS


def test_a_note_is_its_text() -> None:
    assert NOTE == "no index yet; run: hyperion-hook index"
    assert json.dumps(NOTE) == json.dumps(str(NOTE))
    assert Missing(NOTE) == Missing("no index yet; run: hyperion-hook index")
    assert {NOT_FETCHED.reason} == {"not fetched: the object is missing from this clone"}


def test_what_a_text_says_is_not_taken_for_what_it_carries() -> None:
    note = note_of("a warning that quotes '; run: hyperion-hook index'")
    assert (note.run, note.advice, note.kind) == ("", "", "")
