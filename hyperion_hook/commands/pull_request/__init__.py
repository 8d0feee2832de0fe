"""The flow of a pull request: settings of its base, the commits it needs, the comment and where it goes."""
