"""Evidence of simulations: a rubric that turns facts with sources into levels, by rule.

The facts are those of table ``simulation_facts``, and of the tables of sizes and of evidence. A
level is the highest whose rule the facts seen fulfil, so further facts can only raise it. Level 0
needs a fact as well: where none was seen, there is no level.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy import stats

from sobe import tables
from sobe.analysis import organisms

#: Facts of a simulation by field: a word of the table's values, or a number.
Facts = Mapping[str, Any]

#: The values that each field of table ``simulation_facts`` takes; the other fields are numbers.
VALUES = {
    "wiring": ("none", "trained", "statistics", "connectome"),
    "connectome_individual": ("yes", "no"),
    "connectome_proofread": ("yes", "no"),
    "connectome_errors": ("yes", "no"),
    "neuron_types": ("one", "excitatory_inhibitory", "morphology_or_transmitter", "measured"),
    "plasticity": ("fixed", "rule", "measured", "predicts"),
    "neuromodulation": ("none", "acts", "receptors", "predicts"),
    "spike_times": ("yes", "no"),
    "validation": ("none", "animal", "cells"),
    "held_out": ("yes", "no"),
    "behaviour": ("none", "readout", "closed_loop", "predicts"),
    "null_model": ("not_beaten", "partly", "beaten"),
    "code": ("not_public", "public", "run_by_others", "reproduced"),
}
NUMBERS = ("neurons", "animal_neurons", "time_step_ms", "slowdown")
#: A count may exceed the animal's neurons by this share, for both are rounded; beyond, it is a
#: count of something else.
ROUNDING = 0.05
#: Fewest pairs of which a rank correlation is given.
LEAST_PAIRS = 8


@dataclass(frozen=True)
class Aspect:
    """An aspect of evidence, as the rubric has it.

    Attributes
    ----------
    name : str
        Name as readers see it.
    dimension : str or None
        The dimension of the report's scores that it corresponds to.
    rules : tuple of str
        What each level means, from 0 to 3: one sentence each.
    level : callable
        Returns the level that facts give, or None where none was seen.
    """

    name: str
    dimension: str | None
    rules: tuple[str, str, str, str]
    level: Callable[[Facts], int | None]


def _of(field: str) -> Callable[[Facts], int | None]:
    """Return the rule of a field whose values are the levels, in order."""
    order = VALUES[field]
    return lambda facts: order.index(facts[field]) if field in facts else None


def wiring(facts: Facts) -> int | None:
    """Return the level of the connections' source."""
    known = {"none": 0, "trained": 0, "statistics": 1, "connectome": 2}
    level = known.get(facts.get("wiring", ""))
    checked = ("connectome_individual", "connectome_proofread", "connectome_errors")
    return 3 if level == 2 and all(facts.get(name) == "yes" for name in checked) else level


def neurons(facts: Facts) -> int | None:
    """Return the level of the share of the animal's brain that is simulated.

    More neurons than the animal has (by more than `ROUNDING`) are no share of its brain.
    """
    if "neurons" not in facts or "animal_neurons" not in facts:
        return None
    share: float = facts["neurons"] / facts["animal_neurons"]
    if share > 1 + ROUNDING:
        return None
    return sum((share >= 0.01, share >= 0.5, share > 0.95))


def time_step(facts: Facts) -> int | None:
    """Return the level of the time step, in milliseconds."""
    if "time_step_ms" not in facts:
        return None
    step: float = facts["time_step_ms"]
    level = sum(step <= most for most in (100, 1))
    return 3 if level == 2 and facts.get("spike_times") == "yes" else level


def speed(facts: Facts) -> int | None:
    """Return the level of the slowdown, in seconds of computing per second simulated."""
    if "slowdown" not in facts:
        return None
    slowdown: float = facts["slowdown"]
    return sum(slowdown <= most for most in (1000, 10, 1))


def validation(facts: Facts) -> int | None:
    """Return the level of what predictions were compared with."""
    level = {"none": 0, "animal": 1, "cells": 2}.get(facts.get("validation", ""))
    return 3 if level == 2 and facts.get("held_out") == "yes" else level


def null_model(facts: Facts) -> int | None:
    """Return the level of the comparison with a model of shuffled or random wiring."""
    level = {"not_beaten": 0, "partly": 1, "beaten": 2}.get(facts.get("null_model", ""))
    return 3 if level == 2 and facts.get("held_out") == "yes" else level


