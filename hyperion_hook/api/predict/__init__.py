"""Predictors over registered, bundled or MLflow models. In: rows or a repository's change. Out: probabilities and reasons."""
