from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.commands.commit_message import MAX_BYTES, comment_prefix, read_message, strip_comments
from hyperion_hook.errors import HyperionError
from tests.support.repo import TestRepo

SCISSORS = "------------------------ >8 ------------------------"


def unset(name: str) -> str | None:
    return None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", ""),
        ("Fix x\n", "Fix x"),
        ("\n\nFix x  \n\nbody\n# comment\n#\n", "Fix x\n\nbody"),
        (f"Fix x\n# {SCISSORS}\ndiff --git a/x b/x\n+code\n", "Fix x"),
        ("Fix x\r\n\r\nbody\r\n# c\r\n", "Fix x\n\nbody"),
        ("#12\n", "#12"),
        ("  # indented is text\n", "# indented is text"),
    ],
)
def test_what_git_would_strip_is_stripped(text: str, kept: str) -> None:
    assert strip_comments(text, "#") == kept


def test_our_stripping_is_that_of_git(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "r")
    text = "\n\nFix it  \n\n\tbody # no comment\n# comment\n#also\n\nlast\n# end\n\n"
    theirs = repo.git("stripspace", "--strip-comments", stdin=text.encode())
    assert strip_comments(text, "#") == theirs.strip()


def test_a_comment_character_that_is_configured_is_respected() -> None:
    assert comment_prefix("Fix\n; c\n", {"core.commentChar": ";"}.get) == ";"
    assert comment_prefix("Fix\n// c\n", {"core.commentString": "//", "core.commentChar": ";"}.get) == "//"
    assert strip_comments("Fix\n# 12 stays\n; goes", ";") == "Fix\n# 12 stays"


def test_an_automatic_comment_character_is_read_off_the_last_line() -> None:
    assert comment_prefix("# title\n\n; Please enter\n;\n\n", {"core.commentChar": "auto"}.get) == ";"
    assert comment_prefix("# title\n\nbody", {"core.commentChar": "auto"}.get) == "#"


def test_git_is_not_asked_about_a_message_without_anything_like_a_comment() -> None:
    def asked(name: str) -> str | None:
        raise AssertionError(name)

    assert comment_prefix("Fix x\n\nBecause of y.\n", asked) == "#"
    assert comment_prefix("# x\n", unset) == "#"


def test_bytes_that_are_no_utf_8_do_no_harm_and_an_endless_file_is_cut(tmp_path: Path) -> None:
    file = tmp_path / "message"
    file.write_bytes(b"caf\xe9 " + b"x" * (2 * MAX_BYTES))
    assert read_message(file).startswith("caf\N{REPLACEMENT CHARACTER} x")
    assert len(read_message(file)) <= MAX_BYTES


def test_a_message_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(HyperionError, match=r"^message file '.*none': No such file or directory$"):
        read_message(tmp_path / "none")
