"""How often drift is found where there is none, and where there is some; what a comparison costs.

    python benchmarks/drift.py [--draws 100] [--rows 200 1000 10000 100000] [--features 5 10 30]

A fifth of the features moves by half a standard deviation. Prints how many draws raised an alarm, the median magnitude
and CPU milliseconds a comparison.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from hyperion_hook import DataValidator

Draw = Callable[[np.random.Generator, int, bool], np.ndarray]


def shifted(draw: Callable[[np.random.Generator, int], np.ndarray], deviation: float) -> Draw:
    return lambda random, rows, moved: draw(random, rows) + (deviation / 2 if moved else 0.0)


def counts(mean: float) -> Draw:
    return lambda random, rows, moved: random.poisson(mean + (mean**0.5 / 2 if moved else 0.0), rows).astype(float)


POPULATIONS: dict[str, Draw] = {
    "normal": shifted(lambda random, rows: random.normal(size=rows), 1.0),
    "Student's t, 3": shifted(lambda random, rows: random.standard_t(3, size=rows), 3**0.5),
    "log-normal": shifted(lambda random, rows: random.lognormal(size=rows), ((np.e - 1) * np.e) ** 0.5),
    "Poisson, 2": counts(2.0),
    "Poisson, 0.3": counts(0.3),
    "flag, 30 %": lambda random, rows, moved: (random.random(rows) < (0.53 if moved else 0.3)).astype(float),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--rows", type=int, nargs="+", default=[200, 1_000, 10_000, 100_000])
    parser.add_argument("--features", type=int, nargs="+", default=[5, 10, 30])
    asked = parser.parse_args()
    print("| population | rows | features | alarms, no shift | alarms, shift | magnitude | CPU ms |")
    print("|---|---|---|---|---|---|---|")
    for name, draw in POPULATIONS.items():
        for rows in asked.rows:
            for features in asked.features:
                print(f"| {name} | {rows:,} | {features} | {measured(draw, rows, features, asked.draws)} |", flush=True)


def measured(draw: Draw, rows: int, features: int, draws: int) -> str:
    random, validator = np.random.default_rng(7), DataValidator()
    alarms, magnitudes, spent = [0, 0], [], 0.0
    for _ in range(draws):
        reference = table(draw, random, rows, features, 0)
        for place, moved in enumerate((0, max(1, features // 5))):
            current = table(draw, random, rows, features, moved)
            began = time.process_time()
            report = validator.detect_data_drift(reference, current, threshold=0.1)
            spent += time.process_time() - began
            alarms[place] += report.has_drift
            if moved:
                magnitudes.append(report.drift_magnitude)
    cost = 1000 * spent / 2 / draws
    return f"{alarms[0]} of {draws} | {alarms[1]} of {draws} | {np.median(magnitudes):.3f} | {cost:.0f}"


def table(draw: Draw, random: np.random.Generator, rows: int, features: int, moved: int) -> pd.DataFrame:
    return pd.DataFrame({f"f{number}": draw(random, rows, number < moved) for number in range(features)})


if __name__ == "__main__":
    main()
