"""Synapses per volume, of data sets and of counts for whole brains."""

import pytest

from sobe import tables
from sobe.analysis import density
from sobe.analysis.organisms import chosen


@pytest.fixture(scope="module")
def rows():
    return density.densities()


def test_a_density_is_synapses_over_volume(rows):
    h01 = rows.set_index("connectome_id").loc["h01-2024"]
    assert h01["density"] == pytest.approx(149_871_669 / 1.05e9)
    assert h01["over_counted"] == pytest.approx(1)


def test_a_data_set_without_a_volume_takes_that_of_its_image(rows):
    assert (
        tables.load("connectomes").set_index("connectome_id")["volume_mm3"].isna()["microns-2025"]
    )
    assert rows.set_index("connectome_id")["volume_mm3"]["microns-2025"] == pytest.approx(
        1.049, 1e-3
    )


def test_connections_are_no_synapses(rows):
    measured = rows[rows["basis"] == density.MEASURED]
    known = tables.load("connectomes").set_index("connectome_id")
    assert (known.loc[measured["connectome_id"], "synapses_counted"] == "synapses").all()
    assert len(measured) >= 3


def test_every_count_of_an_organism_is_over_the_books_volume(rows):
    whole = rows[rows["basis"] == density.WHOLE]
    assert len(whole) == (tables.load("organisms")["quantity"] == "synapses").sum()
    mouse = whole[whole["species"] == "Mouse"]
    assert (mouse["volume_mm3"] == chosen()["brain_volume"]["mouse"]).all()


def test_only_animals_with_a_data_set_are_compared(rows):
    compared = rows.groupby("species")["over_counted"].apply(lambda fold: fold.notna().all())
    assert set(compared.index[compared]) == {"Mouse", "Human", "Octopus vulgaris"}
    worst = rows.loc[rows["over_counted"].idxmax()]
    assert worst["species"] == "Mouse" and worst["over_counted"] == pytest.approx(3.11, 0.01)
