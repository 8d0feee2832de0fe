"""Starting git: what it inherits, how it fails, how it is left."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from hyperion_hook.errors import GitError
from hyperion_hook.git.environment.variables import scrubbed
from hyperion_hook.git.run import Git, complaint
from tests.support.repo import TestRepo


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    repo = TestRepo(tmp_path / "repo")
    repo.commit({"a.txt": "".join(f"{n}\n" for n in range(100_000))})
    return repo


def test_output_is_returned_as_bytes(repo: TestRepo) -> None:
    assert Git(repo.path).run("rev-parse", "HEAD").decode().strip() == repo.head()


def test_stdin_is_passed_on(repo: TestRepo) -> None:
    assert Git(repo.path).run("rev-list", "--stdin", stdin=b"HEAD\n").decode().split() == [repo.head()]


def test_a_failure_is_one_line_that_names_the_command(repo: TestRepo) -> None:
    with pytest.raises(GitError, match=r"^git cat-file: .*nonsense") as caught:
        Git(repo.path).run("cat-file", "-p", "nonsense")
    assert "\n" not in str(caught.value)


def test_a_failure_may_be_an_answer(repo: TestRepo) -> None:
    assert Git(repo.path).run("rev-parse", "--verify", "--quiet", "nonsense", check=False) == b""


def test_a_slow_git_is_stopped(repo: TestRepo) -> None:
    with pytest.raises(GitError, match=r"no answer within 0\.01 s"):
        # it waits for more standard input than it gets, if the time did not run out before
        Git(repo.path).run("log", "--stdin", "-p", stdin=b"HEAD\n" * 100_000, timeout=0.01)


def test_without_git_the_remedy_is_named(repo: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(GitError, match="install git"):
        Git(repo.path).run("status")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="nowhere: no such folder"):
        Git(tmp_path / "nowhere").run("status")


def test_a_stream_is_read_to_its_end(repo: TestRepo) -> None:
    with Git(repo.path).stream("show", "HEAD:a.txt") as output:
        assert len(output.read()) == 588_890


def test_leaving_a_stream_early_is_no_failure(repo: TestRepo) -> None:
    with Git(repo.path).stream("show", "HEAD:a.txt") as output:
        assert output.readline() == b"0\n"


def test_an_error_inside_a_stream_stays_what_it_is(repo: TestRepo) -> None:
    with pytest.raises(KeyError), Git(repo.path).stream("show", "HEAD:a.txt"):
        raise KeyError


def test_a_failure_at_the_end_of_a_stream_is_raised(repo: TestRepo) -> None:
    with pytest.raises(GitError, match=r"git show: .*nothing"), Git(repo.path).stream("show", "nothing") as output:
        assert output.read() == b""


def test_a_large_standard_input_does_not_block_a_stream(repo: TestRepo) -> None:
    with Git(repo.path).stream("cat-file", "--batch-check", stdin=f"{repo.head()}\n".encode() * 20_000) as output:
        assert sum(1 for _ in output) == 20_000


def test_many_complaints_do_not_block_a_conversation(repo: TestRepo) -> None:
    process = Git(repo.path).start("hash-object", "--stdin-paths", "-t", "tree")
    process.end()
    assert process.popen.returncode is not None
    assert process.popen.stderr is None


@pytest.mark.parametrize(
    "name",
    [
        "GIT_EXTERNAL_DIFF",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_ASKPASS",
        "GIT_TRACE",
        "GIT_TRACE2_EVENT",
        "GIT_EDITOR",
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG_PARAMETERS",
        "GIT_DIFF_OPTS",
        "GIT_PROXY_COMMAND",
        "GIT_ATTR_SOURCE",
        "GIT_REPLACE_REF_BASE",
        "GIT_LITERAL_PATHSPECS",
    ],
)
def test_variables_that_run_or_change_something_are_dropped(name: str) -> None:
    assert name not in scrubbed({name: "1"})


def test_the_place_and_the_person_are_kept() -> None:
    kept = {"GIT_DIR": "/r", "GIT_INDEX_FILE": "/i", "GIT_AUTHOR_NAME": "Ada", "GIT_CONFIG_GLOBAL": "/c", "HOME": "/h"}
    assert kept.items() <= scrubbed(kept).items()


def test_what_git_complains_of_is_printable() -> None:
    assert complaint(b"warning: x\nfatal: bad \x1b[31mref\x07 '\xff'\n") == "bad ?[31mref? '\\xff'"
    assert complaint(b"") == "failed without a word"


def test_only_this_module_starts_processes() -> None:
    package = Path(__file__).parents[2] / "hyperion_hook"
    users = [path.name for path in package.rglob("*.py") if "import subprocess" in path.read_text(encoding="utf-8")]
    assert users == ["run.py"]


def test_settings_are_asked_without_our_own(repo: TestRepo) -> None:
    git = Git(repo.path, git_dir=repo.path / ".git")
    repo.git("config", "core.quotePath", "true")
    repo.git("config", "user.name", "Ada\nLovelace")
    assert git.config("core.quotePath") == "true"
    assert git.config("user.name") == "Ada\nLovelace"
    assert git.config("user.nickname") is None


def test_settings_given_on_the_command_line_reach_the_hook(repo: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'user.name'='Grace'")
    assert Git(repo.path).config("user.name") == "Grace"
    assert (
        b"Grace"
        not in subprocess.run(
            Git(repo.path).command("var", "-l"),
            cwd=repo.path,
            env=scrubbed(os.environ),
            capture_output=True,
            check=True,
        ).stdout
    )


@pytest.mark.parametrize("what", ["HEAD^", "HEAD^{tree}", "HEAD:a.py"])
@pytest.mark.parametrize("content", [None, b"", b"junk", b"x\x01"])
def test_of_lost_objects_git_s_complaint_says_what_to_do(repo: TestRepo, what: str, content: bytes | None) -> None:
    repo.commit({"a.py": "x = 2\n"})
    name = repo.git("rev-parse", what).strip()
    path = repo.path / ".git" / "objects" / name[:2] / name[2:]
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(GitError, match="git fsck"):
        Git(repo.path).run("log", "--patch", "HEAD")


@pytest.mark.parametrize(
    "words",
    [
        "fatal: no such path 'corrupt.py' in HEAD",
        "fatal: path 'unable to read.py' does not exist in 'HEAD'",
        "error: corrupt patch at line 6",
        "error: bad object.py: does not exist in index",
        "error: bad object a.py: does not match index",
        "error: patch failed: missing blob/could not read:3",
        "fatal: unable to read config file '/x': Permission denied",
        "fatal: bad revision 'corrupt'",
    ],
)
def test_a_word_in_a_complaint_makes_no_object_lost(words: str) -> None:
    assert complaint(words.encode()) == words.partition(": ")[2]
