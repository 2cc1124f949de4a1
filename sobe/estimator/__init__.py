"""The budget estimator: formulas and parameters as data, evaluated, drawn and swept.

:mod:`~sobe.estimator.expressions` reads one formula, :mod:`~sobe.estimator.units` checks its
unit, :mod:`~sobe.estimator.model` puts formulas and parameters of ``data/estimator`` together,
:mod:`~sobe.estimator.estimate` is what a reader calls, :mod:`~sobe.estimator.uncertainty` draws,
:mod:`~sobe.estimator.sweep` runs grids of scenarios, :mod:`~sobe.estimator.page` is for the book.
"""


class EstimatorError(ValueError):
    """A formula, parameter or setting that cannot be used; the message says which and why."""


from sobe.estimator.estimate import Estimate, estimate  # noqa: E402
from sobe.estimator.model import load_model  # noqa: E402

__all__ = ["Estimate", "EstimatorError", "estimate", "load_model"]
