"""Models judged in time order beside the baselines. In: rows and recipes. Out: figures with intervals."""
