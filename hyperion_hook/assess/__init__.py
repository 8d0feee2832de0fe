"""From a change to its assessment: where git, features, history and models are put together.

Stages: git -> Change -> FeatureVector -> Score, Contributions -> Assessment.
"""

from hyperion_hook.assess.assessor import Assessor

__all__ = ["Assessor"]
