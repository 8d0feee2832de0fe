"""The comparison of runs that MLflow's Python interface lacks."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hyperion_hook.config.kinds import suggestion
from hyperion_hook.errors import ConfigError
from hyperion_hook.training.mlflow.address import current_uri, placed
from hyperion_hook.training.mlflow.guarded_calls import TrackingError, calling, client_of, need_mlflow


def compare_runs(
    run_ids: Sequence[str], metric_names: Sequence[str] | None = None, *, tracking_uri: str | None = None
) -> pd.DataFrame:
    """Return the metrics of runs side by side.

    Parameters
    ----------
    run_ids
        MLflow's ids of the runs, in the order wanted.
    metric_names
        The metrics wanted, in the order wanted; by default all that any of the runs has, by name.
    tracking_uri
        Where the runs are; by default where MLflow looks itself (``mlflow.set_tracking_uri``, ``MLFLOW_TRACKING_URI``),
        else the default database of ``MLFlowConfig``.

    Returns
    -------
    pandas.DataFrame
        One row for each run, its id as the index ``run_id``; the column ``run_name``, then one for each metric, NaN
        where a run does not have it.

    Raises
    ------
    MissingExtraError
        If MLflow is not installed.
    ConfigError
        If no run is named, or none of them has a metric that was asked for.
    TrackingError
        If a run is not there, or MLflow cannot be reached.

    Examples
    --------
    ::

        best = mlflow.search_runs(experiment_names=["hyperion_ml_v3"], order_by=["metrics.f1_score DESC"])
        compare_runs(best["run_id"].head(2), metric_names=["accuracy", "f1_score"])
    """
    need_mlflow("compare_runs")
    ids = _listed(run_ids)
    if not ids:
        raise ConfigError("compare_runs: no run is named; give at least one id, as mlflow.search_runs shows them")
    uri = placed(tracking_uri) if tracking_uri is not None else current_uri()
    try:
        with calling(uri):
            client = client_of(uri)
            runs = [client.get_run(run_id) for run_id in ids]
    except TrackingError as error:
        raise TrackingError(f"compare_runs: {error}") from error
    known = sorted({name for run in runs for name in run.data.metrics})
    names = known if metric_names is None else _listed(metric_names)
    for name in names:
        if name not in known:
            raise ConfigError(f"compare_runs: none of the runs has the metric '{name}'{suggestion(name, known)}")
    return pd.DataFrame(
        [[run.info.run_name, *(run.data.metrics.get(name, float("nan")) for name in names)] for run in runs],
        columns=["run_name", *names],
        index=pd.Index(ids, name="run_id"),
    )


def _listed(names: Sequence[str] | None) -> list[str]:
    return [names] if isinstance(names, str) else [str(name) for name in (() if names is None else names)]
