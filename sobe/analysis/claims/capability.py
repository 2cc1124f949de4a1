"""Claims on the simulations and their scores."""

from __future__ import annotations

import pandas as pd

from sobe.analysis.claims.registry import Data, Reading, assumed, computes, reading


def _groups(data: Data) -> dict[str, pd.DataFrame]:
    """Return the simulations of each reading.

    Silicon systems count only in the number of rows, since their scores cannot be told from
    placeholders.
    """
    models = data["simulation_models"]
    return {
        "figure-rows": models[models["in_upstream_figure"]],
        "all-rows": models,
        "without-silicon": models[models["organism"] != "silicon"],
    }


@computes("simulations")
def simulations_compared(data: Data) -> list[Reading]:
    """Count the simulations drawn in the report's figure, and those with scores."""
    return [
        reading(key, len(rows), f"simulation_models: {len(rows)} rows", rows["source"])
        for key, rows in _groups(data).items()
    ]


@computes("dimensions")
def dimensions_compared(data: Data) -> list[Reading]:
    """Count the dimensions on which any simulation has a known score."""
    known = data["capability_scores"].dropna(subset=["score"])
    return [
        reading("scored", known["dimension"].nunique(), "capability_scores: all", known["source"])
    ]


def _high_share(data: Data, claim_id: str, dimension: str) -> list[Reading]:
    scores = data["capability_scores"].dropna(subset=["score"])
    scores = scores[scores["dimension"] == dimension]
    high = assumed(data, claim_id, "high-score")
    found = []
    for key, models in _groups(data).items():
        if key == "all-rows":
            continue
        rows = scores[scores["model_id"].isin(models["model_id"])]
        found.append(
            reading(
                key,
                (rows["score"] >= high).mean(),
                f"capability_scores: {len(rows)} rows",
                rows["source"],
                uncertainty="exact share of the scores",
            )
        )
    return found


@computes("connectivity-strong")
def connectivity_high(data: Data) -> list[Reading]:
    """Compute the share of high scores among the known ones for connectivity."""
    return _high_share(data, "connectivity-strong", "connectivity_accuracy")


@computes("behaviour-limited")
def behaviour_high(data: Data) -> list[Reading]:
    """Compute the share of high scores among the known ones for behaviour."""
    return _high_share(data, "behaviour-limited", "behavior")
