"""What would make a change safer, each with its effect as the models or this repository's past give it.

* Split it: every part is scored by the extractor and the model that score the whole change.
* Add the usual test: scored with what such a test change looks like in this repository; said only if the score falls.
* Look at a file that usually changes too: what became of changes that left it out, and the score with a usual one.
* Run the tests that import or usually change with what is touched; that leaves the score as it is.
* Ask somebody who knows the files: how changes by people new to these files fared.

What has no effect worth saying is not said. ``docs/advice.md`` tells what the figures mean.
"""

from __future__ import annotations

import math
from collections import Counter
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
class _Case:
    """A change with its score, what was known before it, and what changed together with its files."""

    change: Change
    risk: Score
    history: History
    graph: ImportGraph | Missing
    together: Sequence[PastOfFile]


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

        ``known_best`` are people who know the files, best first, ``missing`` the files that usually change too
        (``Impact.missing_co_changes``). Without a graph imports tie nothing together.
        """
        together = history.changed_together(file.previous_path for file in change.files)
        case = _Case(change, risk, history, graph, together)
        given: list[Advice] = []
        steps: tuple[Callable[[], Advice | None], ...] = (
            lambda: self._split_advice(case),
            lambda: self._test_advice(case),
            # a test that is advised already is not named again
            lambda: self._co_change_advice(case, missing, [advice.action for advice in given]),
            lambda: self._run_advice(case, [advice.action for advice in given]),
            lambda: _reviewer_advice(case, known_best),
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

    def _split_advice(self, case: _Case) -> Advice | None:
        # a change that nobody needs to look at twice is not worth parting
        risk, is_low = case.risk, case.risk.level is RiskLevel.LOW
        parts = () if is_low else self.split(case.change, case.together, case.graph)
        worst = max((part.probability for part in parts), default=math.inf)
        if not _lower(worst, risk.probability):
            return None
        names = names_of([part.files for part in parts])
        listed = "; ".join(f"{name} ({in_tenths(part.probability)})" for name, part in zip(names, parts, strict=True))
        return Advice(
            f"Split it into {len(parts)} parts: {listed}",
            f"the riskiest part scores {in_tenths(worst)} instead of {in_tenths(risk.probability)}",
            "no folder, name, import or past commit ties the parts together",
        )

    def _test_advice(self, case: _Case) -> Advice | None:
        before = case.risk.probability
        usual = missing_test(case.change, case.together, case.history.known_files, self.exists)
        tested = None if usual is None else self._with_usual(case.change, usual)
        if usual is None or tested is None or not _lower(tested[1], before):
            return None
        typical, probability = tested
        return Advice(
            f"Test it in {usual.test}, usually with some {typical.lines_added or 0} lines",
            f"from {in_tenths(before)} to {in_tenths(probability)}",
            f"{usual.support} of the last {usual.commits} changes to {usual.source.path} also changed {usual.test}",
        )

    def _co_change_advice(self, case: _Case, missing: Sequence[CoChange], actions: Sequence[str]) -> Advice | None:
        best = next((entry for entry in missing if entry.probability >= SURE), None)
        if best is None or any(best.path in action for action in actions):
            return None
        events = case.history.file(best.beside).events[: best.commits]
        effect = _left_out(events, case.history.file(best.path).events, case.change.time)
        if effect is None:
            return None
        source = next((file for file in case.change.files if file.previous_path == best.beside), None)
        past = next((past for past in case.together if past.path == best.beside), None)
        if source is not None and past is not None:
            examples = tuple(entry.commit for entry in past.changes if best.file in entry.files)[:EXAMPLES]
            usual = UsualTest(source, best.path, best.support, best.commits, examples)
            if (touched := self._with_usual(case.change, usual)) is not None:
                effect += f"; with a usual change to it the score is {in_tenths(touched[1])}"
        return Advice(
            f"See whether {best.path} must change, too",
            effect,
            f"{best.support} of the last {best.commits} changes to {best.beside} also changed it",
        )

    def _with_usual(self, change: Change, usual: UsualTest) -> tuple[FileChange, float] | None:
        """Return a usual change to another file and the score with it, ``None`` where none can be read in time."""
        typical = None if self.expired() else typical_test_change(usual, self.read(usual.examples))
        if typical is None:
            return None
        files = sorted((*change.files, typical), key=lambda file: file.path)
        probability = self.score(replace(change, files=tuple(files)))
        return None if self.expired() else (typical, probability)

    def _run_advice(self, case: _Case, actions: Sequence[str]) -> Advice | None:
        if case.risk.level is RiskLevel.LOW:
            return None
        every = tests_to_run(case.change, case.together, case.graph, case.history.known_files, self.exists)
        tests = [test for test in every if not any(test[0] in action for action in actions)]
        if not tests:
            return None
        return Advice(
            f"Run {', '.join(path for path, _ in tests)}",
            f"they show whether it broke something; the score stays {in_tenths(case.risk.probability)}",
            f"{'it' if len(tests) == 1 else 'the first'} {tests[0][1]}",
        )


def _lower(probability: float, before: float) -> bool:
    return probability <= WORTH_SAYING * before and in_tenths(probability) != in_tenths(before)


def _left_out(beside: Sequence[FileEvent], events: Sequence[FileEvent], now: int) -> str | None:
    """Return how often a file was changed soon after changes that left it out, against those that did not.

    ``None`` where leaving it out made no difference: then nothing seems to have been forgotten.
    """
    own = {event.commit for event in events}
    followed: dict[bool, list[bool]] = {True: [], False: []}
    span = CAUGHT_UP_WITHIN * DAY
    for event in beside:
        if now - event.time > span:
            soon = any(0 <= other.time - event.time <= span and other.commit != event.commit for other in events)
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


def _reviewer_advice(case: _Case, known_best: Sequence[Reviewer]) -> Advice | None:
    author, history = case.change.author, case.history
    if not known_best or author is None or case.risk.level is RiskLevel.LOW:
        return None
    number = history.author_number(author)
    lives = [events for file in case.change.files if (events := history.file(file.previous_path).events)]
    own = sum(event.author == number for events in lives for event in events)
    if not lives or own > NEWCOMER * len(lives):
        return None
    fared = _newcomers_fared(lives, case.change.time)
    if fared is None:
        return None
    best, stays = known_best[0], f"the score stays {in_tenths(case.risk.probability)}"
    return Advice(f"Have it reviewed by {best.name}", f"{fared}; {stays}", best.reason)


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
    made: Counter[int] = Counter()
    ordered = sorted(events)
    fixes = [event.time for event in ordered if event.flags & FIX]
    for event in ordered:
        before = made[event.author]
        made[event.author] += 1
        if event.flags & BOT or now - event.time <= FOLLOWED_WITHIN * DAY:
            continue
        if before <= NEWCOMER or before >= EXPERT:
            yield before <= NEWCOMER, any(0 < time - event.time <= FOLLOWED_WITHIN * DAY for time in fixes)
