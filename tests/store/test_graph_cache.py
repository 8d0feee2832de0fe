from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import zlib
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest

from hyperion_hook.domain.snapshot import ImportGraph
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.graph.import_graph import build_graph
from hyperion_hook.features.imports.read import read_imports
from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.git.repository import Repository
from hyperion_hook.store.graphs import cache
from hyperion_hook.store.graphs.cache import MOST_BYTES, NOT_BUILT, TOO_MANY_ABSENT, ImportGraphs
from tests.support.repo import TestRepo

MAPPINGS = ("imports", "importers", "external", "depth", "cycle", "reach", "rank")


def values_of(graph: ImportGraph | Missing) -> dict[str, object]:
    assert not isinstance(graph, Missing), graph
    return {name: dict(getattr(graph, name)) for name in MAPPINGS}


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    return TestRepo(tmp_path / "work")


class Opened:
    """Graphs of a repository with a counter of the files that are read."""

    def __init__(self, repo: TestRepo, path: Path | None, max_unread: int | None = None) -> None:
        self.repository = Repository.discover(repo.path)
        self.reader = BlobReader(self.repository)
        self.read = 0
        read = self.reader.read

        def counted(blob: str, limit: int) -> bytes | Missing:
            self.read += 1
            return read(blob, limit)

        self.reader.read = counted  # type: ignore[method-assign]
        self.graphs = ImportGraphs(self.reader, path, max_unread=max_unread)

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self.graphs.close()
        self.reader.close()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store" / "imports-v1.sqlite"


SHOP = {
    "shop/__init__.py": "from .cart import Cart\n",
    "shop/cart.py": "import yaml\nfrom shop import price\n",
    "shop/price.py": "",
    "README.md": "# shop\n",
    "tests/test_cart.py": "from shop.cart import Cart\n",
}


def direct(repo: TestRepo, commit: str) -> dict[str, object]:
    """The graph built from a listing of the tree, without any cache."""
    files = {}
    for line in repo.git("ls-tree", "-r", "-z", commit).split("\0"):
        if line:
            meta, _, path = line.partition("\t")
            if meta.startswith("100"):
                files[path] = read_imports(path, repo.git("cat-file", "blob", meta.split()[2]))
    return values_of(build_graph(files))


def test_before_the_first_commit_there_is_nothing(repo: TestRepo, store: Path) -> None:
    with Opened(repo, store) as opened:
        assert values_of(opened.graphs.at(None)) == {name: {} for name in MAPPINGS}


def test_the_graph_of_a_commit_is_that_of_its_tree(repo: TestRepo, store: Path) -> None:
    commit = repo.commit(SHOP)
    with Opened(repo, store) as opened:
        graph = opened.graphs.at(commit)
        assert not isinstance(graph, Missing)
        assert graph.imports["shop/cart.py"] == ("shop/price.py",)
        assert values_of(graph) == direct(repo, commit)


def test_a_second_run_reads_no_file(repo: TestRepo, store: Path) -> None:
    commit = repo.commit(SHOP)
    with Opened(repo, store) as opened:
        expected = values_of(opened.graphs.at(commit))
        assert opened.read == 4
    with Opened(repo, store) as opened:
        assert values_of(opened.graphs.at(commit)) == expected
        assert opened.read == 0
    # the same tree under another commit
    again = repo.commit({}, "empty")
    with Opened(repo, store) as opened:
        assert values_of(opened.graphs.at(again)) == expected
        assert opened.read == 0


def test_a_new_commit_costs_the_files_it_changed(repo: TestRepo, store: Path) -> None:
    first = repo.commit(SHOP)
    with Opened(repo, store) as opened:
        opened.graphs.at(first)
    second = repo.commit({"shop/price.py": "from . import cart\n", "shop/tax.py": "", "README.md": "# more\n"})
    with Opened(repo, store) as opened:
        assert values_of(opened.graphs.at(second)) == direct(repo, second)
        assert opened.read == 2
    with Opened(repo, store) as opened:
        assert values_of(opened.graphs.at(second)) == direct(repo, second)
        assert opened.read == 0
        assert values_of(opened.graphs.at(first)) == direct(repo, first)


