"""History as a stream: order, detail, odd commits, missing objects, giant patches."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.change import FileChange, FileStatus
from hyperion_hook.domain.commit import Commit, change_of_commit
from hyperion_hook.errors import GitError
from hyperion_hook.git import log
from hyperion_hook.git.ancestry import commit_ids
from hyperion_hook.git.changes import commit_change
from hyperion_hook.git.diffs import parse_diff
from hyperion_hook.git.log import Detail, read_commits, stream_commits
from hyperion_hook.git.repository import Repository
from tests.support.generated import generated_history
from tests.support.moves import moving_history
from tests.support.repo import START, TestRepo


def stream(repo: TestRepo, detail: Detail = Detail.PATCH, **more: object) -> list[Commit]:
    return list(stream_commits(Repository.discover(repo.path), [repo.head()], detail=detail, **more))  # type: ignore[arg-type]


def remove_object(repo: TestRepo, name: str) -> str:
    found = repo.git("rev-parse", name).strip()
    (repo.path / ".git" / "objects" / found[:2] / found[2:]).unlink()
    return found


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    return generated_history(tmp_path_factory.mktemp("generated") / "repo", 330)


def test_no_tips_give_no_commits(generated: TestRepo) -> None:
    assert list(stream_commits(Repository.discover(generated.path), [], detail=Detail.NAMES)) == []


def test_parents_come_before_children(generated: TestRepo) -> None:
    seen: set[str] = set()
    for commit in stream(generated, Detail.NAMES):
        assert seen.issuperset(commit.parents)
        seen.add(commit.id)
    assert len(seen) == 330


def test_every_fact_is_what_git_records(generated: TestRepo) -> None:
    known = {}
    printed = generated.git("log", "--format=%H%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ct%x00%B%x01")
    for record in printed.split("\x01\n")[:-1]:
        identity, *rest = record.split("\0")
        known[identity] = rest
    commits = stream(generated)
    assert {commit.id for commit in commits} == set(known)
    for commit in commits:
        parents, name, email, authored, committer, committed, message = known[commit.id]
        assert commit.parents == tuple(parents.split())
        assert commit.author == Author(name, email)
        assert (commit.authored_at, commit.committed_at) == (int(authored), int(committed))
        assert (commit.committer.name, commit.utc_offset, commit.message) == (committer, 120, message)


def test_line_counts_are_those_of_git(generated: TestRepo) -> None:
    # without context, as the patch is read: with some, git compares one file of two hundred a little differently
    printed = generated.git(
        "-c",
        "diff.context=0",
        "-c",
        "diff.renameLimit=400",
        "log",
        "-M",
        "--numstat",
        "-z",
        "--format=%x01%H",
        "--no-merges",
    )
    expected: dict[str, list[tuple[str, str]]] = {}
    for record in printed.split("\x01")[1:]:
        identity, _, rest = record.partition("\0")
        fields = [field for field in rest.split("\0") if field.strip("\n")]
        counts = []
        for field in fields:
            if field.count("\t") == 2:
                added, deleted, _ = field.strip("\n").split("\t")
                counts.append((added, deleted))
        expected[identity.strip()] = counts
    commits = [commit for commit in stream(generated) if not commit.is_merge]
    assert len(commits) == 300
    assert sum(len(commit.files) for commit in commits) > 300
    for commit in commits:
        found = [
            ("-", "-") if file.is_binary else (str(file.lines_added), str(file.lines_deleted)) for file in commit.files
        ]
        assert found == expected[commit.id]


def without(commit: Commit, **fields: object) -> Commit:
    return replace(commit, files=tuple(replace(file, **fields) for file in commit.files))  # type: ignore[arg-type]


def test_less_detail_is_the_same_with_less_in_it(generated: TestRepo) -> None:
    patches = stream(generated)
    assert stream(generated, Detail.COUNTS) == [without(commit, hunks=None) for commit in patches]
    nothing = {"hunks": None, "lines_added": None, "lines_deleted": None, "is_binary": False, "unread": ""}
    assert stream(generated, Detail.NAMES) == [without(commit, **nothing) for commit in patches]
    assert stream(generated, Detail.NOTHING) == [replace(commit, files=()) for commit in patches]


@pytest.mark.parametrize("seed", [1, 2])
def test_less_detail_is_the_same_with_less_in_it_where_blobs_are_lost(tmp_path: Path, seed: int) -> None:
    repo = moving_history(tmp_path, seed, lost=4)
    patches = stream(repo)
    known = {(commit.id, file.path): file for commit in patches for file in commit.files}
    assert {file.hunks is None for file in known.values()} == {True, False}
    assert stream(repo, Detail.COUNTS) == [without(commit, hunks=None) for commit in patches]
    nothing = {"hunks": None, "lines_added": None, "lines_deleted": None, "is_binary": False, "unread": ""}
    assert stream(repo, Detail.NAMES) == [without(commit, **nothing) for commit in patches]
    for commit in patches:
        alone = commit_change(Repository.discover(repo.path), commit.id)
        assert commit.is_merge or list(alone.files) == sorted(commit.files, key=lambda file: file.path)


def test_the_counts_of_a_cut_patch_are_those_of_the_whole_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = TestRepo(tmp_path)
    for seed in (639, 1143):
        # of these git finds other differences if it is to show lines around them
        before, after = hard_to_compare(seed)
        repo.commit({"a.txt": before})
        repo.commit({"a.txt": after})
    whole = stream(repo, Detail.COUNTS)
    for module in (parse_diff, log):
        monkeypatch.setattr(module, "MAX_PATCH_BYTES", 200)
    cut = stream(repo)
    assert cut[1].files[0].hunks is None
    assert cut == whole


def hard_to_compare(seed: int) -> tuple[str, str]:
    """Return a text of lines that mostly occur often, and one in which some are indented, left out or put in."""
    draw = random.Random(seed)  # noqa: S311 - the same texts every time
    often = ["}", "", "    x", "if y", "call()", "z"]
    tail = [draw.choice(often) for _ in range(2000)]
    before = [draw.choice([*often, *(f"u{n}" for n in range(30))]) for _ in range(60)]
    after = []
    for line in before:
        chance = draw.random()
        if chance >= 0.3:
            after.append(f"  {line}" if chance < 0.6 else line)
            if chance > 0.9:
                after.append(draw.choice(often))
    return "\n".join([*before, *tail, ""]), "\n".join([*after, *tail, ""])


def test_a_streamed_commit_is_the_commit_read_alone(generated: TestRepo) -> None:
    repository = Repository.discover(generated.path)
    for commit in stream(generated)[::12]:
        if not commit.is_merge:
            assert change_of_commit(commit) == commit_change(repository, commit.id)


@pytest.mark.parametrize("detail", [Detail.NAMES, Detail.COUNTS, Detail.PATCH], ids=lambda detail: detail.name)
def test_merges_have_files_only_where_asked_for(generated: TestRepo, detail: Detail) -> None:
    merges = [commit for commit in stream(generated, detail) if commit.is_merge]
    assert len(merges) == 30
    assert not any(commit.files for commit in merges)
    for commit in stream(generated, detail, first_parent_of_merges=True):
        if commit.is_merge:
            printed = generated.git("diff", "--name-only", "-M", commit.parents[0], commit.id).split()
            assert [file.path for file in commit.files] == printed
            assert all(file.hunks is None and file.lines_added is None for file in commit.files)


def test_only_the_newest(generated: TestRepo) -> None:
    assert [commit.id for commit in stream(generated, Detail.NAMES, newest=7)] == list(
        reversed(generated.git("rev-list", "--topo-order", "-7", "HEAD").split())
    )
    assert stream(generated, newest=0) == []


def test_what_is_excluded_is_left_out(generated: TestRepo) -> None:
    ids = generated.git("rev-list", "HEAD~3..HEAD").split()
    excluded = generated.git("rev-parse", "HEAD~3").strip()
    assert {commit.id for commit in stream(generated, exclude=[excluded])} == set(ids)
    assert commit_ids(Repository.discover(generated.path), [generated.head()], merges=False) == [
        commit.id for commit in stream(generated, Detail.NAMES) if not commit.is_merge
    ]


def test_a_stream_can_be_left(generated: TestRepo) -> None:
    commits = stream_commits(Repository.discover(generated.path), [generated.head()], detail=Detail.PATCH)
    assert next(commits).parents == ()
    commits.close()  # type: ignore[attr-defined]


def test_small_chunks_give_the_same(generated: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = stream(generated, newest=60)
    for size in (1, 7, 4_096):
        monkeypatch.setattr(log, "_CHUNK", size)
        assert stream(generated, newest=60) == expected


def test_an_unknown_tip_is_an_error(generated: TestRepo) -> None:
    with pytest.raises(GitError):
        list(stream_commits(Repository.discover(generated.path), ["1" * 40], detail=Detail.NAMES))


def odd_commit(repo: TestRepo, header: bytes, message: bytes) -> str:
    tree = repo.git("write-tree").strip().encode()
    content = b"tree " + tree + b"\n" + header + b"\n" + message
    return repo.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=content).strip()


PERSON = b"author A <a@b> 1600000000 +0000\ncommitter A <a@b> 1600000000 +0000\n"


@pytest.mark.parametrize(
    ("header", "message", "expected"),
    [
        (PERSON, b"", ("A", "a@b", 1_600_000_000, "")),
        (PERSON, b"caf\xe9 \xff\n", ("A", "a@b", 1_600_000_000, "caf\ufffd \ufffd\n")),
        (PERSON + b"encoding ISO-8859-1\n", b"caf\xe9\n", ("A", "a@b", 1_600_000_000, "café\n")),
        (PERSON + b"encoding nonsense\n", "é\n".encode(), ("A", "a@b", 1_600_000_000, "é\n")),
        (PERSON + b"encoding UTF-16\n", "é\n".encode(), ("A", "a@b", 1_600_000_000, None)),
        (PERSON, b"\n\x00\x01" + b"1" * 40 + b"\0x\n", ("A", "a@b", 1_600_000_000, None)),
        (
            PERSON,
            b"\x01\n\x01\n\x02\x1b[31m\ndiff --git a/x b/x\n@@ -1 +1 @@\n:100644 x\n",
            ("A", "a@b", 1_600_000_000, "\x01\n\x01\n\x02\x1b[31m\ndiff --git a/x b/x\n@@ -1 +1 @@\n:100644 x\n"),
        ),
        (b"author <> 5 +0000\ncommitter <> 5 +0000\n", b"m\n", ("", "", 5, "m\n")),
        (b"author Nobody\ncommitter Nobody\n", b"m\n", (None, None, 0, "m\n")),
        (b"", b"m\n", ("", "", 0, "m\n")),
        (b"author A \x01\x1b <a@\x02b> -5 +0000\ncommitter A <a@b> -5 +0000\n", b"m\n", (None, None, 0, "m\n")),
        (
            b"author A <a@b> 99999999999999999999999 +0000\ncommitter A <a@b> 9 +9999\n",
            b"m\n",
            ("A", "a@b", None, "m\n"),
        ),
    ],
    ids=range(12),
)
def test_odd_commits_do_not_bring_their_neighbours_out_of_step(
    tmp_path: Path, header: bytes, message: bytes, expected: tuple[str | None, str | None, int | None, str | None]
) -> None:
    repo = TestRepo(tmp_path / "repo")
    before = repo.commit({"a": "1\n"})
    repo.stage({"a": "2\n"})
    odd = odd_commit(repo, f"parent {before}\n".encode() + header, message)
    repo.git("reset", "-q", "--hard", odd)
    after = repo.commit({"a": "3\n"}, "after")
    commits = stream(repo)
    assert [commit.id for commit in commits] == [before, odd, after]
    assert [commit.message for commit in commits[::2]] == ["change\n", "after\n"]
    hunks = [commit.files[0].hunks for commit in commits]
    assert [hunk.added for found in hunks for hunk in found or ()] == [(b"1",), (b"2",), (b"3",)]
    name, email, time, text = expected
    found = commits[1]
    assert name is None or found.author.name == name
    assert email is None or found.author.email == email
    assert 0 <= found.authored_at <= log.LATEST
    assert time is None or found.authored_at == time
    assert text is None or found.message == text


def test_odd_paths_come_through(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "repo")
    names = [
        "a space",
        'quo"te',
        "new\nline",
        "-dash",
        "tab\tname",
        "\udcff\udcfe",
        "\x1b[31m",
        "back\\slash",
        " lead",
        "ünï",
        "a/b/c",
        ":colon",
        "trail ",
        "\x01",
    ]
    repo.commit(dict.fromkeys(names, "1\n"))
    repo.commit(dict.fromkeys(names, "2\n"))
    first, second = stream(repo)
    assert {file.path for file in first.files} == {file.path for file in second.files} == set(names)
    assert all(file.lines_added == file.lines_deleted == 1 for file in second.files)


def test_renames_type_changes_and_links(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "repo")
    repo.commit({"a.txt": "1\n2\n3\n4\n", "b.txt": "x\n", "c.txt": "c\n"})
    repo.git("mv", "a.txt", "moved.txt")
    (repo.path / "b.txt").unlink()
    (repo.path / "b.txt").symlink_to("c.txt")
    (repo.path / "c.txt").chmod(0o755)
    (repo.path / "link").symlink_to("nowhere")
    repo.commit({"moved.txt": "1\n2\n3\n4\n5\n", "copy.txt": "c\n", "empty": ""})
    files = {file.path: file for file in stream(repo)[-1].files}
    moved = files["moved.txt"]
    assert (moved.status, moved.old_path, moved.lines_added, moved.lines_deleted) == (FileStatus.RENAMED, "a.txt", 1, 0)
    turned = files["b.txt"]
    assert (turned.status, turned.lines_added, turned.hunks) == (FileStatus.TYPE_CHANGED, None, ())
    assert (files["c.txt"].old_mode, files["c.txt"].new_mode, files["c.txt"].lines_added) == (0o100644, 0o100755, 0)
    assert (files["link"].new_mode, files["link"].is_regular, files["link"].lines_added) == (0o120000, False, 1)
    # a copy is a new file: only a search through all files would find its source
    assert (files["copy.txt"].status, files["copy.txt"].lines_added) == (FileStatus.ADDED, 1)
    assert (files["empty"].lines_added, files["empty"].hunks) == (0, ())


@pytest.mark.parametrize("detail", [Detail.NAMES, Detail.COUNTS, Detail.PATCH], ids=lambda detail: detail.name)
def test_a_missing_blob_costs_the_contents_of_its_commits_only(tmp_path: Path, detail: Detail) -> None:
    repo = TestRepo(tmp_path / "repo")
    text = "".join(f"{n}\n" for n in range(20))
    repo.commit({"a.txt": "1\n", "b.txt": text})
    whole = repo.commit({"a.txt": "2\n"})
    lost = repo.commit({"a.txt": "3\n"})
    back = repo.commit({"a.txt": "4\n"})
    repo.git("mv", "b.txt", "c.txt")
    moved = repo.commit({"c.txt": text + "end\n"})
    blob = remove_object(repo, f"{lost}:a.txt")
    commits = {commit.id: commit for commit in stream(repo, detail)}
    assert len(commits) == 5
    for commit in (lost, back):
        (file,) = commits[commit].files
        assert (file.path, file.lines_added, file.hunks) == ("a.txt", None, None)
    assert blob == commits[lost].files[0].new_blob
    assert commits[moved].files[0].status is FileStatus.RENAMED
    if detail is not Detail.NAMES:
        assert [commits[commit].files[0].lines_added for commit in (whole, moved)] == [1, 1]


def test_renames_by_content_are_not_looked_for_among_missing_blobs(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "repo")
    repo.commit({"a.txt": "1\n2\n3\n"})
    repo.git("mv", "a.txt", "b.txt")
    head = repo.commit({"b.txt": "1\n2\n3\n4\n"})
    remove_object(repo, "HEAD:b.txt")
    for detail in (Detail.NAMES, Detail.COUNTS, Detail.PATCH):
        commits = stream(repo, detail)
        assert commits[-1].id == head
        assert [(file.path, file.status) for file in commits[-1].files] == [
            ("a.txt", FileStatus.DELETED),
            ("b.txt", FileStatus.ADDED),
        ]
    assert commits[0].files[0].lines_added == 3


def test_merges_with_missing_blobs_have_their_names(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "repo")
    repo.commit({"a.txt": "1\n"})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"b.txt": "b\n", "a.txt": "2\n"})
    repo.git("mv", "b.txt", "c.txt")
    repo.commit({"c.txt": "b\nc\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"d.txt": "d\n"})
    merge = repo.merge("side")
    remove_object(repo, "side:a.txt")
    found = {commit.id: commit for commit in stream(repo, first_parent_of_merges=True)}
    assert [file.path for file in found[merge].files] == ["a.txt", "c.txt"]


def test_a_damaged_blob_costs_its_commit_only(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "repo")
    repo.commit({"a.txt": "1\n"})
    bad = repo.commit({"b.txt": "2\n"})
    good = repo.commit({"c.txt": "3\n"})
    blob = repo.git("rev-parse", "HEAD:b.txt").strip()
    path = repo.path / ".git" / "objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.write_bytes(b"garbage")
    found = {commit.id: commit.files[0] for commit in stream(repo)}
    assert (found[bad].lines_added, found[good].lines_added) == (None, 1)


def test_a_missing_tree_is_an_error_of_one_line(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "repo")
    repo.commit({"a.txt": "1\n"})
    repo.commit({"a.txt": "2\n"})
    remove_object(repo, "HEAD~1^{tree}")
    with pytest.raises(GitError) as caught:
        stream(repo)
    assert "\n" not in str(caught.value)


def test_a_partial_clone_is_read_without_fetching(tmp_path: Path) -> None:
    origin = generated_history(tmp_path / "origin", 40)
    origin.git("config", "uploadpack.allowFilter", "true")
    TestRepo(tmp_path).git("clone", "-q", "--filter=blob:none", f"file://{origin.path}", "partial")
    partial = TestRepo(tmp_path / "partial", init=False)
    packs = sorted((partial.path / ".git" / "objects").rglob("*"))
    names, patches = stream(partial, Detail.NAMES), stream(partial)
    known = {commit.id: commit for commit in stream(origin)}
    assert [commit.id for commit in names] == [commit.id for commit in patches] == list(known)
    assert sorted((partial.path / ".git" / "objects").rglob("*")) == packs
    read = [commit for commit in patches if commit.files and all(file.hunks is not None for file in commit.files)]
    unread = [commit for commit in patches if any(file.hunks is None for file in commit.files)]
    assert unread
    assert all(commit == known[commit.id] for commit in read)


def test_a_shallow_clone_begins_with_everything_added(tmp_path: Path) -> None:
    origin = generated_history(tmp_path / "origin", 40)
    TestRepo(tmp_path).git("clone", "-q", "--depth", "3", f"file://{origin.path}", "shallow")
    commits = stream(TestRepo(tmp_path / "shallow", init=False))
    assert commits[0].parents == ()
    assert {file.status for file in commits[0].files} == {FileStatus.ADDED}
    assert commits[-1].id == origin.head()


def test_of_a_giant_patch_the_counts_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = TestRepo(tmp_path / "repo")
    giant = "".join(f"line {n}\n" for n in range(30_000))
    repo.commit({"a.txt": "1\n", "b.txt": giant, "c.txt": "3\n"})
    repo.commit({"a.txt": "2\n"}, "after")
    monkeypatch.setattr(parse_diff, "MAX_PATCH_BYTES", 100_000)
    monkeypatch.setattr(log, "MAX_PATCH_BYTES", 100_000)
    monkeypatch.setattr(log, "_CHUNK", 10_000)
    first, second = stream(repo)
    assert [(file.lines_added, file.hunks is None) for file in first.files] == [(1, False), (30_000, True), (1, True)]
    assert (second.subject, second.files[0].lines_added) == ("after", 1)


def test_longer_object_ids_are_read(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    repo = TestRepo(tmp_path / "repo", init=False)
    repo.git("init", "-q", "-b", "main", "--object-format=sha256")
    repo.commit({"a.txt": "1\n"})
    repo.commit({"a.txt": "2\n"})
    commits = stream(repo)
    assert [len(commit.id) for commit in commits] == [64, 64]
    assert commits[1].files[0].old_blob == commits[0].files[0].new_blob
    assert isinstance(commits[1].files[0], FileChange)
    assert commits[0].committed_at == START + 86_400


def test_commits_are_read_in_the_order_asked_for(generated: TestRepo) -> None:
    ids = [commit.id for commit in stream(generated, Detail.NAMES)][::-7]
    repository = Repository.discover(generated.path)
    assert [commit.id for commit in read_commits(repository, ids, detail=Detail.COUNTS)] == ids
    assert list(read_commits(repository, [], detail=Detail.PATCH)) == []
