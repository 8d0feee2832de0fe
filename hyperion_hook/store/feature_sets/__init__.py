"""The specification's FeatureStore: measured features with their metadata, in one SQLite file."""
