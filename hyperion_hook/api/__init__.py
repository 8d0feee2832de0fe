"""The machine-learning side as Python objects: what the commands use, for whoever works in a notebook."""

from hyperion_hook.git.environment.program import make_search_safe

make_search_safe()  # scikit-learn and joblib start programs by name, wherever they are imported
