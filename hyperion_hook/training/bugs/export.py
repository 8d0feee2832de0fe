"""The bug predictor as data."""

from __future__ import annotations

from hyperion_hook.features.history.file_bug_features import FILE_NUMBERS, PAST_VERSION
from hyperion_hook.scoring.bugs import BugModel
from hyperion_hook.scoring.trees import serialise
from hyperion_hook.training.bugs.fit import FittedBugs
from hyperion_hook.training.export.bundle import Part
from hyperion_hook.training.export.trees import boosted_trees, flat

BUG_TREES = "bugs.trees"


def bug_part(bugs: FittedBugs | BugModel | None) -> Part | None:
    """Return the part of a bundle for a bug predictor: a fitted one, or one that is kept from another bundle."""
    if bugs is None:
        return None
    if isinstance(bugs, BugModel):
        own, base = bugs.member.trees, bugs.member.base
        trees = serialise(own.roots, own.features, own.thresholds, own.left)
        names = [FILE_NUMBERS[column] for column in bugs.columns]
        slope, shift = bugs.slope, bugs.shift
    else:
        classifier = bugs.model["model"]
        [(_, estimator)] = classifier.fitted_
        grown, base = boosted_trees(estimator.get_booster())
        trees, names = flat(grown), list(bugs.model["columns"].names)
        slope, shift = classifier.slope_, classifier.shift_
    change = {"largest": bugs.largest, "count": bugs.count, "intercept": bugs.intercept}
    return Part(
        {
            "past_version": PAST_VERSION,
            "numbers": names,
            "trees": BUG_TREES,
            "base": base,
            "slope": slope,
            "shift": shift,
            "change": change,
        },
        {BUG_TREES: trees},
    )
