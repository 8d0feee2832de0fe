"""The specification's TrainingPipeline. In: a table with a target. Out: fitted models and their figures."""
