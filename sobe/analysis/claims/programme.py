"""Claims on what a whole project costs, from the corrected budget estimator."""

from __future__ import annotations

from typing import Any

from sobe.analysis.claims.registry import Data, Reading, computes, reading

SOURCES = ("sobe2025-calculator-formulas", "sobe2025-calculator-parameters")
DRAWS = 2000


@computes("small-model-cost")
def small_programme(data: Data) -> list[Reading]:
    """Compute the median cost of a small brain's connectome, recordings and simulation together.

    The readings are for fly and larval zebrafish, the calculator's plan and one of the brain's own
    size, and proofreading as now and improved.
    """
    # Imported here because the estimator's units take time to load.
    from sobe.analysis.estimator.estimate import calculators_plan
    from sobe.analysis.estimator.uncertainty import draw

    found = []
    for organism, name, plans in (
        ("drosophila", "fly", ("plan", "own")),
        ("zebrafish_larva", "fish", ("plan",)),
    ):
        for plan in plans:
            for effort, words in (("current", "now"), ("improved", "improved")):
                given = calculators_plan(effort) if plan == "plan" else {}
                case: dict[str, Any] = {
                    "organism": organism,
                    "modality": "em",
                    "proofreading": effort,
                    **given,
                }
                low, median, high = draw(draws=DRAWS, results=("programme_cost",), **case).interval(
                    "programme_cost"
                )
                found.append(
                    reading(
                        f"{name}-{plan}-{words}",
                        median,
                        "estimator_parameters: all",
                        SOURCES,
                        (low, high),
                        "90% of draws of the assumed prices and of the model's own error",
                    )
                )
    return found
