"""Coverage reports to lines covered and counted by file: Cobertura XML, LCOV and coverage.py's JSON.

A report is somebody else's file: entities are refused, sizes are bounded, and what does not parse is missing, not zero.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from hyperion_hook.domain.vector import Missing

Coverage = Mapping[str, tuple[int, int]]
MAX_FILES = 200_000
_HERE = re.compile(r"\A(?:\./)++")
UNKNOWN_FORMAT = Missing("is neither Cobertura XML, LCOV nor coverage.py JSON")


def read_coverage(data: bytes, *, root: str = "") -> Coverage | Missing:
    r"""Return lines covered and lines counted by path, from one report.

    Parameters
    ----------
    data
        The report.
    root
        The folder absolute paths of the report are made relative to.

    Returns
    -------
    mapping of str to (covered, counted), or Missing
        Paths relative to the repository, with forward slashes; files outside are left out.

    Examples
    --------
    >>> read_coverage(b"SF:src/a.c\nDA:1,3\nDA:2,0\nend_of_record\n")
    {'src/a.c': (1, 2)}
    """
    text = data.decode("utf-8-sig", "replace").lstrip()
    if text.startswith("<"):
        found = _cobertura(text)
    elif text.startswith("{"):
        found = _coverage_json(text)
    elif re.search(r"^SF:", text, re.MULTILINE):
        found = _lcov(text)
    else:
        return UNKNOWN_FORMAT
    if isinstance(found, Missing):
        return found
    if len(found) > MAX_FILES:
        return Missing(f"names more than {MAX_FILES:,} files")
    placed: dict[str, tuple[int, int]] = {}
    for name, (covered, counted) in found.items():
        path = _relative(name, root)
        if path is not None and 0 <= covered <= counted:
            placed[path] = (covered, counted)
    return placed


def _relative(name: str, root: str) -> str | None:
    path = name.replace("\\", "/")
    base = root.replace("\\", "/").rstrip("/")
    if base and path.startswith(f"{base}/"):
        path = path[len(base) + 1 :]
    path = _HERE.sub("", path, count=1)
    if path.startswith(("/", "../")) or re.match(r"[A-Za-z]:/", path):
        return None
    return path or None


def _lcov(text: str) -> dict[str, tuple[int, int]]:
    hits: dict[str, dict[str, bool]] = {}
    lines: dict[str, bool] = {}
    for line in text.splitlines():
        kind, _, rest = line.partition(":")
        if kind == "SF":
            lines = hits.setdefault(rest.strip(), {})
        elif kind == "DA":
            number, _, count = rest.partition(",")
            hit = not count.partition(",")[0].strip().startswith(("0", "-", "="))
            lines[number] = lines.get(number, False) or hit
    return {name: (sum(found.values()), len(found)) for name, found in hits.items()}


def _coverage_json(text: str) -> dict[str, tuple[int, int]] | Missing:
    try:
        report: Any = json.loads(text)
        return {
            str(name): (int(entry["summary"]["covered_lines"]), int(entry["summary"]["num_statements"]))
            for name, entry in report["files"].items()
        }
    except (ValueError, RecursionError):
        return Missing("is not valid JSON")
    except (KeyError, TypeError, AttributeError, OverflowError):
        return UNKNOWN_FORMAT


def _cobertura(text: str) -> dict[str, tuple[int, int]] | Missing:
    from hyperion_hook.features.manifests_xml import parse_xml  # noqa: PLC0415 - XML costs a hook milliseconds

    # Cobertura's own document type is harmless once it is gone
    root = parse_xml(re.sub(r"<!DOCTYPE[^>\[]{0,500}>", "", text, count=1))
    if isinstance(root, Missing):
        return root
    if root.tag != "coverage":
        return UNKNOWN_FORMAT
    sources = [(source.text or "").strip().rstrip("/") for source in root.iter("source")]
    hits: dict[str, dict[str, bool]] = {}
    for item in root.iter("class"):
        name = item.get("filename")
        if not name:
            continue
        # one source folder says where file names start; several leave it open
        if len(sources) == 1 and sources[0] not in ("", ".") and not name.startswith("/"):
            name = f"{sources[0]}/{name}"
        lines = hits.setdefault(name, {})
        for line in item.iter("line"):
            number = line.get("number", "")
            lines[number] = lines.get(number, False) or line.get("hits", "0").strip() not in ("0", "")
    return {name: (sum(found.values()), len(found)) for name, found in hits.items()}
