"""The estimator's one exception, in a module that imports nothing."""


class EstimatorError(ValueError):
    """A formula, parameter or setting that cannot be used; the message says which and why."""
