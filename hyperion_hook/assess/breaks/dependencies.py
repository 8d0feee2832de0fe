"""Dependencies that a manifest asks for in an older version, no longer pins, or in versions that exclude each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hyperion_hook.assess.breaks.patterns import pattern_of
from hyperion_hook.assess.breaks.tree import TreeAfter, is_aside, line_of, listed
from hyperion_hook.domain.breaks import Break, BreakKind
from hyperion_hook.domain.change import FileChange
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.manifests.readers import Manifest, is_manifest, read_manifest
from hyperion_hook.features.manifests.versions import HIGHEST, Requirement, count_conflicts, parse_constraint

DOWNGRADES, LOOSENS = "downgrades", "loosens"
_BARE = re.compile(r"[vV=]?+\d++[-+.\w]*+$")
_NUMBERS = re.compile(r"\d+")
_UNSTABLE = re.compile(r"[a-zA-Z-]")


def is_judged(file: FileChange) -> bool:
    """Return whether a touched file is a manifest of the project that was there before and still is."""
    return (
        bool(file.old_blob and file.new_blob)
        and is_manifest(file.path)
        and not is_aside(file.path)
        and role_of(file.path) not in (FileRole.TEST, FileRole.FOREIGN, FileRole.DOCUMENT)
    )


def weaker_dependencies(tree: TreeAfter) -> Iterator[Break]:
    """Yield a break for each way in which a touched manifest weakens dependencies."""
    for file in filter(is_judged, tree.change.files):
        text = tree.text(file.path)
        old, new = read_manifest(file.previous_path, tree.before(file)), read_manifest(file.path, text)
        if isinstance(old, Missing) or isinstance(new, Missing):
            continue
        before, after = _by_name(old), _by_name(new)
        weaker: dict[str, list[tuple[str, str]]] = {}
        for key, now in after.items():
            was = before.get(key)
            # what a workspace says or Ruby works out is not seen here
            is_unseen = not now.constraint and (
                now.ecosystem == "cargo" or pattern_of("gem by code", now.name).search(text) is not None
            )
            if was is not None and was != now and not is_unseen and (how := _weaker(was, now)) is not None:
                shown = f"{now.name} ({was.constraint} to {now.constraint or 'any version'})"
                weaker.setdefault(how, []).append((now.name, shown))
        for how, names in weaker.items():
            shown = listed([words for _, words in names])
            yield _break(file, text, names[0][0], f"{file.path} {how} {shown}", is_certain=False)
        yield from _conflicts(file, text, old, new)


def _by_name(manifest: Manifest) -> dict[tuple[str, str], Requirement]:
    """Return requirements by name; one that is asked for twice has a reason that is not read here."""
    by_name: dict[tuple[str, str], list[Requirement]] = {}
    for asked in manifest.requirements:
        by_name.setdefault((asked.ecosystem, asked.name), []).append(asked)
    return {key: asked[0] for key, asked in by_name.items() if len(asked) == 1 and not asked[0].condition}


def _weaker(was: Requirement, now: Requirement) -> str | None:
    old, new = was.constraint.strip(), now.constraint.strip()
    if _BARE.match(old) and _BARE.match(new):
        if _UNSTABLE.search(old.lstrip("vV")) or _UNSTABLE.search(new.lstrip("vV")):
            return None  # the order of pre-releases and snapshots is each ecosystem's own
        left, right = (tuple(map(int, _NUMBERS.findall(text))) for text in (old, new))
        return DOWNGRADES if right < left else None
    before, after = parse_constraint(was.ecosystem, old), parse_constraint(now.ecosystem, new)
    if not before or not after or not old:
        return None
    low, high = (min(part.low for part in before), max(part.high for part in before))
    now_low, now_high = (min(part.low for part in after), max(part.high for part in after))
    if now_high < low or (now_low < low and now_high < high):
        return DOWNGRADES
    return LOOSENS if (now_low < low and now_high >= high) or (high == low and now_high == HIGHEST) else None


def _conflicts(file: FileChange, text: str, before: Manifest, after: Manifest) -> Iterator[Break]:
    if count_conflicts(after.requirements) <= count_conflicts(before.requirements):
        return
    # a build of Rust or JavaScript may hold several versions of one package
    alone = [asked for asked in after.requirements if asked.ecosystem not in ("cargo", "npm")]
    for name in dict.fromkeys(asked.name for asked in alone):
        mine = [asked for asked in alone if asked.name == name]
        if count_conflicts(mine) and not count_conflicts(asked for asked in before.requirements if asked.name == name):
            both = " and ".join(dict.fromkeys(asked.constraint for asked in mine))
            yield _break(
                file, text, name, f"{name} is asked for in versions that exclude each other: {both}", is_certain=True
            )


def _break(file: FileChange, text: str, name: str, sentence: str, *, is_certain: bool) -> Break:
    added = [range(hunk.new_start, hunk.new_start + hunk.added_count) for hunk in file.hunks or ()]
    pattern = pattern_of("package", name.rpartition(":")[2])
    lines = [line_of(text, match.start()) for match in pattern.finditer(text)]
    line = next((line for line in lines if any(line in part for part in added)), lines[0] if lines else 1)
    row = text.split("\n")[line - 1].strip()[:120]
    return Break(BreakKind.DEPENDENCY, sentence, f"{file.path}:{line}: {row}", file.path, line, is_certain)
