"""The same person under several names and addresses."""

from __future__ import annotations

import pytest

from hyperion_hook.assess.people.identities import People
from hyperion_hook.domain.author import Author


def test_one_address_or_one_name_makes_one_person_also_through_a_third() -> None:
    people = People([Author("Ada", "ada@home"), Author("Ada Lovelace", "ada@work"), Author("Ada", "ada@work")])
    assert people.of(Author("", "ada@home")) == people.of(Author("Ada Lovelace", ""))
    assert people.of(Author("Grace", "grace@home")) != people.of(Author("Ada", ""))


@pytest.mark.parametrize(
    "author",
    [Author("dependabot[bot]", "x@y"), Author("GitHub", "noreply@github.com"), Author("root", ""), Author("", "")],
)
def test_programs_and_nobody_in_particular_are_no_persons(author: Author) -> None:
    assert People().of(author) is None


def test_a_name_that_many_have_joins_nobody() -> None:
    people = People([Author("root", "one@host"), Author("root", "other@host")])
    assert people.of(Author("root", "one@host")) != people.of(Author("root", "other@host"))


def test_an_address_is_never_given_for_a_name() -> None:
    people = People([Author("ada@example.org", "ada@example.org")])
    key = people.of(Author("", "ada@example.org"))
    assert key is not None
    assert people.name(key) is None
