"""The import graph of any commit, as cheaply as the difference to a commit that is known already.

The graph depends on the commit's tree alone. The newest graphs are kept in one SQLite file (names of files, edges,
depths and cycles, and what every file imports as written), so a hook loads the graph of HEAD in milliseconds, and
derives that of a new commit from it by reading only the files that differ. A replay keeps the graph in memory and moves
it on.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from hyperion_hook.domain.deadline import NEVER, Deadline
from hyperion_hook.domain.files.text import decode_text
from hyperion_hook.domain.remedies import INDEX, Note
from hyperion_hook.domain.snapshot import ImportGraph
from hyperion_hook.domain.vector import NOT_FETCHED, Missing
from hyperion_hook.features.graph.import_graph import view_of
from hyperion_hook.features.graph.incremental import LiveGraph
from hyperion_hook.features.graph.packed_imports import Specs
from hyperion_hook.features.imports.read import READER_VERSION, import_language, is_module, read_imports
from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.store.files.cache_file import CacheFile
from hyperion_hook.store.files.sqlite import Form, StoreConnection
from hyperion_hook.store.graphs.snapshot import FORMAT, MOST_BYTES, decode, encode
from hyperion_hook.store.graphs.trees import Trees

MAX_UNREAD = 2_000
"""Files that ``at`` reads on its own; more is left to ``hyperion-hook index``."""

MAX_BYTES = 1_000_000
"""Files above this size are generated or data: they are modules whose imports are not read."""

NOT_BUILT = Missing(Note("the import graph is not built yet", run=INDEX))
TOO_MANY_ABSENT = Missing("too many source files are missing from this clone to draw the import graph")

_TRACK_AFTER = 3
_MAX_REMEMBERED = 50_000
_KEPT_GRAPHS = 3


class ImportGraphs:
    """Import graphs of one repository's commits.

    Parameters
    ----------
    reader
        Reads trees and files; it stays the caller's to close.
    path
        The SQLite file that keeps graphs between runs; ``None`` keeps them in memory only, for a replay.
    max_unread
        Files that ``at`` may have to read before it declines; without ``path`` there is no such limit by default,
        because nothing could be prepared.
    root
        As for ``open_store``; ``warnings`` says what had to be done about a file that does not fit.
    """

    def __init__(
        self, reader: BlobReader, path: Path | None, *, max_unread: int | None = None, root: Path | None = None
    ) -> None:
        self._reader = reader
        self._trees = Trees(reader)
        self._store = _Store(path, root)
        self.warnings = self._store.warnings
        self._max_unread = max_unread if max_unread is not None or path is None else MAX_UNREAD
        self._live: LiveGraph | None = None
        self._tree: str | None = None
        self._absent: set[str] = set()
        self._specs: dict[tuple[str, str], tuple[str, ...]] = {}
        self._derived = 0
        # what the file keeps: a tree, and the version of the graph in memory that equals its graph
        self._kept: tuple[str, int] | None = None
        self._in_memory = path is None

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    def at(self, commit: str | None, deadline: Deadline = NEVER) -> ImportGraph | Missing:
        """Return the import graph of a commit's tree, of an empty one for ``None``.

        What is returned may be used until the next call. ``Missing`` when too many files would have to be read first,
        when not all are read by the deadline, or when the commit or too many of its files are not in this clone.
        """
        if commit is None:
            return view_of(LiveGraph())
        if self._live is None and self._take(self._store.by_commit(commit)):
            return self._view()
        tree = self._trees.tree_of(commit)
        if isinstance(tree, Missing):
            return tree
        if tree == self._tree and self._live is not None:
            return self._view()
        if self._live is None and self._take(self._store.by_tree(tree)):
            self._store.write_commit(commit, tree, like=tree)
            return self._view()
        if self._live is None:
            self._take(self._store.newest())
        failed = self._move(tree, self._max_unread, deadline)
        if failed is not None:
            return failed
        self._keep(commit)
        return self._view()

    def build(self, commit: str) -> ImportGraph | Missing:
        """Return the import graph of a commit, reading as many files as it takes, and keep it for later runs."""
        tree = self._trees.tree_of(commit)
        if isinstance(tree, Missing):
            return tree
        if self._live is None:
            self._take(self._store.by_tree(tree) or self._store.newest())
        failed = self._move(tree, None, NEVER)
        if failed is not None:
            return failed
        self._write(commit)
        return self._view()

    def _view(self) -> ImportGraph | Missing:
        live = self._live
        if live is None:
            return NOT_BUILT
        if len(self._absent) * 10 > len(live.files()):
            return TOO_MANY_ABSENT
        return view_of(live)

    def _take(self, found: tuple[str, LiveGraph] | None) -> bool:
        if found is None:
            return False
        self._tree, self._live = found
        self._kept = (self._tree, self._live.version)
        return True

    def _move(self, tree: str, max_unread: int | None, deadline: Deadline) -> Missing | None:
        """Move the graph in memory to another tree; on failure it stays where it is."""
        if tree == self._tree:
            return None
        difference = self._trees.difference(self._tree, tree)
        if isinstance(difference, Missing) and self._tree is not None:
            # the tree it came from may have been pruned
            self._live, self._tree, self._absent, self._kept = None, None, set(), None
            difference = self._trees.difference(None, tree)
        if isinstance(difference, Missing):
            return difference
        wanted = {path: blob for path, blob in difference.items() if import_language(path) is not None}
        if max_unread is not None and sum(1 for blob in wanted.values() if blob) > max_unread:
            return NOT_BUILT
        changes: dict[str, Specs | None] = {}
        absent = set(self._absent)
        for path, blob in wanted.items():
            specs = self._read(path, blob, deadline)
            if isinstance(specs, Missing):
                self._absent = absent
                return Missing(Note(specs.reason, run=INDEX))
            changes[path] = specs
        if self._live is None:
            self._live = LiveGraph(track=self._in_memory)
        self._live.track = self._in_memory or self._derived >= _TRACK_AFTER
        self._live.update(changes)
        self._tree = tree
        return None

    def _read(self, path: str, blob: str | None, deadline: Deadline) -> Specs | Missing | None:
        self._absent.discard(path)
        if blob is None:
            return None
        key = (blob, import_language(path) or "")
        known = self._specs.get(key)
        if known is None:
            content = self._reader.read(blob, MAX_BYTES)
            if content == NOT_FETCHED:
                if is_module(path):
                    self._absent.add(path)
                return ()
            text = content if isinstance(content, Missing) else decode_text(content)
            specs = () if isinstance(text, Missing) else deadline.run(lambda: read_imports(path, text))
            if isinstance(specs, Missing):
                return specs
            known = specs
            if len(self._specs) >= _MAX_REMEMBERED:
                for old in list(self._specs)[: _MAX_REMEMBERED // 4]:
                    del self._specs[old]
            self._specs[key] = known
        return known

    def _keep(self, commit: str) -> None:
        # a run over many commits writes the first only: the others are one step away from it
        self._derived += 1
        if self._derived == 1:
            self._write(commit)

    def _write(self, commit: str) -> None:
        if self._live is None or self._tree is None or self._absent:
            return
        if self._kept is not None and self._kept[1] == self._live.version:
            # nothing that was imported changed: the same graph has one more commit
            self._store.write_commit(commit, self._tree, like=self._kept[0])
        else:
            self._store.write(commit, self._tree, self._live)
        self._kept = (self._tree, self._live.version)


class _Store(CacheFile):
    """Graphs by commit and by tree in one SQLite file."""

    MAX_ROWS = 500
    FORM = Form(
        "import graphs",
        (
            "CREATE TABLE graphs (id INTEGER PRIMARY KEY AUTOINCREMENT, content BLOB NOT NULL)",
            """CREATE TABLE commits (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,
    tree TEXT NOT NULL, graph INTEGER NOT NULL)""",
            "CREATE INDEX commits_by_tree ON commits (tree)",
        ),
        version=1_000 * FORMAT + READER_VERSION,
        is_cache=True,
        value_bytes=MOST_BYTES,
    )

    def by_commit(self, commit: str) -> tuple[str, LiveGraph] | None:
        return self._newest("WHERE name = ?", commit)

    def by_tree(self, tree: str) -> tuple[str, LiveGraph] | None:
        return self._newest("WHERE tree = ?", tree)

    def newest(self) -> tuple[str, LiveGraph] | None:
        return self._newest("")

    def _newest(self, condition: str, *values: str) -> tuple[str, LiveGraph] | None:
        # conditions are the three constants above
        query = f"SELECT tree, content FROM commits JOIN graphs ON graphs.id = graph {condition}"  # noqa: S608
        for tree, content in self._rows(f"{query} ORDER BY commits.id DESC LIMIT 1", values):
            with suppress(ValueError):
                return tree, decode(content)
        return None

    def write_commit(self, commit: str, tree: str, *, like: str) -> None:
        """Say that a commit and its tree have the graph that is kept for the tree ``like``."""
        statement = (
            "INSERT OR REPLACE INTO commits (name, tree, graph)"
            " SELECT ?, ?, graph FROM commits WHERE tree = ? ORDER BY id DESC LIMIT 1"
        )
        self._write(lambda connection: connection.execute(statement, (commit, tree, like)))

    def write(self, commit: str, tree: str, graph: LiveGraph) -> None:
        """Keep a graph and drop the oldest."""
        content = encode(graph)

        def work(connection: StoreConnection) -> None:
            execute = connection.execute
            same = execute("SELECT id FROM graphs WHERE content = ?", (content,)).fetchone()
            number = same[0] if same else execute("INSERT INTO graphs (content) VALUES (?)", (content,)).lastrowid
            execute("INSERT OR REPLACE INTO commits (name, tree, graph) VALUES (?, ?, ?)", (commit, tree, number))
            execute(
                "DELETE FROM graphs WHERE id NOT IN (SELECT id FROM graphs ORDER BY id = ? DESC, id DESC LIMIT ?)",
                (number, _KEPT_GRAPHS),
            )
            execute(
                "DELETE FROM commits WHERE graph NOT IN (SELECT id FROM graphs)"
                " OR id <= (SELECT max(id) FROM commits) - ?",
                (self._max_rows,),
            )

        self._write(work)
