"""The model card: what a bundle was trained on, how, how it measured beside the baselines, and what it cannot do.

It is a plain dictionary (it goes into the manifest) and the same as Markdown. It depends on the data alone, never on
the clock, so the same history gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.phrases import day
from hyperion_hook.training.bugs.learn_or_keep import bug_section
from hyperion_hook.training.evaluation.card_figures import importance, label_delay
from hyperion_hook.training.evaluation.evaluate import REFERENCE, Contender, Evaluation
from hyperion_hook.training.metrics.markdown import markdown_table
from hyperion_hook.training.metrics.resampling import rounded
from hyperion_hook.training.retrain.material import Material
from hyperion_hook.training.rows.dataset import OWN_WEIGHT
from hyperion_hook.training.rows.mine import Mined
from hyperion_hook.training.rows.options import RetrainOptions
from hyperion_hook.training.rows.time_split import UNSEEN_DAYS

LIMITS = (
    "A high risk says that similar changes were often followed by a fix, not that this change is wrong.",
    "Labels come from messages and traced lines (SZZ): bugs that nobody fixed, or fixed without saying so, are unseen.",
    "Probabilities are calibrated on the repositories above; elsewhere trust the ranking and the percentile first.",
    "The thresholds are quantiles of the scores of the changes measured first, with their messages.",
)
CHOSEN = "The recipe was chosen on those same changes, so its lead over the other recipe is a little flattered."
"""Said where the recipe was not named beforehand."""


def model_card(
    material: Material,
    options: RetrainOptions,
    features: list[str],
    thresholds: Mapping[RiskLevel, float],
    calibration: list[dict[str, Any]],
) -> dict[str, Any]:
    """Return the card as plain data; figures that are not defined are ``None``.

    ``features``, ``thresholds`` and ``calibration`` are of the recipe, on the changes of the first evaluation.
    """
    rows, others, past = material.rows, material.others, material.past
    count = rows["repository"].nunique()
    newest = day(rows["time"].max())
    what = rows["repository"].iloc[0] if count == 1 else f"{count} repositories"
    pooled = (
        ""
        if others is None
        else f", and {len(others):,} changes of {others['repository'].nunique()} other repositories"
    )
    return {
        "trained_on": f"{what}, {len(rows):,} changes up to {newest}{pooled}",
        "data": {
            "changes": len(rows),
            "buggy": int(rows["buggy"].sum()),
            "from": day(rows["time"].min()),
            "to": newest,
            "youngest days left out": UNSEEN_DAYS,
            "changes of other repositories": 0 if others is None else len(others),
        },
        "repositories": [_repository(item, item.name in material.unseen) for item in material.mined],
        "checks": list(material.checks),
        "labels": {
            "rules": asdict(options.rules) | {"choice": options.rules.choice.value},
            "bugs": label_delay(rows),
        },
        "training": {
            "recipe": material.recipe,
            "features": len(features),
            "seed": options.seed,
            "folds": options.folds,
            "share learned without message": options.masked,
            "weight of a change of this repository": 1.0 if others is None else OWN_WEIGHT,
            "newest commits of each repository with code metrics, for the anomaly detector": options.code_commits,
        },
        "thresholds": {level.value: rounded(value) for level, value in thresholds.items()},
        "evaluations": [evaluation_data(evaluation) for evaluation in material.evaluations],
        "calibration": calibration,
        "importance": importance(past.models[material.recipe], past.split.test, features, seed=options.seed),
        "limits": [*LIMITS, *([CHOSEN] if material.chosen_here else [])],
        "bugs": material.bugs.card,
    }


def _repository(item: Mined, unseen: bool) -> dict[str, Any]:
    return {
        "name": item.name,
        "head": item.head,
        **{what: getattr(item.replayed, what) for what in ("commits", "merges", "bots", "bulk", "foreign")},
        "changes": len(item.rows),
        "fixes": item.labelled.fixes,
        "reverts": item.labelled.reverts,
        "buggy": int(item.rows["buggy"].sum()),
        "left out of training": unseen,
    }


def evaluation_data(evaluation: Evaluation) -> dict[str, Any]:
    """Return a comparison as plain data; figures that are not defined are ``None``."""
    return {
        "on": evaluation.name,
        "trained until": None if evaluation.cut is None else day(evaluation.cut),
        "trained on": evaluation.train_rows,
        "changes": evaluation.rows,
        "buggy": evaluation.buggy,
        "models": [_contender(contender) for contender in evaluation.contenders],
    }


def _contender(contender: Contender) -> dict[str, Any]:
    return {
        "model": contender.name,
        "roc_auc": contender.roc_auc.rounded(),
        "pr_auc": contender.pr_auc.rounded(),
        f"roc_auc_over_{REFERENCE}": None if contender.gain is None else contender.gain.rounded(),
        **{name: rounded(value) for name, value in contender.figures.items()},
        "roc_auc_by_repository": {name: rounded(value) for name, value in contender.by_repository.items()},
    }


def render_card(card: Mapping[str, Any]) -> str:
    """Return the card as Markdown."""
    return "\n".join(_lines(card)) + "\n"


def _lines(card: Mapping[str, Any]) -> Iterator[str]:
    data, training = card["data"], card["training"]
    yield from ("# Model card", "", f"Trained on {card['trained_on']}.", "")
    yield (
        f"{data['changes']:,} changes from {data['from']} to {data['to']}, {data['buggy']:,} of which introduced a bug;"
        f" the youngest {data['youngest days left out']} days of each history are left out."
        f" Recipe: {training['recipe']} on {training['features']} features, seed {training['seed']}."
    )
    yield f"Alerts: HIGH from {card['thresholds']['HIGH']}, MEDIUM from {card['thresholds']['MEDIUM']}."
    yield from ("", "## Data", "")
    keys = (*"name changes buggy commits merges bots bulk foreign fixes reverts".split(), "left out of training")
    yield from markdown_table(keys, [[_cell(item.get(key)) for key in keys] for item in card["repositories"]])
    yield ""
    yield (
        "Merges and bots are not learned from. Of bulk changes only the largest files are looked into; foreign ones"
        " touch vendored or generated files alone."
    )
    if "checks" in card:
        odd = "odd about them is:" if card["checks"] else "nothing is odd about them."
        yield from ("", f"The rows were validated before they were learned from; {odd}")
        yield from (("", *(f"- {line}" for line in card["checks"])) if card["checks"] else ())
    delays = ", ".join(f"{name} {_cell(value)}" for name, value in card["labels"]["bugs"].items())
    yield from ("", f"Of the bugs that were found by the end: {delays}.")
    for evaluation in card["evaluations"]:
        yield from evaluation_lines(evaluation)
    yield from calibration_lines(card["calibration"])
    yield from ("", "## Importance", "")
    yield "ROC-AUC lost on the same changes when one feature is shuffled; those that say the same stand in for others."
    yield ""
    lost = [[_cell(row["feature"]), _cell(row["roc_auc_lost"])] for row in card["importance"]]
    yield from markdown_table(("feature", "ROC-AUC lost"), lost)
    if "ablation" in card:
        yield from _ablation_section(card["ablation"])
    if "bugs" in card:
        yield from bug_section(card["bugs"])
    yield from ("", "## Limits", "")
    yield from (f"- {limit}" for limit in card["limits"])


def _ablation_section(ablation: Mapping[str, Any]) -> Iterator[str]:
    """Yield the gains of members and groups of features, as measured apart from a retraining."""
    yield from ("", "## What each part adds", "", ablation["how"], "")
    yield from markdown_table(
        ("features", *ablation["figures"]),
        [[row["features"], *(_ranged(row[figure]) for figure in ablation["figures"])] for row in ablation["rows"]],
    )
    yield from ("", ablation["features"])


def calibration_lines(calibration: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines of a calibration table, given as plain data, in Markdown."""
    yield from ("", "## Calibration", "", "Equal parts of the changes measured on first, by rising probability.", "")
    columns = ("changes", "predicted", "observed")
    yield from markdown_table(columns, [[_cell(part[key]) for key in columns] for part in calibration])


