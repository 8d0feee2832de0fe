"""The composition root of training: mine, label, validate rows, evaluate in time order, fit, export, register, promote.

Models are replaced only by whole ones that score like what was fitted, and in a repository's registry only better ones
are promoted; when history is too short nothing is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from hyperion_hook.domain.progress import Progress, no_progress
from hyperion_hook.git.repository import Repository
from hyperion_hook.scoring.bundle import bundled_models
from hyperion_hook.store.models.metadata import Status
from hyperion_hook.store.models.version_store import RISK_PREDICTOR, Registered, VersionStore
from hyperion_hook.training.bugs.dataset import BugRows
from hyperion_hook.training.bugs.learn_or_keep import LearnedBugs, bug_histories, learn_bugs, learn_own_bugs
from hyperion_hook.training.evaluation.evaluate import Evaluation
from hyperion_hook.training.evaluation.past_models import fit_past, quality
from hyperion_hook.training.evaluation.promotion import Decision, InUse, decide
from hyperion_hook.training.models.fit import model_features
from hyperion_hook.training.models.recipes import BLEND, RECIPES
from hyperion_hook.training.retrain.build_bundle import Built, build
from hyperion_hook.training.retrain.material import Material
from hyperion_hook.training.retrain.mlflow_runs import track
from hyperion_hook.training.rows.corpus import CorpusEntry, code_rows, entries_of, mine_all, read_corpus
from hyperion_hook.training.rows.corpus_table import POOL_FILE, pack, read_pool, sample, unpack
from hyperion_hook.training.rows.dataset import FEATURES, merged
from hyperion_hook.training.rows.mine import Mined
from hyperion_hook.training.rows.options import RetrainOptions
from hyperion_hook.training.rows.time_split import without_youngest
from hyperion_hook.training.validation.row_checks import checked

if TYPE_CHECKING:
    from hyperion_hook.training.mlflow.tracker import MLFlowTracker

TRAINED_SHARE = 0.8
"""Of a corpus: how much is learned before the rest is predicted."""
OWN_TRAINED_SHARE = 0.7
"""Of one repository, whose future must hold enough bugs."""
OWN_RECIPE = BLEND.name
"""Chosen on the corpus, not on the changes on which it is to prove itself."""


@dataclass(frozen=True)
class RetrainReport:
    """What came out: where the models are, and how they did.

    ``parity`` is the largest difference between the exported and the fitted models. ``registered`` and ``decision`` are
    ``None`` where the models went to a folder of the caller's. Of the ``rows`` that were learned from, ``reused`` were
    measured by an earlier run.
    """

    folder: Path
    recipe: str
    card: Mapping[str, Any]
    markdown: str
    evaluations: tuple[Evaluation, ...]
    parity: float
    warnings: tuple[str, ...]
    registered: Registered | None = None
    decision: Decision | None = None
    rows: int = 0
    reused: int = 0


def retrain(
    repositories: Sequence[Path],
    *,
    models_out: Path,
    corpus: Path | None = None,
    options: RetrainOptions | None = None,
    progress: Progress = no_progress,
    tracker: MLFlowTracker | None = None,
) -> RetrainReport:
    """Train on histories and write a bundle of models to a folder.

    Raises ``ConfigError`` if the corpus file is wrong; ``TrainingError`` if there is too little history, or the export
    does not score like the fitted models: then the folder is untouched.

    ``repositories`` are folders, which are only read; ``models_out`` is replaced in one step when all has gone well;
    ``corpus`` is a TOML file of more repositories, and of those to be left out and evaluated on (see ``rows.corpus``).
    """
    options = options or RetrainOptions()
    entries = entries_of(repositories, options.until) + ([] if corpus is None else read_corpus(corpus))
    mined, warnings = mine_all(entries, options, options.replay, progress)
    unseen = frozenset(entry.name for entry in entries if entry.left_out)
    rows = without_youngest(merged([item.rows for item in mined]))
    learned = rows[~rows["repository"].isin(unseen)].reset_index(drop=True)
    others = packed = None
    if corpus is None:
        others = _others([Repository.discover(path) for path in repositories], options)
    elif options.pool_rows:
        heads = {item.name: item.head for item in mined if item.name not in unseen}
        packed = pack(sample(learned, options.pool_rows, options.seed), heads)
        # what the bundle learns from is what it carries, to the last bit
        learned = unpack(packed, POOL_FILE).rows
    checks = _checked(learned, progress)
    past = fit_past(learned, options, share=TRAINED_SHARE, others=others, progress=progress)
    progress("evaluating on the future", 0, 0)
    future = past.evaluate("the future of the same repositories", past.split.test)
    evaluations = [future]
    for name in sorted(unseen & set(rows["repository"])):
        progress(f"evaluating on {name}", 0, 0)
        theirs = rows[(rows["repository"] == name) & (rows["time"] >= past.split.cut)].reset_index(drop=True)
        if len(theirs):
            evaluations.append(past.evaluate(f"the future of {name}, left out of training", theirs))
    recipe = options.recipe or max(RECIPES, key=partial(quality, future))
    code, bugs = _code_and_bugs(entries, mined, options, progress, lambda rows: learn_bugs(rows, options))
    material = Material(
        mined=mined,
        unseen=unseen,
        rows=learned,
        code=code,
        past=past,
        recipe=recipe,
        evaluations=evaluations,
        chosen_here=options.recipe is None,
        others=others,
        pool=packed,
        bugs=bugs,
        checks=checks,
    )
    built = build(material, options, progress)
    built.export(models_out)
    if tracker is not None:
        progress("logging to MLflow", 0, 0)
        track(tracker, material, built, built.files(options.version))
    return _report(models_out, mined, built, evaluations, warnings)


def retrain_here(
    repository: Repository,
    registry: VersionStore,
    in_use: InUse,
    *,
    options: RetrainOptions | None = None,
    progress: Progress = no_progress,
    tracker: MLFlowTracker | None = None,
) -> RetrainReport:
    """Train on one repository's history, register the models, and promote them if they beat those in use.

    The new models must beat those in use on the newest changes. Raises ``TooLittleHistoryError`` if there is too little
    history to learn from or to tell whether something was learned, and ``TrainingError`` if the export does not score
    like the fitted models: nothing is registered then. Raises ``StoreError`` if the registry cannot be written.
    """
    options = options or RetrainOptions()
    serving = registry.production(RISK_PREDICTOR)
    entries = [CorpusEntry(repository.name, repository.work_tree or repository.git_dir, options.until)]
    mined, warnings = mine_all(entries, options, options.replay, progress)
    rows = without_youngest(mined[0].rows)
    checks = _checked(rows, progress)
    others = _others([repository], options)
    recipe = options.recipe or OWN_RECIPE
    past = fit_past(
        rows,
        options,
        share=OWN_TRAINED_SHARE,
        others=others,
        others_whole=True,
        # what is chosen beforehand need not be measured beside others, unless somebody keeps a record of them
        recipes=[RECIPES[recipe]] if tracker is None else tuple(RECIPES.values()),
        progress=progress,
    )
    progress("evaluating on the future", 0, 0)
    future = past.evaluate("the newest changes of this repository", past.split.test)
    progress("comparing with the models in use", 0, 0)
    decision = decide(rows, past, recipe, in_use, repository, options, others, progress)
    known = in_use.bundle.bugs
    code, bugs = _code_and_bugs(entries, mined, options, progress, lambda rows: learn_own_bugs(rows, known, options))
    material = Material(
        mined=mined,
        rows=rows,
        code=code,
        past=past,
        recipe=recipe,
        evaluations=[future],
        others=others,
        bugs=bugs,
        checks=checks,
    )
    built = build(material, options, progress)
    validation = {
        "decision": decision.text,
        "comparison": None if decision.comparison is None else asdict(decision.comparison),
    }
    registered = registry.register(built.metadata(validation), built.files)
    decision = promoted(registry, registered.version, serving, decision)
    folder = registry.folder(RISK_PREDICTOR, registered.version)
    if tracker is not None:
        progress("logging to MLflow", 0, 0)
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        status = registry.versions(RISK_PREDICTOR)[registered.version]
        track(tracker, material, built, files, (registered.version, status), repository)
    return _report(folder, mined, built, [future], warnings, registered, decision)


def _code_and_bugs(
    entries: Sequence[CorpusEntry],
    mined: Sequence[Mined],
    options: RetrainOptions,
    progress: Progress,
    learn: Callable[[Sequence[BugRows]], LearnedBugs],
) -> tuple[pd.DataFrame, LearnedBugs]:
    """Measure the code of what is learned, and learn which files get bugs."""
    learned = [entry for entry in entries if not entry.left_out]
    names = {entry.name for entry in learned}
    code = code_rows(learned, [item for item in mined if item.name in names], options, progress)
    histories = bug_histories(learned, options, progress)
    progress("learning which files get bugs", 0, 0)
    bugs = learn(histories)
    progress("fitting", 0, 0)
    return code, bugs


def _checked(rows: pd.DataFrame, progress: Progress) -> tuple[str, ...]:
    """Return the oddities in the rows; rows that cannot be learned from are an error."""
    progress("validating", 0, 0)
    learned = {*model_features(rows), *(name for recipe in RECIPES.values() for name in recipe.only)}
    return checked(rows, [name for name in FEATURES if name in learned])


def _others(own: Sequence[Repository], options: RetrainOptions) -> pd.DataFrame | None:
    """Return the rows of other repositories that came with the program, without those of these repositories."""
    pool = read_pool(bundled_models()) if options.pool_rows else None
    for repository in own:
        pool = pool and pool.apart_from(repository)
    return pool and pool.rows


def promoted(registry: VersionStore, version: str, serving: str | None, decision: Decision) -> Decision:
    """Take a version as far as it has earned, and return what was decided in the end."""
    if version == serving:
        return Decision(False, f"nothing to promote: the same history gave {version} again, which serves already")
    if not decision.promote:
        return decision
    status = registry.versions(RISK_PREDICTOR)[version]
    if status is Status.DEPRECATED:
        return Decision(False, f"not promoted: the same history gave {version} again, which is deprecated")
    if status is Status.TRAINED:
        registry.promote(RISK_PREDICTOR, version, Status.VALIDATED)
    registry.promote(RISK_PREDICTOR, version, instead_of=serving)
    return decision


def _report(
    folder: Path,
    mined: Sequence[Mined],
    built: Built,
    evaluations: Sequence[Evaluation],
    warnings: tuple[str, ...],
    registered: Registered | None = None,
    decision: Decision | None = None,
) -> RetrainReport:
    return RetrainReport(
        folder,
        built.lineage.recipe,
        built.card,
        built.markdown,
        tuple(evaluations),
        built.parity,
        warnings,
        registered,
        decision,
        sum(len(item.rows) for item in mined),
        sum(item.reused for item in mined),
    )