def test_what_is_no_regular_file_is_no_module(repo: TestRepo, store: Path) -> None:
    repo.commit(SHOP)
    (repo.path / "link.py").symlink_to("shop/cart.py")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.head()},sub.py")
    (repo.path / "binary.py").write_bytes(b"import x\0")
    (repo.path / "latin.py").write_bytes(b"# caf\xe9\nimport shop.cart\n")
    (repo.path / os.fsdecode(b"n\xffme\n.py")).write_bytes(b"import shop.price\n")
    repo.git("add", "link.py", "binary.py", "latin.py", os.fsdecode(b"n\xffme\n.py"))
    repo.git("commit", "-q", "-m", "odd")
    with Opened(repo, store) as opened:
        graph = opened.graphs.at(repo.head())
        assert not isinstance(graph, Missing)
        assert "link.py" not in graph.imports
        assert "sub.py" not in graph.imports
        assert graph.imports["binary.py"] == ()
        assert graph.imports["latin.py"] == ("shop/cart.py",)
        assert graph.imports[os.fsdecode(b"n\xffme\n.py")] == ("shop/price.py",)
        expected = values_of(graph)
    with Opened(repo, store) as opened:
        assert values_of(opened.graphs.at(repo.head())) == expected
    (repo.path / "shop/price.py").unlink()
    (repo.path / "shop/price.py").symlink_to("cart.py")
    repo.git("commit", "-qam", "file to link")
    with Opened(repo, store) as opened:
        graph = opened.graphs.at(repo.head())
        assert not isinstance(graph, Missing)
        assert "shop/price.py" not in graph.imports


def test_more_files_than_a_hook_should_read_are_left_to_the_index(repo: TestRepo, store: Path) -> None:
    commit = repo.commit(SHOP)
    with Opened(repo, store, max_unread=3) as opened:
        assert opened.graphs.at(commit) == NOT_BUILT
        assert opened.read == 0
        assert values_of(opened.graphs.build(commit)) == direct(repo, commit)
        assert values_of(opened.graphs.at(commit)) == direct(repo, commit)
    with Opened(repo, store, max_unread=3) as opened:
        assert values_of(opened.graphs.at(commit)) == direct(repo, commit)


def test_an_unknown_commit_is_missing(repo: TestRepo, store: Path) -> None:
    repo.commit(SHOP)
    with Opened(repo, store) as opened:
        graph = opened.graphs.at("1" * 40)
        assert isinstance(graph, Missing)
        assert "missing from this clone" in graph.reason
        assert isinstance(opened.graphs.build("1" * 40), Missing)
        assert not isinstance(opened.graphs.at(repo.head()), Missing)