def evaluation_lines(evaluation: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a comparison, given as plain data, in Markdown."""
    until = f", trained until {evaluation['trained until']}" if evaluation["trained until"] else ""
    yield from ("", f"## Measured on {evaluation['on']}", "")
    yield (
        f"{evaluation['changes']:,} changes, {evaluation['buggy']:,} buggy{until}"
        f" on {evaluation['trained on']:,} changes. Intervals are 95 % of bootstrap draws."
    )
    yield ""
    yield from markdown_table(
        tuple(_COLUMNS), [[show(model.get(key)) for key, show in _COLUMNS.values()] for model in evaluation["models"]]
    )


def _ranged(interval: list[float | None] | None) -> str:
    if interval is None:
        return "-"
    value, low, high = (_cell(part) for part in interval)
    return f"{value} ({low} to {high})"


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, float):
        return f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


_COLUMNS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "model": ("model", str),
    "ROC-AUC": ("roc_auc", _ranged),
    f"gain over {REFERENCE}": (f"roc_auc_over_{REFERENCE}", _ranged),
    "within repositories": ("roc_auc_within_repositories", _cell),
    "source changes only": ("roc_auc_of_source_changes", _cell),
    "within sizes": ("roc_auc_within_sizes", _cell),
    "PR-AUC": ("pr_auc", _ranged),
    "calibration error": ("calibration_error", _cell),
    "in top 5 %": ("share_in_top_5_percent", _cell),
    "in top 10 %": ("share_in_top_10_percent", _cell),
    "in top 20 %": ("share_in_top_20_percent", _cell),
    "Popt": ("popt", _cell),
}
"""The columns of a comparison: the figure in the card, and how it is written."""
