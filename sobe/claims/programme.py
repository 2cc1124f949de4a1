"""Claims on what a whole project costs, from the mended budget estimator."""

from __future__ import annotations

from sobe.claims.registry import computes, reading

#: A plan of a small brain's size, instead of the calculator's own, which is made for a mouse.
SMALL_PLAN = {"microscope_budget": 5e6, "proofreaders": 100}
SOURCES = ("sobe2025-calculator-formulas", "sobe2025-calculator-parameters")


@computes
def small_programme(data):
    """US dollars of one small brain's connectome, recordings and simulation together: fly and
    larval zebrafish, the calculator's plan and a smaller one, proofreading as now and improved."""
    from sobe.estimator import estimate  # with its units, only where this claim is asked for

    names = data["species"].set_index("organism")["name"]
    return [
        reading(
            f"{names[organism]}, {plan}, proofreading {words}",
            estimate(organism=organism, modality="em", proofreading=effort, **given).values[
                "programme_cost"
            ],
            "estimator_parameters: all",
            SOURCES,
        )
        for organism in ("drosophila", "zebrafish_larva")
        for plan, given in (("the calculator's plan", {}), ("a smaller plan", SMALL_PLAN))
        for effort, words in (("current", "as now"), ("improved", "1,000 times less"))
    ]
