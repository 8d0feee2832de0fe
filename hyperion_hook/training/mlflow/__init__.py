"""MLflow: runs, models and aliases of this repository; what comes from a server is read as data."""
