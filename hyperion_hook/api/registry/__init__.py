"""The model registry with estimators. In: fitted estimators. Out: versions, stages, estimators again."""
