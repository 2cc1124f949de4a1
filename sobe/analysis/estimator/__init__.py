"""The budget estimator: formulas and parameters as data, evaluated, drawn and swept.

:mod:`~sobe.analysis.estimator.expressions` reads one formula, :mod:`~sobe.analysis.estimator.dimensions` checks its
unit, :mod:`~sobe.analysis.estimator.model` puts formulas and parameters of ``data/estimator`` together,
:mod:`~sobe.analysis.estimator.estimate` is what a reader calls, :mod:`~sobe.analysis.estimator.uncertainty` draws,
:mod:`~sobe.analysis.estimator.sweep` runs grids of scenarios, :mod:`~sobe.charts.estimator` is for the book.
"""


class EstimatorError(ValueError):
    """A formula, parameter or setting that cannot be used; the message says which and why."""


from sobe.analysis.estimator.estimate import Estimate, estimate  # noqa: E402
from sobe.analysis.estimator.model import load_model  # noqa: E402

__all__ = ["Estimate", "EstimatorError", "estimate", "load_model"]
