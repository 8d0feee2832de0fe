"""Predictors over registered, bundled or MLflow models. In: rows, or a change. Out: probabilities and reasons."""
