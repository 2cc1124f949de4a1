"""The test that tells capability scores from noise."""

import numpy as np
import pandas as pd
import pytest

from sobe import tables
from sobe.analysis.capability_noise import between_dimensions, noise_test


def group(silicon):
    models = tables.load("simulation_models")
    chosen = models[(models["organism"] == "silicon") == silicon]["model_id"]
    scores = tables.load("capability_scores")
    return scores[scores["model_id"].isin(chosen)]


def made(values):
    """Scores of a table of simulations × dimensions."""
    rows, columns = np.indices(values.shape)
    return pd.DataFrame(
        {"model_id": rows.ravel(), "dimension": columns.ravel(), "score": values.ravel()}
    )


def test_silicon_rows_cannot_be_told_from_noise_and_the_others_can():
    assert 0.6 < noise_test(group(silicon=True)).share < 0.9
    assert noise_test(group(silicon=False)).at_least_as_large == 0


def test_variance_between_dimensions_by_hand():
    scores, dimension = np.array([0.0, 2, 3, 3]), np.array([0, 0, 1, 1])
    assert between_dimensions(scores, dimension, 2) == pytest.approx(1.0)  # means 1 and 3


def test_the_share_is_a_p_value():
    """Noise is called different from noise in about 5% of the groups, at that level."""
    random = np.random.default_rng(1)
    groups = [made(random.integers(0, 4, (12, 9))) for _ in range(200)]
    below = np.mean([noise_test(one, draws=200).share <= 0.05 for one in groups])
    assert 0.01 <= below <= 0.10


def test_a_difference_between_dimensions_is_found():
    values = np.random.default_rng(2).integers(0, 2, (12, 9))
    values[:, 0] += 2
    assert noise_test(made(values)).share < 0.001


def test_the_result_is_the_same_each_time():
    assert noise_test(group(silicon=True)) == noise_test(group(silicon=True))


def test_one_dimension_is_refused():
    with pytest.raises(ValueError, match="1 dimension with a known score; expected at least 2"):
        noise_test(made(np.ones((3, 1))))
