"""What a whole repository looks like: recent scores, hot spots, and who knows which part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from hyperion_hook.assess.measuring import Measurer
from hyperion_hook.assess.people.knowledge import Names, knowledge
from hyperion_hook.assess.reference import WINDOW
from hyperion_hook.domain.assessment import Contribution, RiskLevel
from hyperion_hook.domain.history import DAY, CommitFlag, FileHistory
from hyperion_hook.domain.overview import ExplainedChange, HotSpot, Overview, ScoredChange
from hyperion_hook.domain.paths import FileRole, role_of
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.code.metrics import SourceMetrics
from hyperion_hook.features.source.measure import can_measure
from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.git.log import Detail, read_commits
from hyperion_hook.git.trees import TreeEntry, list_tree
from hyperion_hook.report.facts import reasons
from hyperion_hook.scoring.members import sigmoid

YEAR = 365 * DAY
MOST_HOT_SPOTS = 150
MOST_RISKIEST = 10
MOST_REASONS = 4
_SUBJECT = 200

Explain = Callable[[str], Sequence[Contribution]]
Level = Callable[[float, float], RiskLevel]


def overview_of(
    measurer: Measurer,
    head: str,
    scores: Mapping[str, float],
    shift: float,
    level: Level,
    explain: Explain,
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
        Log-odds of the recent changes by commit, as the model gives them.
    shift
        What is added to all of them here.
    level
        The level of a probability and its log-odds among them.
    explain
        Gives what moves a commit's score.
    max_bytes
        Larger files are not measured.
    """
    repository = measurer.repository
    history, warnings = measurer.history(head)
    files = _own_sources(measurer, head)
    lives = {path: history.file(path) for path in files}
    (newest,) = read_commits(repository, [head], detail=Detail.NOTHING)
    names = Names(repository, head, history)
    known = knowledge(names, lives, newest.committed_at)
    changes = _changes(measurer, scores, shift, level)
    spots = _hot_spots(measurer, files, _busiest(lives, names, newest.committed_at), max_bytes)
    return Overview(
        name=(repository.work_tree or repository.git_dir).name.removesuffix(".git"),
        head=head,
        time=newest.committed_at,
        commits=sum(history.repository().total[:1]),
        changes=changes,
        riskiest=_riskiest(changes, explain),
        hot_spots=spots,
        whole=known.whole,
        areas=known.areas,
        people=known.people,
        warnings=warnings,
    )


def hot_spots_of(measurer: Measurer, head: str, max_bytes: int) -> tuple[HotSpot, ...]:
    """Return the hottest source files of a commit, the hottest first."""
    repository = measurer.repository
    history, _ = measurer.history(head)
    files = _own_sources(measurer, head)
    lives = {path: history.file(path) for path in files}
    (newest,) = read_commits(repository, [head], detail=Detail.NOTHING)
    names = Names(repository, head, history)
    return _hot_spots(measurer, files, _busiest(lives, names, newest.committed_at), max_bytes)


def _own_sources(measurer: Measurer, head: str) -> dict[str, TreeEntry]:
    excludes = measurer.changes.exclusions.excludes
    return {
        path: entry
        for path, entry in list_tree(measurer.repository, head).items()
        if entry.is_regular and role_of(path) is FileRole.SOURCE and not excludes(path, head)
    }


def _changes(measurer: Measurer, scores: Mapping[str, float], shift: float, level: Level) -> tuple[ScoredChange, ...]:
    found = []
    for commit in read_commits(measurer.repository, list(scores)[:WINDOW], detail=Detail.NOTHING):
        log_odds, subject = scores[commit.id], commit.message.partition("\n")[0][:_SUBJECT]
        probability = sigmoid(log_odds + shift)
        found.append(
            ScoredChange(
                commit.id, commit.committed_at, commit.author.name, subject, probability, level(probability, log_odds)
            )
        )
    return tuple(sorted(found, key=lambda change: (change.time, change.commit)))


def _riskiest(changes: Sequence[ScoredChange], explain: Explain) -> tuple[ExplainedChange, ...]:
    worst = sorted(changes, key=lambda change: (-change.probability, change.commit))[:MOST_RISKIEST]
    return tuple(
        ExplainedChange(
            change, tuple(entry for entry in reasons(explain(change.commit), MOST_REASONS) if entry.contribution > 0)
        )
        for change in worst
    )


def _busiest(lives: Mapping[str, FileHistory], names: Names, now: int) -> list[tuple[int, int, int, str]]:
    """Return changes, fixes, persons and path of the files that changed most within a year."""
    busy = []
    for path, life in lives.items():
        events = [event for event in life.events if event.time > now - YEAR]
        if events:
            fixes = sum(CommitFlag.FIX in CommitFlag(event.flags) for event in events)
            persons = {names.of(event.author) for event in events} - {None}
            busy.append((len(events), fixes, len(persons), path))
    return sorted(busy, key=lambda entry: (-entry[0] - entry[1], entry[3]))[:MOST_HOT_SPOTS]


def _hot_spots(
    measurer: Measurer, files: Mapping[str, TreeEntry], chosen: Sequence[tuple[int, int, int, str]], max_bytes: int
) -> tuple[HotSpot, ...]:
    """Return the hottest files."""
    report = measurer.stage("measuring hot spots")
    reader, found = BlobReader(measurer.repository), []
    try:
        for done, (changes, fixes, authors, path) in enumerate(chosen):
            report(done, len(chosen))
            measured = _measured(measurer, reader, path, files[path].blob, max_bytes)
            complexity = None if measured is None else sum(entry.cyclomatic for entry in measured.functions)
            lines = None if measured is None else measured.code_lines
            found.append(HotSpot(path, changes, fixes, authors, complexity, lines))
    finally:
        reader.close()
    return tuple(sorted(found, key=lambda spot: (-spot.heat, spot.path)))


def _measured(measurer: Measurer, reader: BlobReader, path: str, blob: str, max_bytes: int) -> SourceMetrics | None:
    content = reader.read(blob, max_bytes) if can_measure(path) else Missing("not measured")
    if isinstance(content, Missing):
        return None
    found = measurer.measure_source(path, blob, content.decode("utf-8", "replace"))
    return None if isinstance(found, Missing) else found
