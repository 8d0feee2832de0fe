"""What ``report`` measures on the repository itself: the models on its past, and drift; costly unless at hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyperion_hook.commands.support.progress import ProgressLine
from hyperion_hook.commands.support.whole_history import Reading, models_folder, need_the_extra, processes
from hyperion_hook.config.load import Config
from hyperion_hook.errors import MissingExtraError, TooLittleHistoryError
from hyperion_hook.git.repository import Repository
from hyperion_hook.report.page.render import Drifted, Here

if TYPE_CHECKING:
    from hyperion_hook.assess.models import ModelsInUse
    from hyperion_hook.training.evaluation.promotion import InUse
    from hyperion_hook.training.rows.options import RetrainOptions

NOT_MEASURED = (
    "Not measured on this repository yet: 'hyperion-hook report --evaluate' replays its history, once for each newest"
    " commit; after that, and after 'hyperion-hook retrain', it is at hand."
)
NOT_WANTED = "Not measured on this repository: --no-evaluate."


def measured_here(
    repository: Repository,
    used: ModelsInUse,
    config: Config,
    progress: ProgressLine,
    *,
    wanted: bool | None,
    jobs: int | None,
) -> Here:
    """Return how the models in use do on this repository, or why that is not known.

    ``wanted`` is whether to measure, ``None``: only what costs no mining. What is measured is kept in git's folder.

    Raises ``MissingExtraError`` if it is wanted and the extra ``train`` is not installed.
    """
    if wanted is False:
        return Here(why_not=NOT_WANTED, why_no_drift=NOT_WANTED)
    nothing = Here(why_not=NOT_MEASURED, why_no_drift=NOT_MEASURED)
    try:
        need_the_extra("report --evaluate")
    except MissingExtraError:
        if wanted:
            raise
        return nothing
    from hyperion_hook.training.rows.mined_store import MinedStore, vectors_folder

    options = Reading(jobs=processes(jobs), vectors=vectors_folder(repository)).options(config)
    if not (wanted or MinedStore.is_whole(repository, options)):
        return nothing
    from hyperion_hook.training.evaluation.promotion import InUse

    in_use = InUse(used.bundle, used.label)
    figures, why_not = _figures(repository, in_use, options, progress)
    drift, why_no_drift = _drift(repository, in_use, models_folder(used, repository, config), options, progress)
    return Here(figures, why_not, drift, why_no_drift)


def _figures(
    repository: Repository, in_use: InUse, options: RetrainOptions, progress: ProgressLine
) -> tuple[dict[str, Any], str]:
    from hyperion_hook.training.evaluation.back_test import back_test
    from hyperion_hook.training.retrain.card import evaluation_data

    try:
        result = back_test(repository, in_use, options, progress=progress)
    except TooLittleHistoryError as error:
        return {}, f"Not measured on this repository: {error}."
    return {
        "evaluations": [evaluation_data(evaluation) for evaluation in result.evaluations],
        "calibration": result.calibration,
    }, ""


def _drift(
    repository: Repository, in_use: InUse, folder: Path, options: RetrainOptions, progress: ProgressLine
) -> tuple[Drifted | None, str]:
    from hyperion_hook.training.drift.text import MOST_FEATURES, moved, verdict
    from hyperion_hook.training.retrain.repository_drift import repository_drift

    try:
        result = repository_drift(repository, in_use, folder, options, progress=progress)
    except TooLittleHistoryError as error:
        return None, f"Not measured on this repository: {error}."
    report = result.report
    score = [report.score] if report.score and report.score.drifted else []
    drifted = [*score, *(item for item in report.features if item.drifted)][:MOST_FEATURES]
    return Drifted(
        report.drift_magnitude,
        f"{verdict(report)} {result.advice}",
        f"{result.recent} compared with {result.compared_with} ({result.why})",
        tuple((item.title, moved(item)) for item in drifted),
    ), ""
