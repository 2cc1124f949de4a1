"""Test whether the scores of a group of simulations differ between dimensions at all.

If scores are informative, some dimensions are harder than others, and their mean scores differ by
more than chance. The test permutes the scores among all known cells of the group and counts how
often the variance between dimensions is at least as large as the observed one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

#: Seed of the permutations, the same in every build.
SEED = 20250118
DRAWS = 5000


class NoiseTest(NamedTuple):
    """Result of a permutation test of one group of scores."""

    observed: float
    at_least_as_large: int
    draws: int
    cells: int

    @property
    def share(self) -> float:
        """Return the share of draws with at least the observed variance (a p-value)."""
        return self.at_least_as_large / self.draws


def between_dimensions(scores: np.ndarray, dimension: np.ndarray, n: int) -> np.ndarray:
    """Return the variance of the dimensions' mean scores.

    Parameters
    ----------
    scores : array of shape (..., cells)
        Ordinal scores; the leading axes are draws.
    dimension : integer array of shape (cells,)
        Number of each cell's dimension, from 0 to ``n - 1``.
    n : int
        Number of dimensions, each with at least one cell.

    Returns
    -------
    array of shape (...)
        Variance, without a unit.
    """
    member = np.zeros((len(dimension), n))
    member[np.arange(len(dimension)), dimension] = 1
    return (scores @ (member / member.sum(axis=0))).var(axis=-1)


def noise_test(scores: pd.DataFrame, draws: int = DRAWS, seed: int = SEED) -> NoiseTest:
    """Test whether the dimensions of a group of simulations differ by more than chance.

    Parameters
    ----------
    scores : DataFrame
        Rows of ``capability_scores`` of the group; unknown scores are left out.
    draws : int
        Number of permutations.
    seed : int
        Seed of the permutations.

    Returns
    -------
    NoiseTest

    Raises
    ------
    ValueError
        If fewer than two dimensions have a known score.
    """
    known = scores.dropna(subset=["score"])
    dimension, names = pd.factorize(known["dimension"])
    if len(names) < 2:
        raise ValueError(f"{len(names)} dimension with a known score; expected at least 2")
    values = known["score"].to_numpy(float)
    random = np.random.default_rng(seed)
    permuted = random.permuted(np.tile(values, (draws, 1)), axis=1)
    observed = between_dimensions(values, dimension, len(names))
    larger = between_dimensions(permuted, dimension, len(names)) >= observed - 1e-12
    return NoiseTest(float(observed), int(larger.sum()), draws, len(values))
