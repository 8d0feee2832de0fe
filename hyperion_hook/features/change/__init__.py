"""Features of the patch alone: size, spread, content. In: a Change. Out: values by feature name."""
