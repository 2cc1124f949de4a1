"""Claims on the simulations and their scores."""

from __future__ import annotations

from sobe.analysis.claims.registry import assumed, computes, reading


def _groups(data):
    """The simulations by reading: silicon systems count in the number of rows alone, since their
    scores cannot be told from filler."""
    models = data["simulation_models"]
    return {
        "figure-rows": models[models["in_upstream_figure"]],
        "all-rows": models,
        "without-silicon": models[models["organism"] != "silicon"],
    }


@computes("simulations")
def simulations_compared(data):
    """Number of simulations drawn in the report's figure, and of those scored."""
    return [
        reading(key, len(rows), f"simulation_models: {len(rows)} rows", rows["source"])
        for key, rows in _groups(data).items()
    ]


@computes("dimensions")
def dimensions_compared(data):
    """Number of dimensions on which any simulation has a known score."""
    known = data["capability_scores"].dropna(subset=["score"])
    return [
        reading("scored", known["dimension"].nunique(), "capability_scores: all", known["source"])
    ]


def _high_share(data, claim_id, dimension):
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
def connectivity_high(data):
    """Share of known scores for connectivity that are high."""
    return _high_share(data, "connectivity-strong", "connectivity_accuracy")


@computes("behaviour-limited")
def behaviour_high(data):
    """Share of known scores for behaviour that are high."""
    return _high_share(data, "behaviour-limited", "behavior")
