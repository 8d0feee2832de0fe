"""What recorded commits say of their review."""

from __future__ import annotations

import pytest

from hyperion_hook.domain.author import LATEST, Author
from hyperion_hook.domain.change import ChangeKind
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.context import Context
from hyperion_hook.features.history.review import (
    NEEDS_HOST,
    NO_REVIEWER,
    NOT_COMMITTED,
    SAME_MOMENT,
    UNDATED,
    measure,
    reviewers,
)
from tests.support.lives import NOW, PEOPLE, touching

PAST = "600 bob Begin: a.py\n300 cy More: a.py\n10 ada More: a.py"


def committed(message: str, committer: Author = PEOPLE["ada"], hours: float = 0, reason: str | None = None) -> Context:
    return touching(
        "a.py",
        PAST,
        kind=ChangeKind.COMMIT,
        message=message,
        committer=committer,
        reason=reason,
        authored_at=NOW - int(hours * 3600),
    )


@pytest.mark.parametrize("kind", [ChangeKind.STAGED, ChangeKind.RANGE])
def test_what_is_not_a_commit_has_not_been_reviewed(kind: ChangeKind) -> None:
    assert measure(touching("a.py", PAST, kind=kind)) == {
        "reviewer_experience": NOT_COMMITTED,
        "approval_time": NOT_COMMITTED,
        "discussion_count": NEEDS_HOST,
    }


def test_hours_from_author_date_to_committer_date() -> None:
    assert measure(committed("x", hours=36))["approval_time"] == 36
    assert measure(committed("x", hours=-5))["approval_time"] == 0


@pytest.mark.parametrize("hours", [NOW / 3600, NOW / 3600 + 5, (NOW - LATEST) / 3600])
def test_a_date_that_is_none_tells_no_hours(hours: float) -> None:
    assert measure(committed("x", hours=hours))["approval_time"] == UNDATED


def test_a_commit_recorded_when_it_was_written_was_not_approved() -> None:
    assert measure(committed("x"))["approval_time"] == SAME_MOMENT


def test_reviewers_in_trailers_are_averaged() -> None:
    values = measure(committed("x\n\nReviewers: Bob <bob@example.org>, Cy <cy@example.org>"))
    assert values["reviewer_experience"] == pytest.approx((600 / 30 + 300 / 30) / 2, abs=1)


def test_a_reviewer_without_commits_counts_if_an_email_tells_who_it_is() -> None:
    assert measure(committed("x\n\nReviewed-by: Zed <zed@example.org>"))["reviewer_experience"] == 0
    assert measure(committed("x\n\nReviewed-by: Zed"))["reviewer_experience"] == Missing(
        "the named reviewers are not known here"
    )


def test_a_committer_who_is_not_the_author_reviewed() -> None:
    assert measure(committed("x", PEOPLE["bob"]))["reviewer_experience"] == pytest.approx(20, abs=1)


@pytest.mark.parametrize(
    "committer",
    [
        PEOPLE["ada"],
        Author("GitHub", "noreply@github.com"),
        Author("merge[bot]", "m@example.org"),
    ],
)
def test_neither_the_author_nor_a_forge_reviews(committer: Author) -> None:
    values = measure(committed("x\n\nReviewed-by: Ada <ada@example.org>", committer))
    assert values["reviewer_experience"] == NO_REVIEWER


def test_each_reviewer_is_named_once() -> None:
    change = committed("x\n\nReviewed-by: Bob <bob@example.org>\nAcked-by: Bob <BOB@example.org>").change
    assert [person.identity for person in reviewers(change)] == ["bob@example.org"]


def test_a_short_history_does_not_know_the_reviewers() -> None:
    values = measure(committed("x", PEOPLE["bob"], reason="short", hours=2))
    assert values["reviewer_experience"] == Missing("short")
    assert values["approval_time"] == 2
