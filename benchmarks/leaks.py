"""Whether anything leaks into training, on real histories.

usage: python benchmarks/leaks.py CORPUS --vectors DIR [--rows N] [--jobs N] [--cut NAME ...]

First, labels are moved about in blocks of time within every repository, and each repository is left out in turn as in
``evaluate --corpus``: what still ranks such labels knows them from somewhere else than the features. Then each
repository that ``--cut`` names is mined twice, whole and up to the commit with which half of its changes were made:
vectors and labels of the older half, as known then, must be the same.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from hyperion_hook.training.evaluation.leave_one_out import leave_each_out, summary
from hyperion_hook.training.rows.corpus import CorpusEntry, mine_all, read_corpus
from hyperion_hook.training.rows.dataset import FEATURES, merged
from hyperion_hook.training.rows.options import RetrainOptions
from hyperion_hook.training.rows.time_split import as_known_at, cut_at, without_youngest
from tests.support.corpus_rows import with_labels_moved_in_blocks


def main() -> None:
    """Print the mean ROC-AUC on moved labels, then the differences that later history makes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--cut", nargs="*", default=[], metavar="NAME")
    given = parser.parse_args()
    options = RetrainOptions(vectors=given.vectors, jobs=given.jobs, threads=1, folds=2, pool_rows=given.rows)
    entries = read_corpus(given.corpus)
    for name in given.cut:
        _without_later_history(next(entry for entry in entries if entry.name == name), options)
    mined, _ = mine_all(entries, options, options.replay)
    rows = without_youngest(merged([item.rows for item in mined]))
    found, _ = leave_each_out(with_labels_moved_in_blocks(rows), options)
    print(f"labels moved in blocks of time, {len(found)} repositories, each unseen:")
    for name, row in summary(found)[0].means.items():
        value = row["roc_auc"]
        print(f"  {name:40} ROC-AUC {value.value:.3f} [{value.low:.3f}, {value.high:.3f}]", flush=True)


def _without_later_history(entry: CorpusEntry, options: RetrainOptions) -> None:
    (whole,), _ = mine_all([entry], options, options.replay)
    cut = cut_at(whole.rows, 0.5)
    last = str(whole.rows.loc[whole.rows["time"] <= cut, "commit"].iloc[-1])
    afresh = replace(options, until=last, vectors=None)
    (half,), _ = mine_all([replace(entry, until=last)], afresh, afresh.replay)
    then = as_known_at(whole.rows, cut).set_index("commit")
    alone = as_known_at(half.rows, cut).set_index("commit")
    both = then.index.intersection(alone.index)
    vectors = _differing(then.loc[both, list(FEATURES)], alone.loc[both, list(FEATURES)])
    labels = int((then.loc[both, "buggy"] != alone.loc[both, "buggy"]).sum())
    print(
        f"{entry.name}: {len(both):,} changes up to {last[:10]}; without later history {vectors} vectors differ and"
        f" {labels} of {int(alone['buggy'].sum()):,} labels",
        flush=True,
    )


def _differing(left: pd.DataFrame, right: pd.DataFrame) -> int:
    one, other = left.to_numpy(dtype=np.float64), right.to_numpy(dtype=np.float64)
    return int((~((one == other) | (np.isnan(one) & np.isnan(other)))).any(axis=1).sum())


if __name__ == "__main__":
    main()
