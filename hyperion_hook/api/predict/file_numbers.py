"""The bug predictor's numbers of a file in words, and which of them a person thinks of together."""

from __future__ import annotations

import re

from hyperion_hook.api.predict.explanation import plainly
from hyperion_hook.features.history.file_bug_features import FILE_NUMBERS

_STEMS = {
    "age": "days since the file was added",
    "commits": "commits on the file",
    "fixes": "bug fixes in the file",
    "fix_share": "share of bug fixes in the file",
    "days_since_commit": "days since the file last changed",
    "days_since_fix": "days since its last bug fix",
    "decayed_commits": "commits on the file, recent ones counting more",
    "decayed_fixes": "bug fixes in the file, recent ones counting more",
    "decayed_fixes_slow": "bug fixes in the file, those of the last year counting more",
    "reverts": "reverts in the file",
    "hotfixes": "hotfixes in the file",
    "authors": "authors of the file",
    "top_author_share": "share of the file's main author",
    "lines": "lines changed in the file",
    "lines_now": "lines of the file",
    "directory_commits": "commits in the folder",
    "directory_fixes": "bug fixes in the folder",
    "directory_fix_share": "share of bug fixes in the folder",
    "repository_commits": "commits in the repository",
    "repository_fixes": "bug fixes in the repository",
    "repository_fix_share": "share of bug fixes in the repository",
    "share_of_commits": "the file's share of all commits",
    "share_of_fixes": "the file's share of all bug fixes",
    "share_of_recent_fixes": "the file's share of all recent bug fixes",
}
_GROUPS = (
    ("repository", "repository_"),
    ("folder", "directory_"),
    ("share", "share_of_"),
    ("bugs", "fix|reverts|hotfixes"),
    ("people", "author"),
    ("size", "lines"),
    ("activity", ""),
)
_WINDOW = re.compile(r"(.+?)_(\d+)$")

TITLES = {
    name: f"{_STEMS[found[1]]} in {found[2]} days" if (found := _WINDOW.match(name)) else _STEMS[name]
    for name in FILE_NUMBERS
}
GROUPS = {name: next(group for group, pattern in _GROUPS if re.search(pattern, name)) for name in FILE_NUMBERS}


def in_words(name: str, value: float | None, typical: float | None) -> tuple[str, str]:
    """Return title and sentence of a number.

    Examples
    --------
    >>> in_words("fixes_90", 4.0, 1.0)
    ('bug fixes in the file in 90 days', 'bug fixes in the file in 90 days is 4; typical is 1')
    """
    return TITLES[name], plainly(TITLES[name], value, typical)
