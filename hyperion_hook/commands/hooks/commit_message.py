"""The message that git will record, from the file that the commit-msg hook gets.

What git does after the hook is decided by ``commit.cleanup``, by the comment string, and by whether an editor was used;
the option ``--cleanup`` of the command line is the one thing that a hook cannot see. See cleanup_message and
get_cleanup_mode in git's builtin/commit.c and sequencer.c, strbuf_stripspace in strbuf.c.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from hyperion_hook.errors import file_errors
from hyperion_hook.git.run import Git

MAX_BYTES = 1_000_000
SCISSORS = "------------------------ >8 ------------------------"
_AUTOMATIC = "#;@!$%^&|:"
"""Characters that git chooses from with ``core.commentChar=auto``."""
_SETTINGS = r"^(commit\.(cleanup|verbose)|core\.comment(char|string)|i18n\.commitencoding)$"
_COMMENT_STRING_SINCE = (2, 45)
_SPACE = " \t\r"
_MARK = re.compile(r"^[^\w\n]", re.MULTILINE)
_ENCODINGS = re.compile(
    r"(?:iso|latin|l[1-9]$|cp|windows|koi8|utf|u[78]$|ascii|us-ascii|euc|s(?:hift)?_?jis|gb|big5|hz|mac|tis|johab|uhc)[\w.-]*",
    re.IGNORECASE,
)
"""Encodings of text; other codecs of Python's take quadratic time, or are none of text."""


def read_message(path: Path) -> bytes:
    """Return a message file's content, cut after a megabyte; raise ``HyperionError`` if the file cannot be read."""
    with file_errors(f"message file '{path}'"), path.open("rb") as file:
        return file.read(MAX_BYTES)


def is_plain(data: bytes) -> bool:
    r"""Return whether git records a message that no editor saw as it is, however it is configured.

    Examples
    --------
    >>> is_plain(b"Fix x\n\nWhy.\n"), is_plain(b"Fix x \n"), is_plain(b"Fix x\n\n\nWhy.\n")
    (True, False, False)
    """
    if not data.isascii():
        return False
    text = data.decode()
    return strip_space(text) == text and SCISSORS not in text and not _MARK.search(text)


def message_settings(git: Git) -> dict[str, str]:
    """Return the settings of git that decide about messages; the comment string as ``core.commentchar``."""
    answer = git.ask("config", "--null", "--get-regexp", _SETTINGS).decode("utf-8", "replace")
    settings: dict[str, str] = {}
    for entry in answer.split("\0"):
        name, _, value = entry.partition("\n")
        if name == "core.commentstring":
            if _version(git) < _COMMENT_STRING_SINCE:
                continue
            name = "core.commentchar"
        settings[name] = value or "true"
    return settings


def _version(git: Git) -> tuple[int, ...]:
    return tuple(map(int, re.findall(rb"\d+", git.run("version"))[:2]))


def recorded_message(data: bytes, settings: Mapping[str, str], *, editor: bool) -> str:
    r"""Return the message that git will record.

    ``settings`` are as ``message_settings`` gives them; ``editor`` says whether the message was edited: git sets
    ``GIT_EDITOR=:`` for the hooks of a commit whose message was not.

    Examples
    --------
    >>> recorded_message(b"Fix x  \n\n# Please enter ...\n", {}, editor=True)
    'Fix x\n'
    >>> recorded_message(b"#12 Fix x\n", {}, editor=False)
    '#12 Fix x\n'
    """
    text = _decoded(data, settings.get("i18n.commitencoding", "utf-8"))
    mode = settings.get("commit.cleanup", "default")
    comment = _comment_string(text, settings.get("core.commentchar", "#"), editor=editor)
    # whoever scripts git may set GIT_EDITOR=: too, and is shown git's hint and status then
    editor = editor or comment in _hints(text)
    if (editor and mode == "scissors") or _is_verbose(text, comment, settings):
        position = f"\n{text}".find(f"\n{comment} {SCISSORS}\n")
        text = text if position < 0 else text[:position]
    if mode == "verbatim":
        return text
    if mode == "strip" or (editor and mode not in {"whitespace", "scissors"}):
        # nothing but comments is no message that git would record: it was not edited
        return strip_space(text, comment) or strip_space(text)
    return strip_space(text)


def strip_space(text: str, comment: str | None = None) -> str:
    r"""Return text as ``git stripspace`` leaves it, without lines that begin with a comment string.

    Examples
    --------
    >>> strip_space("\na \n\n\n# b\nc", "#")
    'a\n\nc\n'
    """
    lines: list[str] = []
    is_after_blank = False
    for line in text.split("\n"):
        if comment and line.startswith(comment):
            continue
        shown = line.rstrip(_SPACE)
        if shown:
            if is_after_blank and lines:
                lines.append("")
            lines.append(shown)
        is_after_blank = not shown
    return "".join(f"{line}\n" for line in lines)


def _hints(text: str) -> list[str]:
    """Return the comment strings of git's hint and status in a text: a line of one alone, below one that it begins."""
    return [line for before, line in pairwise(text.split("\n")) if line and before != line and before.startswith(line)]


def _is_verbose(text: str, comment: str, settings: Mapping[str, str]) -> bool:
    """Whether git cuts off a difference, as configured or by ``git commit -v``, which shows by what is below."""
    if settings.get("commit.verbose", "false").lower() not in {"false", "no", "off", "0"}:
        return True
    return _cut_pattern(comment).search(text) is not None


def _cut_pattern(comment: str) -> re.Pattern[str]:
    """Return the pattern of git's cut, which holds no second one: so no line is read again for each cut above it."""
    mark = re.escape(comment)
    return re.compile(rf"^{mark} {SCISSORS}\n(?:{mark} (?!{SCISSORS}$).*+\n)++diff --", re.MULTILINE)


def _decoded(data: bytes, encoding: str) -> str:
    if _ENCODINGS.fullmatch(encoding):
        try:
            return data.decode(encoding, "replace")
        except (LookupError, UnicodeError):
            pass
    return data.decode("utf-8", "replace")


def _comment_string(text: str, configured: str, *, editor: bool) -> str:
    """Return the beginning of comment lines; of an automatic one git makes sure that it began no line of its own text.

    What was edited shows it in git's hint; without that it is a ``#``, which it is where git's text was empty.
    """
    if configured != "auto":
        return configured
    used = {line[:1] for line in text.split("\n")}
    unused = "#" if editor else next((char for char in _AUTOMATIC if char not in used), "#")
    return next((hint for hint in reversed(_hints(text)) if hint in _AUTOMATIC), unused)
