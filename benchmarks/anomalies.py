"""Whether what should stand out does, and how often ordinary changes do.

usage: python benchmarks/anomalies.py CLONE... [--models DIR] [--ordinary N] [--work DIR]

Every clone is cloned once more (nothing is written into it) and indexed. Then changes are staged one at a time and
scored by the executable: a vendored dump (500 and 4,000 files), a folder's source reformatted (white space only), a
generated parser of 20,000 lines, a minified script of 20,000 lines, and binary files of 5 kB (a key) and 3 MB. At the
end the last N recorded changes are scored, each as of its own moment.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.support import HYPERION, environment, git

Files = dict[str, bytes]
_SOURCE = (".py", ".java", ".js", ".ts", ".c", ".h", ".cpp", ".go", ".rs", ".rb", ".php", ".cs", ".scala")


def main() -> None:
    """Plant and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clones", type=Path, nargs="+")
    parser.add_argument("--models", type=Path)
    parser.add_argument("--ordinary", type=int, default=200)
    parser.add_argument("--work", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.work) as name:
        for number, clone in enumerate(options.clones):
            _measure(clone, Path(name) / f"clone{number}", options)


def _measure(clone: Path, folder: Path, options: argparse.Namespace) -> None:
    git(folder.parent, "clone", "-q", "--shared", str(clone), str(folder))
    # in the environment, so that the index compares with recent changes by these models too
    models = {} if options.models is None else {"HYPERION_HOOK_MODELS": str(options.models.resolve())}
    _hyperion(folder, models, "index")
    print(folder, clone)
    for what, files in _plants(folder):
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        git(folder, "add", "-A", "-f")
        found = json.loads(_hyperion(folder, models, "score", "--staged", "--format", "json"))
        anomaly = found["anomaly"]
        told = ", ".join(entry["feature"] for entry in anomaly["unusual"])
        verdict = "flagged" if anomaly["is_anomaly"] else "MISSED"
        print(f"  {what:34} {verdict} {anomaly['score']:+.3f}  {told}", flush=True)
        git(folder, "reset", "-q", "--hard")
        git(folder, "clean", "-qfdx")
    recent = git(folder, "rev-list", "--no-merges", "-n", str(options.ordinary + 1), "HEAD").split()
    lines = _hyperion(folder, models, "score", "--each", f"{recent[-1]}..HEAD", "--format", "jsonl", "--no-explain")
    flagged = [json.loads(line)["anomaly"]["is_anomaly"] for line in lines.splitlines()]
    print(f"  {len(flagged)} ordinary changes: {sum(flagged) / max(1, len(flagged)):.1%} flagged", flush=True)


def _hyperion(folder: Path, models: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [HYPERION, *arguments], cwd=folder, capture_output=True, env=environment() | models, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)}: exit {done.returncode} {done.stderr.decode(errors='replace')}")
    return done.stdout.decode()


def _plants(folder: Path) -> Iterator[tuple[str, Files]]:
    rng = random.Random(7)  # noqa: S311 - contents of no meaning, always the same
    for count in (500, 4_000):
        yield (
            f"vendored dump, {count:,} files",
            {
                f"vendor/lib{number % 40}/part{number}.js": _script(rng, rng.randrange(20, 400))
                for number in range(count)
            },
        )
    yield (
        "vendored dump elsewhere, 500 files",
        {f"lib/imported{number % 40}/part{number}.py": _script(rng, rng.randrange(20, 400)) for number in range(500)},
    )
    yield "folder reformatted", _reformatted(folder)
    yield "generated parser, 20,000 lines", {"src/generated_parser.py": _parser(20_000)}
    yield "minified script, 20,000 lines", {"static/app.min.js": _script(rng, 20_000)}
    yield "binary of 5 kB", {"config/deploy.key": b"\0" + rng.randbytes(5_000)}
    yield "binary of 3 MB", {"data/snapshot.bin": b"\0" + rng.randbytes(3_000_000)}


def _script(rng: random.Random, lines: int) -> bytes:
    return "".join(f"var v{line} = f({rng.random():.6f}, 'x{line}');\n" for line in range(lines)).encode()


def _parser(lines: int) -> bytes:
    return "".join(
        f"def state_{line}(token):\n    if token == {line}:\n        return {line + 1}\n    return None\n"
        for line in range(lines // 4)
    ).encode()


def _reformatted(folder: Path) -> Files:
    """Return the folder with most source (at most thirty files), every indented line one blank deeper."""
    folders: dict[str, list[str]] = {}
    for path in git(folder, "ls-files").splitlines():
        if path.endswith(_SOURCE) and "test" not in path and (folder / path).is_file():
            folders.setdefault(path.rpartition("/")[0], []).append(path)
    most = max(folders.values(), key=len)[:30]
    return {
        path: b"".join(
            b" " + line if line.startswith((b" ", b"\t")) else line
            for line in (folder / path).read_bytes().splitlines(keepends=True)
        )
        for path in most
    }


if __name__ == "__main__":
    main()
