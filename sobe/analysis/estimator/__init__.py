"""The budget estimator: formulas and parameters as data, evaluated, drawn and swept.

`expressions` reads one formula, `dimensions` checks its unit, `model` joins the formulas and
parameters of ``data/estimator``, `estimate` is what a reader calls, `uncertainty` draws,
`scenario` reads the files of readers, and `sweep` runs grids of cases. What the book shows of it
is in `sobe.charts.estimator`.
"""

from sobe.analysis.estimator.errors import EstimatorError
from sobe.analysis.estimator.estimate import Estimate, estimate
from sobe.analysis.estimator.model import load_model

__all__ = ["Estimate", "EstimatorError", "estimate", "load_model"]