#: The rubric, in the order in which it is shown.
RUBRIC = {
    "wiring": Aspect(
        "Wiring",
        "connectivity_accuracy",
        (
            "There are no connections, or training sets them.",
            "Connections follow statistics or rules.",
            "Connections are those of a connectome, of the whole brain or a part.",
            "The connectome is of one individual, proofread, and its errors are quantified.",
        ),
        wiring,
    ),
    "neurons": Aspect(
        "Share of neurons",
        "neuron_coverage",
        (
            "It has less than 1% of the neurons of the animal’s brain.",
            "It has from 1% to less than 50%.",
            "It has from 50% to 95%.",
            "It has more than 95%, and no more than the brain has.",
        ),
        neurons,
    ),
    "types": Aspect(
        "Neuron types",
        "neuron_types",
        (
            "All neurons are of one type.",
            "Neurons are excitatory or inhibitory.",
            "Types follow the transmitter or the shape of neurons.",
            "Each type has properties that were measured in it.",
        ),
        _of("neuron_types"),
    ),
    "plasticity": Aspect(
        "Plasticity",
        "plasticity",
        (
            "Synapses are fixed.",
            "Synapses change by a general rule.",
            "The rule was measured in that class of synapses.",
            "The rule predicts changes that were held out of the fit.",
        ),
        _of("plasticity"),
    ),
    "neuromodulation": Aspect(
        "Neuromodulation",
        "neuromodulation",
        (
            "No modulator acts.",
            "At least one modulator acts, or its loss does.",
            "A modulator acts through a measured map of its receptors.",
            "The model predicts what manipulating a modulator does.",
        ),
        _of("neuromodulation"),
    ),
    "validation": Aspect(
        "Validation",
        "functional_accuracy",
        (
            "No comparison is with an animal.",
            "Activity or behaviour is compared with that of animals.",
            "Single neurons, or types of neurons, are compared.",
            "Single neurons or types are compared with data held out of the fit.",
        ),
        validation,
    ),
    "null_model": Aspect(
        "Null model",
        None,
        (
            "It is no better than a model with shuffled or random wiring.",
            "It is better in part.",
            "It is better throughout.",
            "It is better throughout, on data held out of the fit.",
        ),
        null_model,
    ),
    "code": Aspect(
        "Run by others",
        None,
        (
            "The code is not public.",
            "The code is public.",
            "Others ran it.",
            "Others ran it, and results agree.",
        ),
        _of("code"),
    ),
    "behaviour": Aspect(
        "Behaviour",
        "behavior",
        (
            "The model has no behaviour.",
            "Behaviour is read from activity.",
            "The model drives a body in a closed loop.",
            "It predicts behaviour that was not seen, against an assay and a null model.",
        ),
        _of("behaviour"),
    ),
    "time_step": Aspect(
        "Time step",
        "temporal_resolution",
        (
            "The time step is longer than 100 ms.",
            "The time step is longer than 1 ms, and at most 100 ms.",
            "The time step is at most 1 ms.",
            "It is at most 1 ms, and times of spikes match recordings that were held out.",
        ),
        time_step,
    ),
    "speed": Aspect(
        "Speed",
        None,
        (
            "It runs more than 1,000 times as slowly as real time.",
            "It runs more than 10 times as slowly, and at most 1,000 times.",
            "It runs slower than real time, and at most 10 times as slowly.",
            "It runs in real time or faster.",
        ),
        speed,
    ),
}

_FILE = "data/simulation_facts.csv"
#: Groups of table ``simulation_models`` by the words that begin a species in the evidence, and the
#: organism whose brain is meant. Larvae of the fly have a brain of their own.
_SPECIES = {
    "C. elegans": ("c_elegans", "c_elegans"),
    "Drosophila melanogaster, adult": ("drosophila", "drosophila"),
    "Drosophila melanogaster, larva": ("drosophila", None),
    "Zebrafish": ("zebrafish", "zebrafish_larva"),
    "Mouse": ("mouse", "mouse"),
    "Human": ("human", "human"),
}


def models() -> pd.DataFrame:
    """Return the simulations of animal brains that the rubric is about.

    Returns
    -------
    DataFrame
        Index ``model_id``; columns ``authors``, ``year``, ``organism`` (group as in table
        ``simulation_models``), ``brain`` (key of its brain in table ``organisms``, or missing) and
        ``scored`` (whether the report scores it).
    """
    scored = tables.load("simulation_models").query("organism != 'silicon'")
    scored = scored.set_index("model_id")[["authors", "year", "organism"]].assign(scored=True)
    brains = {group: brain for group, brain in _SPECIES.values() if brain}
    scored["brain"] = scored["organism"].map(brains)
    new = tables.load("simulation_evidence").set_index("model_id")
    new = new[~new.index.isin(scored.index)]
    known = {name: _species(name) for name in new["species"].unique()}
    group, brain = ({name: pair[i] for name, pair in known.items()} for i in (0, 1))
    new = new.assign(
        organism=new["species"].map(group), brain=new["species"].map(brain), scored=False
    )
    return pd.concat([scored, new[scored.columns]])


