"""A hostile repository: whatever its configuration, attributes and hooks name, nothing runs and no result changes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hyperion_hook.domain.change import Change
from hyperion_hook.domain.commit import Commit
from hyperion_hook.git.ancestry import commit_ids, merge_base
from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.git.changes import commit_change, commits_of_range, range_change, staged_change
from hyperion_hook.git.diffs.hunks import blamed
from hyperion_hook.git.log import Detail, stream_commits
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.trees import list_tree
from tests.support.repo import START, TestRepo

PROGRAMS = (
    "core.fsmonitor",
    "core.sshCommand",
    "core.pager",
    "core.editor",
    "core.askPass",
    "core.gitProxy",
    "core.alternateRefsCommand",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "merge.evil.driver",
    "gpg.program",
    "gpg.ssh.program",
    "gpg.ssh.defaultKeyCommand",
    "gpg.x509.program",
    "credential.helper",
    "uploadpack.packObjectsHook",
    "pager.log",
    "pager.diff",
    "pager.config",
    "interactive.diffFilter",
    "sequence.editor",
    "browser.x.cmd",
    "difftool.x.cmd",
    "diff.tool",
    "trailer.x.cmd",
    "trailer.x.command",
    "core.fsmonitorHookVersion",
    "remote.origin.uploadpack",
    "remote.origin.receivepack",
    "fetch.credentialsInUrl",
    "help.browser",
    "instaweb.httpd",
    "web.browser",
)
COMMANDS = (
    "log",
    "diff",
    "cat-file",
    "rev-parse",
    "rev-list",
    "diff-index",
    "diff-tree",
    "ls-tree",
    "config",
    "var",
    "merge-base",
    "show",
)


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    repo = TestRepo(tmp_path / "repo")
    repo.git("config", "user.name", "Ada")
    repo.git("config", "user.email", "ada@example.org")
    text = "".join(f"def f{n}():\n    return {n}\n\n\n" for n in range(12))
    repo.commit({"a.py": text, "b.py": "b = 1\n", "d/c.py": "c = 1\n"}, "Begin")
    repo.git("mv", "b.py", "moved.py")
    repo.commit(
        {
            "a.py": text.replace("return 3", "return  3").replace("return 7\n", "return 7 \n"),
            "moved.py": "b = 1\nc = 2\n",
            "bin": b"\0\1",
        },
        "Édit",
        "Grace <grace@example.org>",
    )
    repo.git("checkout", "-q", "-b", "side", "HEAD~1")
    repo.commit({"d/c.py": "c = 2\n"}, "side")
    repo.git("checkout", "-q", "main")
    repo.merge("side")
    repo.stage({"a.py": text + "\ndef more():\n    pass\n", "d/new.py": "n = 1\r\n", "moved.py": "b = 1\nc = 3\n"})
    return repo


def everything(repo: TestRepo) -> list[object]:
    """Read all that can be read."""
    repository = Repository.discover(repo.path)
    head = repository.resolve("HEAD")
    seen: list[object] = [
        staged_change(repository, now=START),
        commit_change(repository, "HEAD"),
        commit_change(repository, "HEAD~1"),
        commit_change(repository, "HEAD~1", bulk_above=1),
        range_change(repository, "HEAD~2", "HEAD"),
        staged_change(repository, now=START, bulk_above=1),
        staged_change(repository, now=START, amend=True),
        list(commits_of_range(repository, "HEAD~2", "HEAD")),
        list_tree(repository, head),
        merge_base(repository, "main", "side"),
        commit_ids(repository, [head], exclude=[repository.resolve("side")]),
        repository.head(),
        repository.tree_of(head),
        blamed(repository.git, head, "a.py"),
        list(stream_commits(repository.comparing_sources(), [head], detail=Detail.PATCH)),
    ]
    seen += [list(stream_commits(repository, [head], detail=detail, first_parent_of_merges=True)) for detail in Detail]
    with BlobReader(repository) as reader:
        seen += [reader.read_path(head, "a.py", 10_000), reader.read_path(head, "d/c.py", 10_000)]
    return seen


@pytest.mark.parametrize("place", [".gitattributes", ".git/info/attributes"])
def test_nothing_that_a_repository_names_is_run(
    repo: TestRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    expected = everything(repo)
    canary, trap = tmp_path / "canary", tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\necho \"$0 $@\" >> '{canary}'\ncat\n")
    trap.chmod(0o755)
    for name in PROGRAMS:
        repo.git("config", name, str(trap))
    for command in COMMANDS:
        repo.git("config", f"alias.{command}", f"!{trap}")
    for setting in ("log.showSignature", "filter.evil.required", "diff.evil.cachetextconv"):
        repo.git("config", setting, "true")
    hooks = repo.path / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "reference-transaction", "post-checkout", "pre-commit", "fsmonitor-watchman"):
        shutil.copy(trap, hooks / name)
    (repo.path / ".git" / "info").mkdir(exist_ok=True)
    (repo.path / place).write_text("* diff=evil filter=evil merge=evil\n")
    for variable in (
        "GIT_EXTERNAL_DIFF",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_ASKPASS",
        "GIT_PAGER",
        "GIT_EDITOR",
        "GIT_PROXY_COMMAND",
        "PAGER",
        "EDITOR",
        "SSH_ASKPASS",
    ):
        monkeypatch.setenv(variable, str(trap))
    canary.unlink(missing_ok=True)
    assert everything(repo) == expected
    assert not canary.exists(), canary.read_text()
    # the trap is a working one
    repo.git("-c", f"core.pager={trap}", "diff", "HEAD~1", "HEAD", check=False)
    assert canary.exists()


def test_hooks_of_a_configured_folder_do_not_run(repo: TestRepo, tmp_path: Path) -> None:
    canary, folder = tmp_path / "canary", tmp_path / "hooks"
    folder.mkdir()
    for name in ("post-index-change", "reference-transaction", "pre-auto-gc"):
        (folder / name).write_text(f"#!/bin/sh\ntouch '{canary}'\n")
        (folder / name).chmod(0o755)
    repo.git("config", "core.hooksPath", str(folder))
    canary.unlink(missing_ok=True)
    everything(repo)
    assert not canary.exists()


def test_missing_objects_are_not_fetched(repo: TestRepo, tmp_path: Path) -> None:
    canary, trap = tmp_path / "canary", tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\necho \"$0 $@\" >> '{canary}'\n")
    trap.chmod(0o755)
    for name, value in (
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "evil"),
        ("remote.evil.promisor", "true"),
        ("remote.evil.url", f"ext::{trap}"),
        ("protocol.ext.allow", "always"),
        ("protocol.allow", "always"),
        ("remote.evil.uploadpack", str(trap)),
        ("remote.evil.vcs", "evil"),
        ("remote.evil.fetch", "+refs/*:refs/*"),
    ):
        repo.git("config", name, value)
    blob = repo.git("rev-parse", "HEAD~1:moved.py").strip()
    (repo.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    for packed in (False, True):
        if packed:  # the mark of a pack that came with such a promise
            (repo.path / ".git" / "objects" / "pack").mkdir(exist_ok=True)
            (repo.path / ".git" / "objects" / "pack" / "pack-1.promisor").touch()
        repository = Repository.discover(repo.path)
        assert repository.is_partial
        found: dict[str, Commit] = {
            commit.subject: commit for commit in stream_commits(repository, [repo.head()], detail=Detail.PATCH)
        }
        assert found["Begin"].files[0].hunks
        assert commit_change(repository, "HEAD~1").files[0].hunks
        staged_change(repository)
        with BlobReader(repository) as reader:
            assert not isinstance(reader.read(blob, 1_000), bytes)
            assert isinstance(reader.read_path(repo.head(), "a.py", 10_000), bytes)
        assert not canary.exists(), canary.read_text()


DISPLAY = {
    "diff.noprefix": "true",
    "diff.mnemonicPrefix": "true",
    "diff.renames": "false",
    "diff.renameLimit": "1",
    "diff.algorithm": "patience",
    "diff.ignoreSubmodules": "all",
    "diff.orderFile": "order",
    "diff.context": "9",
    "diff.interHunkContext": "9",
    "diff.suppressBlankEmpty": "true",
    "diff.wsErrorHighlight": "all",
    "diff.indentHeuristic": "false",
    "diff.relative": "true",
    "diff.submodule": "log",
    "diff.colorMoved": "zebra",
    "diff.wordRegex": ".",
    "diff.statGraphWidth": "5",
    "diff.dirstat": "lines",
    "diff.srcPrefix": "x/",
    "diff.dstPrefix": "y/",
    "diff.noIndex": "true",
    "diff.skipStatUnmatch": "false",
    "diff.autoRefreshIndex": "false",
    "color.ui": "always",
    "color.diff": "always",
    "color.branch": "always",
    "core.quotePath": "true",
    "core.abbrev": "5",
    "core.attributesFile": "attributes",
    "core.whitespace": "cr-at-eol",
    "core.autocrlf": "true",
    "core.bigFileThreshold": "1",
    "core.commentChar": "%",
    "core.ignoreCase": "true",
    "core.precomposeUnicode": "true",
    "core.commitGraph": "false",
    "core.notesRef": "refs/heads/main",
    "core.warnAmbiguousRefs": "true",
    "log.mailmap": "true",
    "log.follow": "true",
    "log.date": "relative",
    "log.decorate": "full",
    "log.abbrevCommit": "true",
    "log.showRoot": "false",
    "log.diffMerges": "combined",
    "log.showSignature": "true",
    "format.pretty": "oneline",
    "format.notes": "*",
    "notes.displayRef": "refs/notes/*",
    "i18n.logOutputEncoding": "ISO-8859-1",
    "i18n.commitEncoding": "ISO-8859-1",
    "mailmap.file": ".mailmap",
    "column.ui": "always",
    "merge.renames": "false",
    "grep.lineNumber": "true",
    "push.default": "nothing",
    "status.renames": "false",
    "tar.umask": "user",
    "submodule.recurse": "true",
    "feature.experimental": "true",
    "merge.conflictStyle": "zdiff3",
    "blame.blankBoundary": "true",
    "blame.showEmail": "true",
    "blame.markIgnoredLines": "true",
}


@pytest.mark.parametrize("at_once", [True, False], ids=["all at once", "alternating"])
def test_settings_for_people_change_no_result(repo: TestRepo, at_once: bool) -> None:
    (repo.path / ".mailmap").write_text("Other <other@example.org> <grace@example.org>\n")
    (repo.path / "order").write_text("*.py\n")
    (repo.path / "attributes").write_text("* -diff\n")
    repo.git("notes", "add", "-m", "a note", "HEAD")
    (repo.path / "ignored").write_text(repo.git("log", "--format=%H", "--", "a.py"))
    expected = everything(repo)
    repo.git("config", "blame.ignoreRevsFile", str(repo.path / "ignored"))
    for number, (name, value) in enumerate(DISPLAY.items()):
        if at_once or number % 2:
            repo.git("config", name, value)
    assert everything(repo) == expected


def grafted(repo: TestRepo) -> None:
    repo.git("replace", "--graft", "HEAD~1")


def replaced(repo: TestRepo) -> None:
    blob = repo.git("hash-object", "-w", "--stdin", stdin=b"other = 1\n").strip()
    repo.git("replace", repo.git("rev-parse", "HEAD:a.py").strip(), blob)


def old_grafts(repo: TestRepo) -> None:
    (repo.path / ".git" / "info").mkdir(exist_ok=True)
    (repo.path / ".git" / "info" / "grafts").write_text(repo.git("rev-parse", "HEAD~1"))


@pytest.mark.parametrize("change_history", [grafted, replaced, old_grafts], ids=lambda change: change.__name__)
def test_objects_replaced_here_alone_are_read_as_they_are(
    repo: TestRepo, change_history: Callable[[TestRepo], None]
) -> None:
    expected = everything(repo)
    change_history(repo)
    assert everything(repo) == expected


def test_neither_locale_nor_time_zone_nor_folder_matter(
    repo: TestRepo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    expected = everything(repo)[1:5]
    monkeypatch.setenv("LANG", "tr_TR.UTF-8")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("LANGUAGE", "de")
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("COLUMNS", "20")
    (repo.path / "HEAD").mkdir()
    (repo.path / "main").write_text("")
    monkeypatch.chdir(repo.path / "HEAD")
    here = Repository.discover()
    assert everything(repo)[1:5] == expected
    assert commit_change(here, "HEAD") == expected[0]


def test_a_repository_is_not_written_to(repo: TestRepo) -> None:
    def state() -> dict[str, tuple[int, int]]:
        return {
            str(path): (path.stat().st_mtime_ns, path.stat().st_size)
            for path in sorted(repo.path.rglob("*"))
            if path.is_file()
        }

    os.utime(repo.path / "a.py")  # git would like to refresh its index
    before = state()
    assert isinstance(everything(repo)[0], Change)
    assert state() == before
