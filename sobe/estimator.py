"""The budget estimator for users: ``from sobe.estimator import estimate, load_model``."""

from sobe.analysis.estimator import Estimate, EstimatorError, estimate, load_model

__all__ = ["Estimate", "EstimatorError", "estimate", "load_model"]
