"""Every feature of every commit of one fixed history: what the extractor of this version gives.

After a change that is meant to change values, raise ``EXTRACTOR_VERSION`` and run ``python -m tests.support.frozen``.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.extract import EXTRACTOR_VERSION
from hyperion_hook.git.repository import Repository
from hyperion_hook.training.rows.replay import ReplayOptions, replay
from tests.support.history import tangled_history

FILE = Path(__file__).parent / "frozen_values.json"
_BULK = 4
_MORE: dict[str, dict[str, str]] = {
    "Add a service": {
        "svc/go.mod": "module example.org/svc\n\nrequire github.com/pkg/errors v0.9.1\n",
        "svc/main.go": 'package main\n\nimport "example.org/svc/store"\n\nfunc main() {\n\tfor i := 0; i < 3; i++ {\n'
        "\t\tif store.Get(i) && i > 1 {\n\t\t\tpanic(i)\n\t\t}\n\t}\n}\n",
        "svc/store/store.go": "package store\n\nfunc Get(i int) bool { return i%2 == 0 || i == 7 }\n",
    },
    "Add a page": {
        "web/package.json": '{"name": "web", "dependencies": {"react": "^18.0.0"}}\n',
        "web/src/App.tsx": "import {load} from './load';\nexport class App {\n  items = [];\n"
        "  get size() { return this.items.length; }\n"
        "  add(x) { this.items.push(x ? x : load(x)); }\n  free(y) { return y; }\n}\n",
        "web/src/load.ts": "export const load = (x?: string) => x && x.length > 2 ? x : null;\n",
        "web/src/load.test.ts": "test('load', () => { expect(load('abc')).toBe('abc'); });\n",
    },
    "Fix the query, see #12": {
        "svc/store/store.go": "package store\n\nfunc Get(i, j int) bool { return i%2 == j }\n",
        "db/migrations/0001_begin.sql": "CREATE TABLE a (b int);\n",
        "native/a.c": "int f(int a) {\n  switch (a) {\n    case 1: return 2;\n    default: while (a--) ;\n  }\n"
        "  return a;\n}\n",
        "native/b.rs": "pub fn g(x: u8) -> u8 { match x { 0 => 1, _ if x > 3 => 2, _ => 3 } }\n",
        "script": "#!/bin/sh\nif true; then echo 1; fi\n",
        "notes.unknown": "a b\n",
    },
}
"""Files by the subject of their commit; the last has more files than are looked into."""


def frozen_values(folder: Path) -> dict[str, list[float | None]]:
    """Return the values of each feature, one for every commit of the history, ``None`` where missing."""
    repo = tangled_history(folder / "frozen", rounds=2)
    for subject, files in _MORE.items():
        repo.commit(files, subject)
    options = ReplayOptions(bulk_files=_BULK, bots=True)
    values: dict[str, list[float | None]] = {}
    for item in replay(Repository.discover(repo.path), options=options):
        for name, value in item.vector.items():
            values.setdefault(name, []).append(None if isinstance(value, Missing) else round(value, 9))
    return values


def main() -> None:
    """Write what the extractor gives now."""
    with tempfile.TemporaryDirectory() as folder:
        values = frozen_values(Path(folder))
    rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in values.items())
    FILE.write_text(f'{{"version": {EXTRACTOR_VERSION}, "values": {{\n{rows}\n}}}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
