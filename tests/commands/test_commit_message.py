"""The message in the commit-msg hook is the one that git records: compared with what git recorded, in every way."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.commands.hooks.commit_message import (
    MAX_BYTES,
    is_plain,
    message_settings,
    read_message,
    recorded_message,
    strip_space,
)
from hyperion_hook.errors import HyperionError
from hyperion_hook.git.repository import Repository
from tests.support.repo import TestRepo

SCISSORS = "------------------------ >8 ------------------------"
CLEANUPS = [None, "default", "strip", "whitespace", "verbatim", "scissors"]
COMMENTS = [None, ";", "%", "auto"]
# how the commit is made: with -F, or with an editor that puts the text above or in place of what git wrote
WAYS = ["file", "editor", "alone", "verbose", "quiet", "colon"]
MESSAGES = [
    "Fix x\n",
    "#12 Fix crash\n\nBody of the message.\n",
    "\n\nFix x  \n\n\n\nbody\t\n# comment\n;also\n% last\n\n\n",
    "Fix x\r\n\r\nbody\r\n# c\r\n",
    "  # indented\n; x\n#\n",
    f"Fix\n\n# {SCISSORS}\nbelow\n",
    f"; {SCISSORS}\nbelow\nFix\n",
    "Fix x\n\n# Conflicts:\n#\ta.py\n",
    "h\u00e9 \u20ac\n\n#\u00e9\n",
    "Fix\x0bx\x0c\u2028y\n#z\x85w\n",
    "Fix x",
    "# a\n; b\n% c\n! d\n",
    f"Fix\n# {SCISSORS} \n# {SCISSORS}\nx\n# {SCISSORS}\n",
    "a\n\n \n\t\n\nb\n\n",
]


class Committer:
    """Commits with real git, and has a hook keep what git gave it."""

    def __init__(self, folder: Path) -> None:
        self.repo = TestRepo(folder / "r")
        self.repo.commit({"a.py": "x = 1\n"})
        self.seen = folder / "seen"
        hook = self.repo.path / ".git/hooks/commit-msg"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f'#!/bin/sh\ncp "$1" "{self.seen}"\nprintf %s "$GIT_EDITOR" > "{self.seen}.editor"\n')
        hook.chmod(0o755)
        self.text = folder / "text"
        self.numbers = itertools.count()
        self.editors = {}
        for name, line in {
            "editor": f'cat "{self.text}" "$1" > "$1.new"; mv "$1.new" "$1"',
            "alone": f'cp "{self.text}" "$1"',
        }.items():
            file = folder / name
            file.write_text(f"#!/bin/sh\n{line}\n")
            file.chmod(0o755)
            self.editors[name] = str(file)

    def settings(self, **values: str | None) -> None:
        for name, value in values.items():
            key = {"cleanup": "commit.cleanup", "comment": "core.commentChar", "encoding": "i18n.commitEncoding"}[name]
            if value is None:
                self.repo.git("config", "--unset-all", key, check=False)
            else:
                self.repo.git("config", key, value)

    def commit(self, message: bytes, way: str) -> tuple[str, str] | None:
        """Return what git recorded and what we say that it will, ``None`` where git records nothing."""
        self.text.write_bytes(message)
        self.seen.unlink(missing_ok=True)
        arguments, editor = {
            "file": (["-F", str(self.text)], "false"),
            "editor": ([], self.editors["editor"]),
            "alone": ([], self.editors["alone"]),
            "verbose": (["-v"], self.editors["editor"]),
            "quiet": (["--no-status"], self.editors["editor"]),
            "colon": (["-e", "-F", str(self.text)], ":"),
        }[way]
        (self.repo.path / "a.py").write_text(f"# a\n; b\nx = {next(self.numbers)}\n")
        before = self.repo.head()
        self.repo.git("commit", "-qa", *arguments, check=False, env={"GIT_EDITOR": editor})
        if self.repo.head() == before:
            return None
        recorded = self.repo.git("log", "-1", "--encoding=UTF-8", "--format=%B%x00").partition("\0")[0]
        data = read_message(self.seen)
        edited = self.seen.with_name("seen.editor").read_text() != ":"
        if not edited and is_plain(data):
            return recorded, data.decode()
        settings = message_settings(Repository.discover(self.repo.path).own)
        return recorded, recorded_message(data, settings, editor=edited)


@pytest.fixture(scope="module")
def committer(tmp_path_factory: pytest.TempPathFactory) -> Committer:
    return Committer(tmp_path_factory.mktemp("committer"))


@pytest.mark.parametrize("comment", COMMENTS)
@pytest.mark.parametrize("cleanup", CLEANUPS)
def test_the_text_is_the_one_that_git_records(committer: Committer, cleanup: str | None, comment: str | None) -> None:
    committer.settings(cleanup=cleanup, comment=comment)
    offset = CLEANUPS.index(cleanup) + COMMENTS.index(comment)
    messages = itertools.islice(itertools.cycle(MESSAGES), offset, None)
    compared = 0
    for way, message in zip(WAYS * 2, messages, strict=False):
        both = committer.commit(message.encode(), way)
        if both is not None:
            compared += 1
            assert both[1] == both[0], (way, message)
    assert compared > len(WAYS) / 2


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("ISO-8859-1", "caf\u00e9 Fix\n"),
        ("windows-1252", "\u20ac Fix\n"),
        ("Shift_JIS", "\u8868\u793a Fix\n"),
        ("EUC-JP", "\u8868 Fix\n"),
        ("KOI8-R", "\u0444 Fix\n"),
        ("nonsense", "\u00e9\n"),
        ("zlib", "\u00e9\n"),
    ],
)
def test_the_encoding_of_messages_is_git_s(committer: Committer, encoding: str, text: str) -> None:
    committer.settings(cleanup=None, comment=None, encoding=encoding)
    data = text.encode(encoding if encoding not in {"nonsense", "zlib"} else "utf-8")
    both = committer.commit(data, "file")
    committer.settings(encoding=None)
    assert both is not None
    assert both[1] == both[0]
    assert both[1] == text


def test_a_merge_a_squash_an_amendment_and_a_revert_are_recorded_as_said(committer: Committer) -> None:
    committer.settings(cleanup=None, comment=None)
    repo = committer.repo

    def compare(*arguments: str) -> str:
        committer.seen.unlink(missing_ok=True)
        repo.git(*arguments, env={"GIT_EDITOR": "true"})
        if not committer.seen.exists():
            return ""  # some versions of git run no hook there
        recorded = repo.git("log", "-1", "--format=%B%x00").partition("\0")[0]
        edited = committer.seen.with_name("seen.editor").read_text() != ":"
        settings = message_settings(Repository.discover(repo.path).own)
        assert recorded_message(committer.seen.read_bytes(), settings, editor=edited) == recorded
        return recorded

    main = repo.git("symbolic-ref", "--short", "HEAD").strip()
    for name in ("conflict", "conflict-2", "squash"):
        repo.git("checkout", "-q", "-b", name)
        repo.commit({"a.py": f"{name} = 1\n"}, f"#1 {name}")
        repo.git("checkout", "-q", main)
    repo.commit({"a.py": "other = 2\n"}, "#2 Other")
    for name, edit in (("conflict", "--edit"), ("conflict-2", "--no-edit")):
        repo.git("merge", name, check=False)
        (repo.path / "a.py").write_text(f"{name} = 3\n")
        repo.git("add", "a.py")
        assert ("Conflicts" in compare("commit", edit)) is (edit == "--no-edit")
    repo.git("merge", "--squash", "squash", check=False)
    (repo.path / "a.py").write_text("squash = 4\n")
    repo.git("add", "a.py")
    compare("commit")
    compare("commit", "--amend", "-m", "#3 Amended")
    compare("commit", "--amend", "--no-edit")
    compare("revert", "--edit", "HEAD")
    repo.git("checkout", "-q", "-b", "again", "HEAD~1")
    compare("cherry-pick", "--edit", "HEAD@{1}")


def test_the_comment_string_of_newer_git_counts_where_git_knows_it(
    committer: Committer, monkeypatch: pytest.MonkeyPatch
) -> None:
    committer.settings(comment=";")
    committer.repo.git("config", "core.commentString", "//")
    git = Repository.discover(committer.repo.path).own
    data = b"Fix\n; c\n// d\n"
    for version, recorded in ((b"git version 2.44.0", "Fix\n// d\n"), (b"git version 2.45.1.windows.1", "Fix\n; c\n")):
        monkeypatch.setattr(type(git), "run", lambda *_, answer=version: answer)
        assert recorded_message(data, message_settings(git), editor=True) == recorded
    committer.repo.git("config", "--unset", "core.commentString")


def test_a_setting_of_one_command_counts(committer: Committer, monkeypatch: pytest.MonkeyPatch) -> None:
    committer.settings(cleanup=None, comment=None)
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'commit.cleanup'='verbatim'")
    monkeypatch.chdir(committer.repo.path)
    settings = message_settings(Repository.discover(None).own)
    assert recorded_message(b"\n#x \n", settings, editor=True) == "\n#x \n"


@given(st.text(alphabet=st.sampled_from(" \t\r\n\x0b\u2028#;aé"), max_size=60))
def test_stripped_text_is_stripped_and_plain_text_is_left_alone_in_every_mode(text: str) -> None:
    once = strip_space(text)
    assert strip_space(once) == once
    if is_plain(text.encode()):
        for mode in CLEANUPS:
            assert recorded_message(text.encode(), {"commit.cleanup": mode or "default"}, editor=False) in {
                text,
                strip_space(text, "#") or text,
            }


def test_an_endless_file_is_cut_and_bytes_of_no_encoding_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "message"
    file.write_bytes(b"caf\xe9 " + b"x" * (2 * MAX_BYTES))
    assert len(read_message(file)) == MAX_BYTES
    assert recorded_message(read_message(file), {}, editor=True).startswith("caf\N{REPLACEMENT CHARACTER} x")


def test_a_message_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(HyperionError, match=r"^message file '.*none': No such file or directory$"):
        read_message(tmp_path / "none")