def _species(name: str) -> tuple[str, str | None]:
    for begins, found in _SPECIES.items():
        if name.startswith(begins):
            return found
    expected = f"a name that begins with one of {', '.join(_SPECIES)}"
    file = "data/simulation_evidence.csv"
    raise tables.TableError(file, expected, column="species", value=name)


def facts() -> dict[str, dict[str, Any]]:
    """Return the facts of each simulation of `models`, by field.

    A statement of table ``simulation_facts`` counts first, then the table of evidence, then the
    report's sizes. What only an interested party states gives no fact. The neurons of the animal's
    brain are the book's choice in table ``organisms``.

    Raises
    ------
    TableError
        If a row of ``simulation_facts`` has a value that its field does not take, or names no
        simulation.
    """
    known = models()
    brains = organisms.chosen()["neurons"].to_dict()
    found: dict[str, dict[str, Any]] = {
        model: {"animal_neurons": float(brains[brain])} if brain in brains else {}
        for model, brain in known["brain"].items()
    }
    sizes = tables.load("simulation_sizes").set_index("model_id")
    evidence = tables.load("simulation_evidence").set_index("model_id")
    evidence["held_out"] = evidence["held_out"].map({True: "yes", False: "no"})
    evidence["wiring"] = evidence["wiring"].where(evidence["wiring"] != "not_stated")
    columns = ("neurons", "time_step_ms", "slowdown", "wiring", "held_out")
    for table in (sizes, tables.counted(evidence)):
        for model in table.index.intersection(known.index):
            row = table.loc[model].reindex(columns).dropna().to_dict()
            found[model] |= row
    for row in tables.load("simulation_facts").itertuples():
        of_model = found[_checked(row, known.index)]
        if row.vouches != "interested_party":
            of_model[row.field] = row.number if row.field in NUMBERS else row.value
    return found


def _checked(row: Any, known: pd.Index) -> str:
    """Return the simulation of a row of facts, or raise for a row that breaks a rule."""

    def refuse(column: str, value: object, expected: str) -> tables.TableError:
        place = {"row": row.Index + 1, "line": row.Index + 2}  # the header is line 1
        return tables.TableError(_FILE, expected, column=column, value=value, **place)

    if row.model_id not in known:
        tells = "a key of simulation_models, but no silicon, or of simulation_evidence"
        raise refuse("model_id", row.model_id, tells)
    if row.field in NUMBERS:
        if pd.isna(row.number) or pd.notna(row.value):
            raise refuse("number", row.number, f"a number, and no value, for {row.field}")
    elif row.value not in VALUES[row.field]:
        expected = f"one of {', '.join(VALUES[row.field])} for {row.field}"
        raise refuse("value", row.value, expected)
    return str(row.model_id)


def levels() -> pd.DataFrame:
    """Return the level of each simulation on each aspect, by rule.

    Returns
    -------
    DataFrame
        One row per simulation of `models` and aspect of `RUBRIC`: ``model_id``, ``aspect`` (key),
        ``level`` (0 to 3, missing where no fact was seen) and ``rule`` (its sentence, or missing).
    """
    rows = []
    for model, known in facts().items():
        for key, aspect in RUBRIC.items():
            level = aspect.level(known)
            rule = None if level is None else aspect.rules[level]
            rows.append({"model_id": model, "aspect": key, "level": level, "rule": rule})
    return pd.DataFrame(rows).astype({"level": "Int64"})


def compared(found: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Compare levels with the report's scores on the dimension that an aspect corresponds to.

    Parameters
    ----------
    found
        As `levels` returns it, or rows of it.
    scores
        Rows of table ``capability_scores``.

    Returns
    -------
    DataFrame
        One row per aspect with a dimension: ``aspect``, ``dimension``, ``n`` (simulations with
        both), ``same``, ``below``, ``above`` (level against score) and ``rank_correlation``
        (Kendall's tau-b; missing with fewer than `LEAST_PAIRS` or where either does not vary).
    """
    rows = []
    for key, aspect in RUBRIC.items():
        if aspect.dimension is None:
            continue
        level = found[found["aspect"] == key].set_index("model_id")["level"]
        score = scores[scores["dimension"] == aspect.dimension].set_index("model_id")["score"]
        both = pd.concat([level.rename("level"), score.rename("score")], axis=1).dropna()
        enough = len(both) >= LEAST_PAIRS and both.nunique().min() > 1
        tau = stats.kendalltau(both["level"], both["score"]).statistic if enough else None
        rows.append(
            {
                "aspect": key,
                "dimension": aspect.dimension,
                "n": len(both),
                "same": int((both["level"] == both["score"]).sum()),
                "below": int((both["level"] < both["score"]).sum()),
                "above": int((both["level"] > both["score"]).sum()),
                "rank_correlation": tau,
            }
        )
    return pd.DataFrame(rows).astype({"rank_correlation": "float64"})