def test_a_clone_without_most_files_says_so(repo: TestRepo, store: Path) -> None:
    commit = repo.commit(SHOP)
    for path in ("shop/cart.py", "shop/price.py"):
        blob = repo.git("rev-parse", f"HEAD:{path}").strip()
        (repo.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with Opened(repo, store) as opened:
        assert opened.graphs.at(commit) == TOO_MANY_ABSENT
    with Opened(repo, store) as opened:
        assert opened.graphs.at(commit) == TOO_MANY_ABSENT


def grow(repo: TestRepo, seed: int, commits: int) -> list[str]:
    """A history with branches, merges, deletions and moves; every file imports some others."""
    chance = random.Random(seed)  # noqa: S311 - any history will do
    names = [f"{folder}m{number}.py" for folder in ("", "p/", "p/q/") for number in range(4)] + [
        "go.mod",
        "g/a.go",
        "h/b.go",
        "x/A.java",
        "y/B.java",
    ]
    made = [repo.commit({"m0.py": "", "p/__init__.py": ""})]
    branches = ["main"]
    for number in range(commits):
        if chance.random() < 0.15:
            branches.append(f"b{number}")
            repo.git("branch", branches[-1], chance.choice(made))
        if chance.random() < 0.3:
            repo.git("checkout", "-q", chance.choice(branches))
        if chance.random() < 0.1 and len(branches) > 1:
            repo.git("merge", "-q", "-s", "ours", "--no-edit", chance.choice(branches), check=False)
        present = set(repo.git("ls-files").split())
        files: dict[str, str | bytes | None] = {}
        for name in chance.sample(names, 2):
            if name in present and chance.random() < 0.3:
                files[name] = None
            else:
                imported = [chance.choice(names).removesuffix(".py").replace("/", ".") for _ in range(2)]
                files[name] = {
                    "go": f'package a\nimport "m/{chance.choice("gh")}"\n',
                    "mod": "module m\n",
                    "java": f"package {chance.choice('uv')};\nimport {chance.choice('uv')}.{chance.choice('AB')};\n",
                }.get(name.rpartition(".")[2], "".join(f"import {one}\n" for one in imported))
        made.append(repo.commit(files))
    return made


@pytest.mark.parametrize("seed", range(3))
def test_a_replay_over_branches_gives_each_commit_its_own_graph(repo: TestRepo, store: Path, seed: int) -> None:
    commits = grow(repo, seed, 25)
    expected = {commit: direct(repo, commit) for commit in commits}
    with Opened(repo, None) as replay, Opened(repo, store) as hook:
        for commit in commits:
            assert values_of(replay.graphs.at(commit)) == expected[commit]
            assert values_of(hook.graphs.at(commit)) == expected[commit]
    for commit in commits[::3]:
        with Opened(repo, store) as hook:
            assert values_of(hook.graphs.at(commit)) == expected[commit]


def test_a_kept_graph_whose_tree_was_pruned_is_not_needed(repo: TestRepo, store: Path) -> None:
    first = repo.commit(SHOP)
    with Opened(repo, store) as opened:
        opened.graphs.at(first)
    repo.git("checkout", "-q", "--orphan", "other")
    repo.git("rm", "-rfq", ".")
    second = repo.commit({"a.py": "import b\n", "b.py": ""})
    repo.git("branch", "-qD", "main")
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")
    with Opened(repo, store) as opened:
        assert values_of(opened.graphs.at(second)) == direct(repo, second)


def damage_nothing(path: Path) -> None:
    path.unlink()


def damage_header(path: Path) -> None:
    path.write_bytes(b"not a database at all" + path.read_bytes()[21:])


def damage_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for place in range(4096, len(content), 97):
        content[place] ^= 0xFF
    path.write_bytes(bytes(content))


def damage_length(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def damage_content(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE graphs SET content = substr(content, 1, length(content) / 2)")
    connection.close()


def damage_numbers(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE graphs SET content = x'48484947010000000300000000'")
    connection.close()


def set_numbers(path: Path, section: int, numbers: list[int]) -> None:
    """Put other numbers into one section of each stored graph."""
    with sqlite3.connect(path) as connection:
        for number, content in connection.execute("SELECT id, content FROM graphs").fetchall():
            position = 8
            for _ in range(section):
                position += 4 + int.from_bytes(content[position : position + 4], "little")
            size = int.from_bytes(content[position : position + 4], "little")
            packed = zlib.compress(array("i", numbers).tobytes())
            other = content[:position] + len(packed).to_bytes(4, "little") + packed + content[position + 4 + size :]
            connection.execute("UPDATE graphs SET content = ? WHERE id = ?", (other, number))
    connection.close()


def damage_edges(path: Path) -> None:
    set_numbers(path, 5, [4])  # as many rows as there are nodes, and none of them


def damage_importers(path: Path) -> None:
    set_numbers(path, 8, [-1] * 4)


def damage_version(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999999")
    connection.close()


def damage_schema(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE commits")
        connection.execute("CREATE TABLE commits (other TEXT)")
    connection.close()


@pytest.mark.parametrize(
    "damage",
    [
        damage_nothing,
        damage_header,
        damage_middle,
        damage_length,
        damage_content,
        damage_numbers,
        damage_edges,
        damage_importers,
        damage_version,
        damage_schema,
    ],
)
def test_a_damaged_store_costs_time_and_nothing_else(repo: TestRepo, store: Path, damage: object) -> None:
    commit = repo.commit(SHOP)
    with Opened(repo, store) as opened:
        expected = values_of(opened.graphs.at(commit))
    damage(store)  # type: ignore[operator]
    with Opened(repo, store) as opened:
        assert values_of(opened.graphs.at(commit)) == expected
    newer = repo.commit({"shop/tax.py": "import shop\n"})
    with Opened(repo, store) as opened:
        assert values_of(opened.graphs.at(newer)) == direct(repo, newer)


def test_a_pipe_in_its_place_is_not_waited_for(repo: TestRepo, store: Path) -> None:
    commit = repo.commit(SHOP)
    with Opened(repo, store) as opened:
        expected = values_of(opened.graphs.at(commit))
    store.unlink()
    os.mkfifo(store)
    with Opened(repo, store) as opened:
        assert values_of(opened.graphs.at(commit)) == expected


@pytest.fixture
def read_only(store: Path) -> Iterator[None]:
    yield
    store.parent.chmod(0o755)


@pytest.mark.usefixtures("read_only")
def test_a_store_that_cannot_be_written_to_is_read(repo: TestRepo, store: Path) -> None:
    first = repo.commit(SHOP)
    with Opened(repo, store) as opened:
        opened.graphs.at(first)
    second = repo.commit({"shop/tax.py": "import shop\n"})
    store.chmod(0o444)
    store.parent.chmod(0o555)
    before = store.read_bytes()
    with Opened(repo, store) as opened:
        assert values_of(opened.graphs.at(second)) == direct(repo, second)
        # root may write anything; what matters is that the answer is the same
        assert opened.read <= 1
    if os.geteuid():
        assert store.read_bytes() == before
    with Opened(repo, Path("/dev/null/imports.sqlite")) as opened:
        assert values_of(opened.graphs.at(second)) == direct(repo, second)


def test_a_locked_store_is_done_without(repo: TestRepo, store: Path) -> None:
    commit = repo.commit(SHOP)
    with Opened(repo, store) as opened:
        opened.graphs.at(commit)
    newer = repo.commit({"shop/tax.py": ""})
    lock = sqlite3.connect(store)
    lock.execute("BEGIN EXCLUSIVE")
    try:
        with Opened(repo, store) as opened:
            assert values_of(opened.graphs.at(newer)) == direct(repo, newer)
    finally:
        lock.rollback()
        lock.close()


def test_a_graph_too_large_to_be_kept_leaves_those_that_are(
    repo: TestRepo, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repo.commit(SHOP)
    with Opened(repo, store) as opened:
        opened.graphs.at(commit)
    newer = repo.commit({"shop/tax.py": ""})
    monkeypatch.setattr(cache, "encode", lambda _: bytes(MOST_BYTES + 1))
    with Opened(repo, store) as opened:
        opened.graphs.at(newer)
    assert [path.name for path in store.parent.iterdir()] == [store.name]
    with Opened(repo, store) as opened:
        assert values_of(opened.graphs.at(commit)) == direct(repo, commit)
        assert opened.read == 0


def test_only_the_newest_graphs_are_kept(repo: TestRepo, store: Path) -> None:
    for number in range(6):
        commit = repo.commit({f"m{number}.py": f"import m{number - 1}\n"})
        with Opened(repo, store) as opened:
            opened.graphs.at(commit)
    connection = sqlite3.connect(store)
    assert connection.execute("SELECT count(*) FROM graphs").fetchone() == (3,)
    assert connection.execute("SELECT count(*) FROM commits").fetchone() == (3,)
    connection.close()


def test_repositories_with_long_ids_work(tmp_path: Path, store: Path) -> None:
    path = tmp_path / "sha256"
    path.mkdir()
    subprocess.run(["git", "init", "-q", "--object-format=sha256", "-b", "main", path], check=True)
    repo = TestRepo(path, init=False)
    repo.commit(SHOP)
    commit = repo.commit({"shop/tax.py": "import shop.cart\n"})
    with Opened(repo, store) as opened:
        assert values_of(opened.graphs.at(commit)) == direct(repo, commit)
