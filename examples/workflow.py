"""From a repository's history to a model in production, with the Python interfaces.

usage::

    python examples/workflow.py REPOSITORY [--commits 1000]

Measures the newest commits, keeps the measurements, validates them, trains in time order, registers and promotes the
best model, predicts the newest commit, and looks for drift. Measurements and model go to the folder ``--work``, so
``score`` goes on with the models it uses. ``hyperion-hook features table`` writes the same table to a file.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from hyperion_hook import (
    DataValidator,
    FeatureEngineer,
    FeatureStore,
    ModelRegistry,
    RepositoryChange,
    RiskPredictor,
    TrainingPipeline,
    training_table,
)
from hyperion_hook.errors import HyperionError

FEATURES = [
    "lignes_ajoutees",
    "lignes_supprimees",
    "nb_fichiers",
    "entropie_changement",
    "commits_recents",
    "nb_bugs_historiques",
    "frequence_commits",
    "experience_auteur",
    "facteur_bus",
]


def main() -> None:
    """Run the workflow and say what came of every step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository", type=Path)
    parser.add_argument("--commits", type=int, default=1000)
    parser.add_argument("--work", type=Path, default=Path(), help="where the measurements and the model go")
    given = parser.parse_args()

    name = given.repository.resolve().name

    # 1. features and labels of the newest commits, by the extractor that the hook uses
    table = training_table(given.repository, max_commits=given.commits, names="french", code=False)
    table = table[["commit", "date", *FEATURES, "risque_reel"]]
    print(f"measured {len(table)} commits, {len(FEATURES)} features each")

    # 2. kept, with all that is known of them
    with FeatureStore(given.work / "features.sqlite") as store:
        for commit, features in zip(table["commit"], table[FEATURES].to_dict("records"), strict=True):
            store.store_features(features_dict=features, source_file="", repository=name, commit=commit)
        print(f"the store holds {store.get_feature_statistics()['total_feature_sets']} sets")

    # 3. validated; the youngest commits have no label yet and are left out
    clean, validation = DataValidator().validate_and_prepare_data(df=table, target_column="risque_reel")
    print(f"valid: {validation.is_valid}; warnings: {len(validation.warnings)}")

    # 4. trained in time order
    result = TrainingPipeline().train_risk_predictor(clean, target_column="risque_reel", time_column="date")
    best = result["best_model"]
    print(f"best: {best['name']}, ROC-AUC {best['roc_auc']:.3f}; {result['split']['reason']}")

    # 5. registered and promoted
    registry = ModelRegistry(given.work / "registry")
    version = registry.save_model(
        model=best["instance"],
        name="example",
        model_type=best["name"],
        metadata={
            "accuracy": best["accuracy"],
            "f1_score": best["f1"],
            "training_samples": result["training_samples"],
            "training_features": result["feature_names"],
        },
    )
    if registry.production("example") != version:  # the same rows give the same model, which serves already
        registry.promote_model(name="example", version=version, status="production")
    print(f"{version} is in production")

    # 6. used
    predictor = RiskPredictor.from_registry(name="example", registry=registry)
    newest = FeatureEngineer().engineer_full_feature_set(RepositoryChange(given.repository, "HEAD"), FEATURES)
    print(f"the newest commit: {max(predictor.predict_proba(newest)[0]):.1%} sure of its class")

    # 7. watched
    half = len(table) // 2
    drift = DataValidator().detect_data_drift(table[FEATURES].iloc[:half], table[FEATURES].iloc[half:])
    told = "an alarm" if drift.has_drift else "no alarm"
    print(f"drift between the older and the newer half: {drift.drift_magnitude:.2f}, {told}")


if __name__ == "__main__":
    try:
        main()
    except HyperionError as error:
        raise SystemExit(f"workflow: {error}") from None
