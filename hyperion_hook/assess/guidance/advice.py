"""What would make a change safer, each with its effect as the models or this repository's past give it.

* Split it: every part is scored by the extractor and the model that score the whole change.
* Add the usual test: scored with what such a test change looks like in this repository; said only if the score falls.
* Look at a file that usually changes too: what became of changes that left it out, and the score with a usual one.
* Run the tests that import or usually change with what is touched; that leaves the score as it is.
* Ask somebody who knows the files: how changes by people new to these files fared.

What has no effect worth saying is not said. ``docs/advice.md`` tells what the figures mean.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from hyperion_hook.assess.guidance.parts import is_worth_splitting, names_of, parts_of
from hyperion_hook.assess.guidance.tests_to_run import (
    EXAMPLES,
    UsualTest,
    missing_test,
    tests_to_run,
    typical_test_change,
)
from hyperion_hook.domain.assessment import Advice, Reviewer, RiskLevel, Score
from hyperion_hook.domain.change import Change, FileChange
from hyperion_hook.domain.co_change import CoChange, PastOfFile
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.history import BOT, DAY, FIX, FileEvent, History
from hyperion_hook.domain.light_dataclasses import dataclass, replace
from hyperion_hook.domain.phrases import in_tenths
from hyperion_hook.domain.snapshot import ImportGraph
from hyperion_hook.domain.vector import Missing

WORTH_SAYING = 0.95
"""A score must fall to this share of what it was."""

SURE = 0.5
"""Probability from which on a file that usually changes too is named."""

FOLLOWED_WITHIN = 30
"""Days in which a later bug fix is taken for a consequence."""

CAUGHT_UP_WITHIN = 7
"""Days in which a later change is taken for one that had been forgotten."""

FEWEST_LEFT_OUT = 3
NEWCOMER, EXPERT = 1, 5
"""Earlier commits to a file up to which somebody is new to it, and from which on at home in it."""

FEWEST_OF_EACH, CLEARLY = 20, 1.25
"""Changes by newcomers and by people at home, and the ratio of their shares, from which on a difference is told."""


@dataclass(frozen=True, slots=True)
class Part:
    """Files of a change that can be committed alone, and the probability ``score`` gives them then."""

    files: tuple[FileChange, ...]
    probability: float


@dataclass(frozen=True, slots=True)
class Adviser:
    """Everything advice depends on."""

    score: Callable[[Change], float]
    """A change to its probability, by the extractor and model of ``hyperion-hook score``."""
    part_of: Callable[[Change, Sequence[FileChange]], Change]
    """A change and some of its files to the change that committing them alone would be."""
    exists: Callable[[str], bool]
    """Whether a path is a file of the base commit."""
    read: Callable[[Sequence[int]], Sequence[Commit]]
    """Commit numbers to commits with their hunks."""
    expired: Callable[[], bool]
    """Asked before each step; once true nothing more is computed."""

    def advise(
        self,
        change: Change,
        risk: Score,
        history: History,
        graph: ImportGraph | Missing,
        known_best: Sequence[Reviewer] = (),
        missing: Sequence[CoChange] = (),
    ) -> tuple[Advice, ...]:
        """Return the advice worth giving, the most effective kind first.

        Parameters
        ----------
        history, graph
            What was known before it; without a graph imports tie nothing together.
        known_best
            Who knows the files, best first.
        missing
            Files that usually change too (``Impact.missing_co_changes``).
        """
        together = history.changed_together(file.previous_path for file in change.files)
        given: list[Advice] = []
        steps: tuple[Callable[[], Advice | None], ...] = (
            lambda: self._split_advice(change, risk, together, graph),
            lambda: self._test_advice(change, risk, together, history),
            # a test that is advised already is not named again
            lambda: self._co_change_advice(change, missing, together, history, [advice.action for advice in given]),
            lambda: self._run_advice(change, risk, together, history, graph, [advice.action for advice in given]),
            lambda: _reviewer_advice(change, risk, history, known_best),
        )
        for step in steps:
            if self.expired():
                break
            if (advice := step()) is not None:
                given.append(advice)
        return tuple(given)

    def split(self, change: Change, together: Sequence[PastOfFile], graph: ImportGraph | Missing) -> tuple[Part, ...]:
        """Return the parts of a large change with the score of each; none where it is one whole or time is up."""
        if not is_worth_splitting(change):
            return ()
        files = parts_of(change.files, together, graph)
        if len(files) < 2:
            return ()
        parts = []
        for part in files:
            if self.expired():
                return ()
            parts.append(Part(part, self.score(self.part_of(change, part))))
        # what was not measured to its end promises nothing
        return () if self.expired() else tuple(parts)

    def _split_advice(
        self, change: Change, risk: Score, together: Sequence[PastOfFile], graph: ImportGraph | Missing
    ) -> Advice | None:
        # a change that nobody needs to look at twice is not worth parting
        parts = self.split(change, together, graph) if risk.level is not RiskLevel.LOW else ()
        if not parts or not _lower(max(part.probability for part in parts), risk.probability):
            return None
        names = names_of([part.files for part in parts])
        listed = "; ".join(f"{name} ({in_tenths(part.probability)})" for name, part in zip(names, parts, strict=True))
        worst = max(part.probability for part in parts)
        return Advice(
            f"Split it into {len(parts)} parts: {listed}",
            f"the riskiest part scores {in_tenths(worst)} instead of {in_tenths(risk.probability)}",
            "no folder, name, import or past commit ties the parts together",
        )

    def _test_advice(
        self, change: Change, risk: Score, together: Sequence[PastOfFile], history: History
    ) -> Advice | None:
        usual = missing_test(change, together, history.known_files, self.exists)
        if usual is None or self.expired():
            return None
        typical = typical_test_change(usual, self.read(usual.examples))
        if typical is None:
            return None
        probability = self.score(replace(change, files=_in_order((*change.files, typical))))
        if self.expired() or not _lower(probability, risk.probability):
            return None
        return Advice(
            f"Test it in {usual.test}, usually with some {typical.lines_added or 0} lines",
            f"from {in_tenths(risk.probability)} to {in_tenths(probability)}",
            f"{usual.support} of the last {usual.commits} changes to {usual.source.path} also changed {usual.test}",
        )

    def _co_change_advice(
        self,
        change: Change,
        missing: Sequence[CoChange],
        together: Sequence[PastOfFile],
        history: History,
        said: Sequence[str],
    ) -> Advice | None:
        best = next((entry for entry in missing if entry.probability >= SURE), None)
        if best is None or any(best.path in action for action in said):
            return None
        effect = _left_out(
            history.file(best.beside).events[: best.commits], history.file(best.path).events, change.time
        )
        if effect is None:
            return None
        return Advice(
            f"See whether {best.path} must change, too",
            effect + self._with(change, best, together),
            f"{best.support} of the last {best.commits} changes to {best.beside} also changed it",
        )

    def _with(self, change: Change, best: CoChange, together: Sequence[PastOfFile]) -> str:
        """Return what the score is with a usual change to the file, '' where none can be read."""
        source = next((file for file in change.files if file.previous_path == best.beside), None)
        past = next((past for past in together if past.path == best.beside), None)
        if source is None or past is None or self.expired():
            return ""
        examples = tuple(entry.commit for entry in past.changes if best.file in entry.files)[:EXAMPLES]
        typical = typical_test_change(
            UsualTest(source, best.path, best.support, best.commits, examples), self.read(examples)
        )
        if typical is None:
            return ""
        probability = self.score(replace(change, files=_in_order((*change.files, typical))))
        return "" if self.expired() else f"; with a usual change to it the score is {in_tenths(probability)}"

    def _run_advice(
        self,
        change: Change,
        risk: Score,
        together: Sequence[PastOfFile],
        history: History,
        graph: ImportGraph | Missing,
        said: Sequence[str],
    ) -> Advice | None:
        if risk.level is RiskLevel.LOW:
            return None
        tests = [
            test
            for test in tests_to_run(change, together, graph, history.known_files, self.exists)
            if not any(test[0] in action for action in said)
        ]
        if not tests:
            return None
        return Advice(
            f"Run {', '.join(path for path, _ in tests)}",
            f"they show whether it broke something; the score stays {in_tenths(risk.probability)}",
            f"{'it' if len(tests) == 1 else 'the first'} {tests[0][1]}",
        )


def _in_order(files: Sequence[FileChange]) -> tuple[FileChange, ...]:
    return tuple(sorted(files, key=lambda file: file.path))


def _lower(probability: float, before: float) -> bool:
    return probability <= WORTH_SAYING * before and in_tenths(probability) != in_tenths(before)


def _left_out(beside: Sequence[FileEvent], events: Sequence[FileEvent], now: int) -> str | None:
    """Return how often a file was changed soon after changes that left it out, against those that did not.

    ``None`` where leaving it out made no difference: then nothing seems to have been forgotten.
    """
    own = {event.commit for event in events}
    followed: dict[bool, list[bool]] = {True: [], False: []}
    for event in beside:
        if now - event.time > CAUGHT_UP_WITHIN * DAY:
            soon = any(
                0 <= other.time - event.time <= CAUGHT_UP_WITHIN * DAY and other.commit != event.commit
                for other in events
            )
            followed[event.commit in own].append(soon)
    without, having = followed[False], followed[True]
    if len(without) < FEWEST_LEFT_OUT:
        return "its effect on the score is not known: too few changes left it out"
    if not having or sum(without) * len(having) < CLEARLY * sum(having) * len(without) or not any(without):
        return None
    return (
        f"{sum(without)} of {len(without)} changes that left it out were followed by one to it within "
        f"{CAUGHT_UP_WITHIN} days, {sum(having)} of {len(having)} of those that did not"
    )


def _reviewer_advice(change: Change, risk: Score, history: History, known_best: Sequence[Reviewer]) -> Advice | None:
    if not known_best or change.author is None:
        return None
    number = history.author_number(change.author)
    lives = [events for file in change.files if (events := history.file(file.previous_path).events)]
    own = sum(event.author == number for events in lives for event in events)
    if not lives or own > NEWCOMER * len(lives) or risk.level is RiskLevel.LOW:
        return None
    best, fared = known_best[0], _newcomers_fared(lives, change.time)
    return (
        Advice(
            f"Have it reviewed by {best.name}", f"{fared}; the score stays {in_tenths(risk.probability)}", best.reason
        )
        if fared
        else None
    )


def _newcomers_fared(lives: Sequence[Sequence[FileEvent]], now: int) -> str | None:
    """Return how changes by newcomers fared beside those of people at home, ``None`` where they fared no worse."""
    fixed: dict[bool, list[bool]] = {True: [], False: []}
    for events in lives:
        for is_new, was_fixed in _fates(events, now):
            fixed[is_new].append(was_fixed)
    new, home = fixed[True], fixed[False]
    if min(len(new), len(home)) < FEWEST_OF_EACH:
        return "its effect on the score is not known: too few changes to these files to compare"
    new_share, home_share = sum(new) / len(new), sum(home) / len(home)
    if new_share < CLEARLY * home_share:
        return None
    few = in_tenths(home_share) if home_share else "none"
    return (
        f"{in_tenths(new_share)} of {len(new)} changes by people new to these files were followed by a bug fix within "
        f"{FOLLOWED_WITHIN} days, {few} of {len(home)} by people at home in them"
    )


def _fates(events: Sequence[FileEvent], now: int) -> Iterator[tuple[bool, bool]]:
    """Yield for each past commit by a newcomer or an expert who it was by, and whether a bug fix followed soon."""
    made: defaultdict[int, int] = defaultdict(int)
    ordered = sorted(events)
    fixes = [event.time for event in ordered if event.flags & FIX]
    for event in ordered:
        before = made[event.author]
        made[event.author] += 1
        if event.flags & BOT or now - event.time <= FOLLOWED_WITHIN * DAY:
            continue
        if before <= NEWCOMER or before >= EXPERT:
            soon = any(0 < time - event.time <= FOLLOWED_WITHIN * DAY for time in fixes)
            yield before <= NEWCOMER, soon
