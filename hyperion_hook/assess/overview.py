"""What a whole repository looks like: recent scores, hot spots, and who knows which part."""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from hyperion_hook.assess.measuring import Measurer
from hyperion_hook.assess.people import People
from hyperion_hook.assess.reference import WINDOW
from hyperion_hook.domain.assessment import Assessment, RiskLevel
from hyperion_hook.domain.commit import Author
from hyperion_hook.domain.history import DAY, CommitFlag, FileHistory, History
from hyperion_hook.domain.overview import Area, ExplainedChange, HotSpot, Overview, ScoredChange
from hyperion_hook.domain.paths import FileRole, role_of
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.metrics import SourceMetrics
from hyperion_hook.features.people import bus_factor
from hyperion_hook.features.source import can_measure, measure_source
from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.git.log import Detail, read_commits
from hyperion_hook.git.trees import TreeEntry, list_tree
from hyperion_hook.report.facts import reasons

YEAR = 365 * DAY
MOST_HOT_SPOTS = 150
MOST_AREAS = 24
MOST_RISKIEST = 10
MOST_REASONS = 4
MEASURING_SECONDS = 20.0
_MOST_KNOWN_BY = 3
_ONE_FOLDER = 0.5
"""With so much of the source in one folder, its folders are the parts of the repository."""

Explain = Callable[[str], Assessment]


def overview_of(
    measurer: Measurer, head: str, scores: Mapping[str, float], levels: tuple[float, float], explain: Explain,
    max_bytes: int,
) -> Overview:
    """Return what there is to see of a repository at a commit.

    Parameters
    ----------
    measurer
        Reads and measures.
    head
        The commit.
    scores
        Log-odds of the recent changes by commit.
    levels
        Shares of the recent changes that are HIGH, and at least MEDIUM.
    explain
        Assesses a commit with its reasons.
    max_bytes
        Larger files are not measured.
    """
    repository = measurer.repository
    history, warnings = measurer.history(head)
    files = {
        path: entry for path, entry in list_tree(repository, head).items()
        if entry.is_regular and role_of(path) is FileRole.SOURCE
    }
    lives = {path: history.file(path) for path in files}
    (newest,) = read_commits(repository, [head], detail=Detail.NOTHING)
    people = _Names(_authors(measurer, head), history)
    changes = _changes(measurer, scores, levels)
    return Overview(
        name=(repository.work_tree or repository.git_dir).name,
        head=head,
        time=newest.committed_at,
        commits=sum(history.repository().total[:1]),
        changes=changes,
        riskiest=_riskiest(changes, explain),
        hot_spots=_hot_spots(measurer, files, lives, newest.committed_at, max_bytes),
        areas=_areas(lives, newest.committed_at, people),
        warnings=warnings,
    )


def _changes(
    measurer: Measurer, scores: Mapping[str, float], levels: tuple[float, float]
) -> tuple[ScoredChange, ...]:
    ordered = sorted(scores.values(), reverse=True)
    high, medium = (ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0 for share in levels)

    def level(log_odds: float) -> RiskLevel:
        return RiskLevel.HIGH if log_odds > high else RiskLevel.MEDIUM if log_odds > medium else RiskLevel.LOW

    found = [
        ScoredChange(
            commit.id, commit.committed_at, commit.author.name, commit.message.partition("\n")[0],
            1.0 / (1.0 + math.exp(-scores[commit.id])), level(scores[commit.id]),
        )
        for commit in read_commits(measurer.repository, list(scores)[:WINDOW], detail=Detail.NOTHING)
    ]
    return tuple(sorted(found, key=lambda change: (change.time, change.commit)))


def _riskiest(changes: Sequence[ScoredChange], explain: Explain) -> tuple[ExplainedChange, ...]:
    worst = sorted(changes, key=lambda change: (-change.probability, change.commit))[:MOST_RISKIEST]
    return tuple(
        ExplainedChange(change, tuple(
            entry for entry in reasons(explain(change.commit).explanation, MOST_REASONS) if entry.contribution > 0
        ))
        for change in worst
    )


