"""Claims on the simulations and their scores."""

from __future__ import annotations

from sobe.claims.registry import computes, reading

#: A score from here on is a high one (levels run from 0 to 3).
HIGH = 2


def _groups(data):
    models = data["simulation_models"]
    return {
        "all scored simulations": models,
        "those in the report's figure": models[models["in_upstream_figure"]],
        "without silicon": models[models["organism"] != "silicon"],
    }


@computes
def simulations_compared(data):
    """Number of simulations scored on the dimensions, and of those drawn in the report's figure."""
    return [
        reading(label, len(rows), f"simulation_models: {label}", rows["source"])
        for label, rows in _groups(data).items()
    ]


@computes
def dimensions_compared(data):
    """Number of dimensions on which any simulation has a known score."""
    known = data["capability_scores"].dropna(subset=["score"])
    return [
        reading(
            "dimensions with scores",
            known["dimension"].nunique(),
            "capability_scores: all",
            known["source"],
        )
    ]


def _high_share(data, dimension):
    scores = data["capability_scores"].dropna(subset=["score"])
    scores = scores[scores["dimension"] == dimension]
    found = []
    for label, models in _groups(data).items():
        rows = scores[scores["model_id"].isin(models["model_id"])]
        found.append(
            reading(
                f"share of scores of {HIGH} or 3, {label}",
                (rows["score"] >= HIGH).mean(),
                f"capability_scores: {dimension}",
                rows["source"],
            )
        )
    return found


@computes
def connectivity_high(data):
    """Share of known scores for connectivity that are high."""
    return _high_share(data, "connectivity_accuracy")


@computes
def behaviour_high(data):
    """Share of known scores for behaviour that are high."""
    return _high_share(data, "behavior")
