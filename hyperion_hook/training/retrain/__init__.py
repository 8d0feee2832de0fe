"""``retrain`` from start to finish: mine, fit, evaluate, export, register, promote."""
