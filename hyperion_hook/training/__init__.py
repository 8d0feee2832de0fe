"""Building models from histories; needs the extra ``train``."""

from hyperion_hook.git.environment.program import make_search_safe

make_search_safe()  # scikit-learn and joblib start programs by name, wherever they are imported
