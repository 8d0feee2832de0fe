from __future__ import annotations

from hyperion_hook.domain.change import ChangeKind
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.history import purpose
from tests.support.changes import change, context


def test_without_a_message_nothing_is_said_of_it() -> None:
    values = purpose.measure(context(change()))
    assert values["fix"] == values["message_words"] == Missing("the message is not written yet")


def test_a_range_is_not_said_to_wait_for_a_message() -> None:
    values = purpose.measure(context(change(kind=ChangeKind.RANGE, commit_count=2)))
    assert values["fix"] == values["message_words"] == Missing("a range has no message of its own")


def test_hour_and_weekday_are_the_authors_own() -> None:
    # 2020-09-13T12:26:40Z was a Sunday; ten hours later by the author's clock
    values = purpose.measure(context(change(time=1_600_000_000, utc_offset=0)))
    assert (values["hour_of_day"], values["day_of_week"]) == (12, 6)
    values = purpose.measure(context(change(time=1_600_000_000, utc_offset=12 * 60)))
    assert (values["hour_of_day"], values["day_of_week"]) == (0, 0)


def test_a_fix_with_a_ticket_is_read_from_the_message() -> None:
    values = purpose.measure(context(change(message="Fix crash in parser (#12)\n\nCloses #12 and GH-14.")))
    assert values["fix"] == 1
    assert values["issue_references"] == 2
    assert values["is_revert"] == values["is_refactoring"] == 0


def test_a_refactoring_is_recognised_by_its_subject() -> None:
    values = purpose.measure(context(change(message="Refactor: move helpers, clean up\n\nfixing nothing")))
    assert values["is_refactoring"] == 1