def _hot_spots(
    measurer: Measurer, files: Mapping[str, TreeEntry], lives: Mapping[str, FileHistory], now: int, max_bytes: int
) -> tuple[HotSpot, ...]:
    busy = []
    for path, life in lives.items():
        events = [event for event in life.events if event.time > now - YEAR]
        if events:
            fixes = sum(CommitFlag.FIX in CommitFlag(event.flags) for event in events)
            busy.append((len(events), fixes, len({event.author for event in events}), path))
    busy.sort(key=lambda entry: (-entry[0] - entry[1], entry[3]))
    reader, until = BlobReader(measurer.repository), time.monotonic() + MEASURING_SECONDS
    found = []
    try:
        for changes, fixes, authors, path in busy[:MOST_HOT_SPOTS]:
            measured = _measured(reader, path, files[path].blob, max_bytes) if time.monotonic() < until else None
            complexity = None if measured is None else sum(entry.cyclomatic for entry in measured.functions)
            lines = None if measured is None else measured.code_lines
            found.append(HotSpot(path, changes, fixes, authors, complexity, lines))
    finally:
        reader.close()
    return tuple(sorted(found, key=lambda spot: (-spot.heat, spot.path)))


def _measured(reader: BlobReader, path: str, blob: str, max_bytes: int) -> SourceMetrics | None:
    content = reader.read(blob, max_bytes) if can_measure(path) else Missing("not measured")
    if isinstance(content, Missing):
        return None
    found = measure_source(path, content.decode("utf-8", "replace"))
    return None if isinstance(found, Missing) else found


class _Names:
    """Who is behind the authors' numbers of a history: one person may have several."""

    def __init__(self, authors: Iterable[Author], history: History) -> None:
        known = list(authors)
        self.people = People(known)
        self._person: dict[int, str] = {}
        self.last_month: dict[str, int] = {}
        for author in known:
            number, person = history.author_number(author), self.people.of(author)
            if number is not None and person is not None:
                self._person[number] = person
                months = history.author(author)
                self.last_month[person] = max(self.last_month.get(person, 0), months[-1].month if months else 0)

    def of(self, number: int) -> str | None:
        """Return the person behind a number, ``None`` for a program."""
        person = self._person.get(number)
        return person if person is None else self.people.root(person)

    def shown(self, person: str) -> str:
        """Return a name without an address."""
        return self.people.name(person) or "somebody without a name"


def _authors(measurer: Measurer, head: str) -> list[Author]:
    said = measurer.repository.git.run("log", "--format=%an%x00%ae", head, "--", timeout=600)
    lines = dict.fromkeys(said.decode("utf-8", "replace").splitlines())
    return [Author(*line.split("\0")[:2]) for line in lines if "\0" in line]


def _areas(lives: Mapping[str, FileHistory], now: int, names: _Names) -> tuple[Area, ...]:
    made: defaultdict[str, Counter[str]] = defaultdict(Counter)
    files: Counter[str] = Counter()
    folder_of = _parts(lives)
    for path, life in lives.items():
        folder = folder_of(path)
        files[folder] += 1
        for number, count in life.author_counts.items():
            person = names.of(number)
            if person is not None:
                made[folder][person] += count
    gone = {person for person, month in names.last_month.items() if (month + 1) * 30 * DAY < now - YEAR}
    found = []
    for folder, counts in made.items():
        total = sum(counts.values())
        shares = [(names.shown(person), count / total) for person, count in counts.most_common(_MOST_KNOWN_BY)]
        lost = sum(count for person, count in counts.items() if person in gone) / total
        numbered = dict(enumerate(counts.values()))
        found.append(Area(folder, files[folder], total, len(counts), bus_factor(numbered), tuple(shares), lost))
    return tuple(sorted(found, key=lambda area: (-area.commits, area.folder))[:MOST_AREAS])


def _parts(paths: Iterable[str]) -> Callable[[str], str]:
    """Return what gives the part of the repository that a path lies in: its top folder, or one level below."""
    tops = Counter(path.partition("/")[0] if "/" in path else "" for path in paths)
    top, count = tops.most_common(1)[0] if tops else ("", 0)
    depth = 2 if top and count > _ONE_FOLDER * sum(tops.values()) else 1

    def part(path: str) -> str:
        *folders, _ = path.split("/")
        return "/".join(folders[:depth])

    return part
