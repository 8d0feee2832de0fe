"""Safety that added lines switch off: certificate checks, tests, narrow exception handlers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from hyperion_hook.assess.breaks.tree import TreeAfter, code_of, family_of, is_aside
from hyperion_hook.domain.breaks import Break, BreakKind
from hyperion_hook.domain.change import FileChange
from hyperion_hook.domain.files.languages import language_of
from hyperion_hook.domain.files.paths import FileRole, role_of


class Switch(NamedTuple):
    """What switches safety off; ``source`` is where it is described, ``in_tests`` whether tests are looked at."""

    what: str
    pattern: re.Pattern[str]
    source: str
    in_tests: bool


_CERTIFICATES = Switch(
    "certificate checks are switched off",
    re.compile(
        r"(?<![\w.])verify[ \t]*=[ \t]*False\b|\bInsecureSkipVerify[ \t]*[:=]+[ \t]*true\b"
        r"|\brejectUnauthorized[ \t]*:[ \t]*false\b|\bNODE_TLS_REJECT_UNAUTHORIZED\b[^\n]{0,12}?0"
        r"|\b_create_unverified_context\b|\bverify_mode[ \t]*=[ \t]*ssl\.CERT_NONE\b|\bcheck_hostname[ \t]*=[ \t]*False"
        r"|\bCURLOPT_SSL_VERIFY(?:PEER|HOST)[ \t]*,[ \t]*(?:0|false|FALSE)\b|\bNoopHostnameVerifier\b"
        r"|\bALLOW_ALL_HOSTNAME_VERIFIER\b|\bdanger_accept_invalid_certs\(true\)|\bhttp\.sslVerify[ \t=]+false\b"
    ),
    "CWE-295",
    in_tests=False,
)
_OF_PYTHON = re.compile(r"verify[ \t]*=|_create_unverified|verify_mode|check_hostname")
_PASSED = re.compile(r"verify[ \t]*=")
_REQUESTS = re.compile(
    r"request|session|client|http|url|ssl|tls|fetch|load|connect|api|proxy|"
    r"\b(?:get|post|put|patch|delete|head|options|send|call)$",
    re.IGNORECASE,
)
"""What is called with ``verify`` for certificates; others verify what they set or compute."""
_OPTION = re.compile(r"(['\"`])[\w.-]{0,40}(?:insecure|verify|unsafe)[\w.-]{0,40}\1", re.IGNORECASE)
_ABOVE = 12
"""Lines in which an option that a user sets is named before what it does."""
_ONLY = Switch(
    "only this test runs, the others of its file do not",
    re.compile(
        r"(?<![\w.$])(?:it|test|describe|context|suite)\.only[ \t]*\(|(?<![\w.$])(?:fit|fdescribe)[ \t]*\([ \t]*['\"`]"
    ),
    "Jest and Mocha, .only",
    in_tests=True,
)
SKIPS = re.compile(
    r"^[ \t]*@(?:pytest\.mark\.skip\b(?!if)|unittest\.skip\b(?!If|Unless)|Ignore\b|Disabled\b(?!On|If|For))"
    r"|(?<![\w.$])(?:(?:it|test|describe)\.skip|xit|xdescribe|xtest)[ \t]*\([ \t]*['\"`]",
    re.MULTILINE,
)
_CATCH = r"\bcatch[ \t]*\([ \t]*(?:final[ \t]+)?"
_WIDE = re.compile(
    r"^[ \t]*except(?:[ \t]+(?:Exception|BaseException)\b(?:[ \t]+as[ \t]+\w+)?)?[ \t]*:"
    rf"|{_CATCH}(?:Exception|Throwable)\b",
    re.MULTILINE,
)
_NARROW = re.compile(
    r"^[ \t]*except[ \t]+(?!\(?(?:Base)?Exception\b)[\w(]"
    rf"|{_CATCH}(?!(?:Exception|Throwable|Error)\b)[A-Z]",
    re.MULTILINE,
)


def safety_off(tree: TreeAfter) -> Iterator[Break]:
    """Yield a break for each place where added lines switch safety off."""
    deleted = "\n".join(_text(hunk.deleted_text) for file in tree.change.files for hunk in file.hunks or ())
    # what only moves was off before
    for switch in (_CERTIFICATES, _ONLY):
        yield from islice(_switched(tree, switch), len(switch.pattern.findall(deleted)), None)
    yield from islice(_skipped(tree), len(SKIPS.findall(deleted)), None)
    for file in tree.touched.values():
        if role_of(file.path) is FileRole.SOURCE and file.old_blob and family_of(file.path):
            yield from _broadened(file)


def _break(path: str, line: int, sentence: str, row: str, source: str) -> Break:
    # what a line does may be asked for on purpose, which it does not tell
    return Break(BreakKind.SAFETY, sentence, f"{row.strip()[:120]} ({source})", path, line, False)


def _added(file: FileChange) -> Iterator[tuple[int, str]]:
    """Yield number and text of each added line, comments left out."""
    for hunk in file.hunks or ():
        if hunk.added_count:
            text = _text(hunk.added_text)
            code = code_of(file.path, text) if family_of(file.path) else text
            for number, (row, bare) in enumerate(zip(text.split("\n"), code.split("\n"), strict=False), hunk.new_start):
                if bare.strip():
                    yield number, row


def _text(lines: bytes) -> str:
    return lines.decode("utf-8", "replace")


def _switched(tree: TreeAfter, switch: Switch) -> Iterator[Break]:
    roles = (FileRole.TEST, FileRole.SOURCE) if switch.in_tests else (FileRole.SOURCE, FileRole.CONFIGURATION)
    for file in tree.touched.values():
        if role_of(file.path) not in roles or language_of(file.path) is None or is_aside(file.path):
            continue
        if not any(switch.pattern.search(_text(hunk.added_text)) for hunk in file.hunks or ()):
            continue
        for number, row in _added(file):
            match = switch.pattern.search(row)
            if match is None or row.lstrip().startswith(("#", "//", "*")):
                continue
            if switch is not _CERTIFICATES or _is_meant(tree, file.path, number, match):
                yield _break(file.path, number, f"{switch.what} in {file.path}", row, switch.source)


def _is_meant(tree: TreeAfter, path: str, number: int, match: re.Match[str]) -> bool:
    """Return whether what looks like a switch is one: no option for users, no default of a parameter, no name."""
    text = tree.text(path)
    if _OPTION.search("\n".join(text.split("\n")[max(0, number - _ABOVE) : number - 1])):
        return False
    if language_of(path) != "Python" or _PASSED.match(match[0]) is None:
        return language_of(path) == "Python" or _OF_PYTHON.match(match[0]) is None
    # few changes have such a line, and only they parse the file
    from hyperion_hook.assess.breaks.python_names import lines_that_pass

    return number in lines_that_pass(text, "verify", value=False, to=_REQUESTS)


def _skipped(tree: TreeAfter) -> Iterator[Break]:
    for file in tree.touched.values():
        if role_of(file.path) is not FileRole.TEST or not file.old_blob or family_of(file.path) is None:
            continue
        if any(SKIPS.search(_text(hunk.deleted_text)) for hunk in file.hunks or ()):
            continue  # one mark for several tests may have become one for each
        before, text = tree.before(file), tree.text(file.path)
        rows = text.split("\n")
        for number, row in _added(file):
            name = _test_name(rows, number) if SKIPS.search(row) else ""
            # a test that comes with its mark was never run, another may be called the same
            if name and 0 < text.count(name) <= before.count(name):
                yield _break(file.path, number, f"the test {name} no longer runs", row, "a skipped test guards nothing")


def _test_name(rows: list[str], number: int) -> str:
    """Return the name of the test that a mark on a line disables, '' where it cannot be told."""
    quoted = re.search(r"\([ \t]*+(['\"`])(.{1,200}?)\1", rows[number - 1]) if "@" not in rows[number - 1] else None
    if quoted:
        return quoted[2]
    for row in rows[number - 1 : number + 12]:
        match = re.search(r"\b(?:def|class|void|fun|func)[ \t]++(?:`([^`\n]++)`|(\w++))", row)
        if match:
            return match[1] or match[2]
    return ""


def _broadened(file: FileChange) -> Iterator[Break]:
    for hunk in file.hunks or ():
        deleted, added = _text(hunk.deleted_text), _text(hunk.added_text)
        wide, narrow = _WIDE.search(added), _NARROW.search(deleted)
        if wide and narrow and not _NARROW.search(added) and not _WIDE.search(deleted):
            number = hunk.new_start + added.count("\n", 0, wide.start())
            old = deleted[deleted.rfind("\n", 0, narrow.start()) + 1 :].partition("\n")[0].strip()
            row = added[added.rfind("\n", 0, wide.start()) + 1 :].lstrip("\n").partition("\n")[0]
            yield _break(
                file.path,
                number,
                f"an exception handler of {file.path} catches more than before",
                f"{row.strip()} instead of {old}",
                "CWE-396",
            )
