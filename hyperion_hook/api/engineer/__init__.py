"""The specification's FeatureEngineer. In: raw facts, mappings, frames, a repository's change. Out: named features."""
