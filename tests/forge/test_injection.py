"""Hostile names, paths, messages and branches through the command itself: they change nothing but text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.github import REPOSITORY, GitHubDouble
from tests.support.github_job import GitHubJob
from tests.support.hostile_text import HOSTILE, as_name, as_path
from tests.support.rendered import rendered
from tests.support.repo import TestRepo
from tests.support.runner import command_in, outputs_in

CODE = "def f(x):\n    if x:\n        return {0}\n    return x + {0}\n"
TURNS = 21
OUTPUTS = {"probability", "level", "percentile", "anomaly", "json", "comment-url"}
ELEMENTS = {"h3", "p", "strong", "ul", "li", "a", "code", "details", "summary", "input", "sub", "blockquote"}


@dataclass(frozen=True)
class Hostile:
    """A repository whose every name is hostile, and commits of it to compare with their parents."""

    repo: TestRepo
    pulls: list[tuple[str, str, tuple[str, ...]]]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    """Build it: texts in turn write, together and again and again, files of their names under messages of their own."""
    repo = TestRepo(tmp_path_factory.mktemp("hostile") / "repo")
    stream = bytearray()

    def commit(files: dict[str, str], message: str, author: str) -> None:
        repo.clock += 86_400
        said = message.replace("\0", "").encode("utf-8", "surrogateescape")
        who = as_name(author).encode("utf-8", "surrogateescape") + b" <%d@e.example> %d +0000\n" % (
            HOSTILE.index(author),
            repo.clock,
        )
        stream.extend(b"commit refs/heads/main\nauthor " + who + b"committer " + who)
        stream.extend(b"data %d\n" % len(said) + said + b"\n")
        for path, text in files.items():
            data = text.encode()
            stream.extend(b"M 100644 inline " + quoted(path) + b"\ndata %d\n" % len(data) + data + b"\n")

    settings = "alert-high = 0.99\nalert-medium = 1.0\n"  # all but nothing is HIGH
    commit({".hyperion-hook.toml": settings}, "Begin", "@ada")
    groups = [tuple(HOSTILE[start::TURNS]) for start in range(TURNS)]
    for group in groups:
        paths = [f"{at}/{as_path(text)}" if at % 2 else as_path(text) for at, text in enumerate(group)]
        for turn, text in enumerate(group[1:6]):
            commit({path: CODE.format(turn) * 6 for path in paths[:5]}, text, text)
            commit({paths[turn]: CODE.format(turn + 50)}, f"Fix the bug {text}", text)
    repo.git("fast-import", "--quiet", stdin=bytes(stream))
    repo.git("symbolic-ref", "HEAD", "refs/heads/main")
    base = repo.head()
    pulls = []
    for group in groups:
        stream.clear()
        paths = [f"{at}/{as_path(text)}" if at % 2 else as_path(text) for at, text in enumerate(group)]
        commit({path: CODE.format(99) * 9 for path in (*paths[:3], *paths[5:])}, group[-1], group[0])
        text = (
            bytes(stream)
            .replace(b"refs/heads/main", b"refs/heads/topic")
            .replace(b"\nM 100644", b"\nfrom " + base.encode() + b"\nM 100644", 1)
        )
        repo.git("update-ref", "-d", "refs/heads/topic")
        repo.git("fast-import", "--quiet", "--force", stdin=text)
        pulls.append((base, repo.git("rev-parse", "refs/heads/topic").strip(), group))
    return Hostile(repo, pulls)


def quoted(path: str) -> bytes:
    data = path.encode("utf-8", "surrogateescape")
    return b'"' + b"".join(b"\\%03o" % byte for byte in data) + b'"'


@pytest.mark.parametrize("turn", range(TURNS))
def test_hostile_text_changes_nothing_but_text(
    hostile: Hostile, github: GitHubDouble, tmp_path: Path, turn: int
) -> None:
    base, head, group = hostile.pulls[turn]
    job = GitHubJob(hostile.repo, github, tmp_path / "runner")
    done = job.pull(base, head, title=group[0], body=group[1 % len(group)])
    assert (done.code, done.err) == (0, "")
    assert set(done.outputs) == OUTPUTS
    file = (tmp_path / "runner" / "output").read_bytes().decode()
    assert set(outputs_in(file)) == OUTPUTS
    lines = done.out.split("\n")
    for command in filter(None, map(command_in, lines)):
        assert command.name in {"warning", "notice"}
        assert command.properties["title"].startswith("hyperion-hook%3A ")
        assert set(command.properties) <= {"file", "line", "title"}
    assert sum(line.startswith("::") for line in lines) == sum(command_in(line) is not None for line in lines)
    assert all(line.isprintable() for line in lines)
    comment = github.ours()[0]["body"].replace("\r\n", "\n")
    for markdown in (comment, done.summary):
        page = rendered(markdown)
        assert {tag.strip("</>").split()[0] for tag in page.skeleton} <= ELEMENTS
        assert page.acting == []
        assert all(address.startswith(f"https://github.com/{REPOSITORY}/") for address in page.links), page.links
        boxes = [tag for tag in page.skeleton if tag.startswith("<input")]
        assert len(boxes) == (2 if markdown is comment else 0)
    assert len(rendered(comment).comments) == 2
    headings = {
        "Why",
        "Read first",
        "Usually changed with these, but not here",
        "Who knows this code",
        "Similar changes",
    }
    assert {heading for heading in headings if f"**{heading}**" not in comment} == set()
