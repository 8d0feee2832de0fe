"""What commit messages say, on subjects as people of many projects write them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.history import CommitFlag
from hyperion_hook.domain.message.classify import classify_message, issue_references, strip_trailers, trailers

ADA = Author("Ada", "ada@example.org")

FIXES = """\
Fix crash on empty input
Fixed a segfault in the tokenizer
fixes #1234
Fixes GH-12 and adds a test
fix: handle null in parser
fix(core)!: do not drop the last line
KAFKA-6015; Fix NPE in RecordAccumulator after ProducerId reset
KAFKA-13791: Fix potential race condition in FetchResponse
ZOOKEEPER-1387. Wrong epoch file created (Benjamin via breed, phunt)
ZOOKEEPER-867. Client hangs on reconnect
MINOR: Fix how the last broker id is computed
HBASE-1 Incorrect split of regions
Bug 345: avoid the deadlock in shutdown
[BUGFIX] restore the cursor
bugfix in merge
Fixed #28248 -- Checked the length of the token
Resolve memory leak in cache
Correct regression in sorting
Work around a compiler bug
Client fails to reconnect after a time-out
Prevent buffer overflow when reading names
Fix test runner crash
Fix parser comment handling
Fix typo that caused a crash
Login does not work behind a proxy
Add a test for bogus arguments and fix their order (#4952)
"""

NO_FIXES = """\
Add a feature
Fix typo
fix typo in README
Fixed a few typos in the docs
Fix broken link in contributing guide
fix docs: name of url_value_preprocessor method (#1932)
Fix docstring of Flask.run
Fix flake8
Fix lint errors
fix formatting
Fix indentation of an example.
Fix checkstyle
MINOR: Fix checkstyle violation in tests
Fix CI
fix build
Fix flaky test in FetchRequestTest
Fix wrong code in test
Fix complex casting test on Python 3
Attempt to fix Python 3 build
Fixed build process
Fixed order in 2.2 changelog
fix changelog list formatting
Documented fix for #879
Fixes rst syntax error in user guide
Run and fix linkcheck. (#6524)
Fix documention of `run`
Fix pytest deprecation warning.
MINOR: fix flaky DefaultStateUpdaterTest
doc and test fixes
Typo fixes
Minor docs fix.
Fix merge conflicts
docs: fix wrong description of bug reports
fix(docs): broken anchors
feat: report crashes to the server
test: add regression test for #12
Add regression tests
Add test for the bug of last week
chore: bump version
Bump lodash from 4.17.20 to 4.17.21
Merge pull request #12 from someone/fix-crash
Release 1.2.3: bug fixes
Make the scheduler fault-tolerant
Add debug logging
Update bug report template
Change the default timeout
Prefix names with the module
Suffix every file
KAFKA-12289: Adding test cases for prefix scan in InMemoryKeyValueStore (#10052)

Implement parser (closes #12)
"""


FIXES_ELSEWHERE = """\
Corrige le plantage au démarrage
Correction d'un défaut du lecteur
Corregido el inicio de sesión
Corrigido erro de login
Risolto il problema del login
Absturz beim Start behoben
Fehlerbehebung
Login opgelost
Naprawiono logowanie
Oprava přihlášení
Giriş düzeltildi
Åtgärda inloggning
Ispravljena prijava
Исправлена ошибка
Виправлено помилку
修复登录失败
解决登录的问题
不具合を修正
버그 수정
오류 해결
Sửa lỗi
Merged PR 12: Fix crash
Merged in fix/login (pull request #12)\\n\\nFix crash
"""
NO_FIXES_ELSEWHERE = """\
Corrige une faute de frappe
Tippfehler korrigiert
Oprava překlepu
Исправлена опечатка
Фиксированная ширина
修正错别字
誤字を修正
오타 수정
docs: 修复
新增登录
Ajoute une fonction
Corrigendum of the paper
Update the changelog for bug fixes
Merged PR 12: Add a feature
Merged in feature/fix (pull request #12)\\n\\nAdd a feature
"""


@pytest.mark.parametrize("message", FIXES_ELSEWHERE.splitlines())
def test_bug_fixes_are_found_in_other_languages_and_below_the_titles_of_hosts(message: str) -> None:
    assert CommitFlag.FIX in classify_message(message.replace("\\n", "\n"), ADA)


@pytest.mark.parametrize("message", NO_FIXES_ELSEWHERE.splitlines())
def test_other_changes_are_no_bug_fixes_in_other_languages_either(message: str) -> None:
    assert CommitFlag.FIX not in classify_message(message.replace("\\n", "\n"), ADA)


@pytest.mark.parametrize("subject", FIXES.splitlines())
def test_bug_fixes_are_found(subject: str) -> None:
    assert CommitFlag.FIX in classify_message(f"{subject}\n\nMore words.", ADA)


@pytest.mark.parametrize("subject", NO_FIXES.splitlines())
def test_other_changes_are_no_bug_fixes(subject: str) -> None:
    assert CommitFlag.FIX not in classify_message(f"{subject}\n\nMore words.", ADA)


@pytest.mark.parametrize(
    ("body", "is_fix"),
    [
        ("Fixes #12", True),
        ("This fixes: GH-12.", True),
        ("fix pallets/flask#12", True),
        ("Fixes https://github.com/a/b/issues/12", True),
        ("Fixes KAFKA-12", True),
        ('Fixes: 1a2b3c4d5e ("net: add x")', True),
        ("closes #12", False),
        ("- fixes #<issue number>", False),
        ("<!-- Fixes #12 -->", False),
        ("<!-- a template without an end\nFixes #12", False),
        ("- [ ] bug fix\n- [x] feature", False),
        ("This prefixes #12", False),
    ],
)
def test_a_body_makes_a_fix_only_by_naming_what_it_fixes(body: str, is_fix: bool) -> None:
    assert (CommitFlag.FIX in classify_message(f"Handle empty names\n\n{body}\n", ADA)) is is_fix


@pytest.mark.parametrize(
    ("message", "is_fix"),
    [
        ("Add an option (fixes #12)", False),
        ("[Fix #3647] Add --force option", False),
        ("parser: support nested lists\n\nFixes #12", False),
        ("Implement copying\n\nFixes: #12", False),
        ("Add missing check (fixes #12)", True),
        ("Add lock to fix corrupt files (fixes #12)", True),
        ("Support empty lists without a crash\n\nFixes #12", True),
        ("[Fix #12] Use the right index", True),
    ],
)
def test_adding_an_ability_that_an_issue_asked_for_is_no_fix(message: str, is_fix: bool) -> None:
    assert (CommitFlag.FIX in classify_message(message, ADA)) is is_fix


@pytest.mark.parametrize(
    ("message", "flags"),
    [
        ('Revert "Fix crash"\n\nThis reverts commit 1234567.', CommitFlag.REVERT),
        ("Undo it\n\nThis reverts commit 1234567890abcdef.", CommitFlag.REVERT),
        ("KAFKA-12: Revert the last change", CommitFlag.REVERT),
        ("revert: feat: add it", CommitFlag.REVERT),
        ("Handle reverted transactions", CommitFlag.NONE),
        ("HOTFIX: stop the leak", CommitFlag.HOTFIX | CommitFlag.FIX),
        ("hot-fix for login", CommitFlag.HOTFIX | CommitFlag.FIX),
        ("HOTFIX: fix checkstyle", CommitFlag.HOTFIX),
        ("\U0001f691\ufe0f Stop the login loop", CommitFlag.HOTFIX | CommitFlag.FIX),
        (":ambulance: Stop the login loop", CommitFlag.HOTFIX | CommitFlag.FIX),
        ("\U0001f41b Handle empty input", CommitFlag.FIX),
        ("\U0001fa79 Correct the bounds", CommitFlag.FIX),
        ("\u2728 Introduce lists", CommitFlag.NONE),
        ("fixup! Introduce lists", CommitFlag.NONE),
        ("fixup! squash! Fix crash", CommitFlag.FIX),
        ("fix(deps): update dependency x to v2", CommitFlag.NONE),
        ("Write fixed-width columns", CommitFlag.NONE),
        ("Fixed point is never reached", CommitFlag.NONE),
        ("Fixed width of columns", CommitFlag.NONE),
        ("Fixed the width of columns", CommitFlag.FIX),
        ("", CommitFlag.NONE),
        ("\n\n  Fix crash", CommitFlag.FIX),
    ],
)
def test_reverts_and_hotfixes_are_told_apart(message: str, flags: CommitFlag) -> None:
    assert classify_message(message, ADA) == flags


@pytest.mark.parametrize(
    ("name", "email", "is_bot"),
    [
        ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com", True),
        ("renovate-bot", "bot@renovateapp.com", True),
        ("pre-commit-ci", "x@y.z", True),
        ("Travis CI", "travis@example.org", True),
        ("Ada", "release-bot@example.org", True),
        ("Abbot", "abbot@example.org", False),
        ("Botond", "botond@example.org", False),
        ("GitHub", "noreply@github.com", False),
        ("", "", False),
    ],
)
def test_bots_are_known_by_their_names(name: str, email: str, is_bot: bool) -> None:
    assert (CommitFlag.BOT in classify_message("Update x", Author(name, email))) is is_bot


@pytest.mark.parametrize(
    ("message", "rest"),
    [
        ("Subject", "Subject"),
        ("Subject\n\nBody: of words", "Subject\n\nBody: of words"),
        ("Subject\n\nBody\n\nSigned-off-by: A <a@b>\nCo-authored-by: B <b@c>\n", "Subject\n\nBody"),
        ("Subject\n\nBody\n\nReviewers: A <a@b>,\n  B <b@c>", "Subject\n\nBody"),
        ("Subject\n\n(cherry picked from commit 1234)\n\nSigned-off-by: A <a@b>", "Subject"),
        ("Signed-off-by: A <a@b>", "Signed-off-by: A <a@b>"),
        ("", ""),
    ],
)
def test_trailers_are_stripped_and_nothing_else(message: str, rest: str) -> None:
    assert strip_trailers(message) == rest


@pytest.mark.parametrize(
    ("message", "references"),
    [
        ("x (#12), GH-12", {"#12"}),
        ("KAFKA-123: a; ZOOKEEPER-7.", {"KAFKA-123", "ZOOKEEPER-7"}),
        ("see https://github.com/a/b/pull/9 and https://gitlab.com/a/b/-/merge_requests/10", {"#9", "#10"}),
        ("https://issues.apache.org/jira/browse/KAFKA-5", {"KAFKA-5"}),
        ("pallets/flask#4", {"#4"}),
        ("UTF-8, SHA-256, ISO-8601, PEP-8, CVE-2021-1234, &#39; a#b #x", set()),
        ("", set()),
    ],
)
def test_issue_references_are_found(message: str, references: set[str]) -> None:
    assert issue_references(message) == references


def test_reviewers_are_read_from_trailers_and_lists() -> None:
    message = (
        "KAFKA-1: x\n\nReviewers: Jun Rao <junrao@gmail.com>, Ismael Juma <ismael@juma.me.uk>\n"
        "Reviewed-by: Cy\nacked-by:Dee <dee@x.org> and Eli <eli@x.org>\nReviewed-by: Cy\nReviewers: @handle, \n"
        "Signed-off-by: Zed <z@z.z>\nThe reviewers: all of us\n"
    )
    assert trailers(message) == [
        ("reviewers", Author("Jun Rao", "junrao@gmail.com")),
        ("reviewers", Author("Ismael Juma", "ismael@juma.me.uk")),
        ("reviewed-by", Author("Cy", "")),
        ("acked-by", Author("Dee", "dee@x.org")),
        ("acked-by", Author("Eli", "eli@x.org")),
        ("reviewers", Author("@handle", "")),
    ]
    assert trailers("no trailers") == []


HOSTILE = [
    "fix " * 50_000,
    "<!--" * 50_000,
    "a-" * 100_000,
    "a/" * 50_000 + "#",
    "http://" + "a/" * 50_000,
    "fix " + "the " * 50_000,
    "docs and " * 50_000,
    "x\n" + "A-b: c\n" * 50_000,
    "x\n" + "fixes: " * 50_000,
    "x\n" + " \n" * 50_000,
    "A" * 100_000,
    "x\nReviewers: " + "a, " * 50_000,
    "x\nreviewers" + " " * 100_000,
]


@pytest.mark.parametrize("message", HOSTILE, ids=lambda message: repr(message[:9]))
def test_a_hostile_message_costs_nothing(message: str) -> None:
    started = time.process_time()
    classify_message(message, Author(message, message))
    strip_trailers(message)
    issue_references(message)
    trailers(message)
    assert time.process_time() - started < 0.25


@pytest.mark.slow
@given(st.text(), st.text(max_size=20))
def test_any_text_is_read(message: str, name: str) -> None:
    assert classify_message(message, Author(name, name)) in CommitFlag(15)
    assert message.strip().startswith(strip_trailers(message))
    assert all("#" in found or "-" in found for found in issue_references(message))
    assert all(person.identity for _, person in trailers(message))
