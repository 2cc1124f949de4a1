"""One quantity has one value in the whole book: the glued numbers of all chapters, compared."""

import ast
import json

import pytest

#: Names that mean another thing in each chapter, and what they mean.
LOCAL = {
    "mouse_share": "of draws in the estimator, of neurons recorded in recording",
    "n_rows": "rows of the chapter's own table",
}
#: What is said under different names, as chapter:name.
SAME = {
    "cost per neuron of the worm": ["index:cost_first", "cost:worm_cost"],
    "newest cost per neuron that is no illustration": [
        "index:cost_last",
        "cost:latest_cost",
        "estimator:table_neuron",
    ],
    "lowest illustration": ["index:cost_future", "cost:future_low", "claims:illustration_low"],
    "highest illustration": ["cost:future_high", "claims:illustration_high"],
    "cost of the mouse block": ["cost:highest_total", "estimator:block_budget"],
    "budget of the mouse": ["cost:mouse_budget", "estimator:mouse_budget"],
    "budget of the human": ["cost:human_budget", "estimator:human_budget"],
    "budget line of the mouse": ["cost:mouse_line", "claims:line_mouse"],
    "budget line of the human": ["cost:human_line", "claims:line_human"],
    "neurons of the human": ["index:human", "cost:human_neurons"],
}


def differences(glued, local=LOCAL, same=SAME):
    """Messages on quantities with more than one value, or with a name that is glued nowhere.

    ``glued``: {"chapter:name": text}.
    """
    names = {}
    for place in glued:
        names.setdefault(place.partition(":")[2], []).append(place)
    groups = {name: places for name, places in names.items() if name not in local}
    found = [
        f"{place} is glued nowhere"
        for places in same.values()
        for place in places
        if place not in glued
    ]
    for meaning, places in (groups | same).items():
        values = {place: glued[place] for place in places if place in glued}
        if len(set(values.values())) > 1:
            found.append(f"{meaning}: {values}")
    return found


@pytest.fixture(scope="module")
def glued(project, site):
    """The glued texts of the English edition: {"chapter:name": text}."""
    found = {}
    for path in (project.build / "tree/en/book").glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                name = output.get("metadata", {}).get("scrapbook", {}).get("name")
                text = "".join(
                    output.get("data", {}).get("application/papermill.record/text/plain", "")
                )
                if name and text[:1] in ("'", '"'):
                    found[f"{path.stem}:{name}"] = ast.literal_eval(text)
    return found


def test_one_quantity_has_one_value(glued):
    assert len(glued) > 200
    assert differences(glued) == []


def test_local_names_are_used_more_than_once(glued):
    names = [place.partition(":")[2] for place in glued]
    assert [name for name in LOCAL if names.count(name) < 2] == []


def test_a_second_value_is_found():
    same = {"a budget": ["one:x", "two:y"]}
    agreed = {"one:x": "$1", "two:y": "$1", "one:z": "3.5×", "two:z": "3.5×"}
    assert differences(agreed, {}, same) == []
    assert differences(agreed | {"two:y": "$2"}, {}, same) == [
        "a budget: {'one:x': '$1', 'two:y': '$2'}"
    ]
    other = agreed | {"two:z": "3.6×"}
    assert len(differences(other, {}, same)) == 1
    assert differences(other, {"z": "another thing"}, same) == []
    assert differences({"one:x": "$1"}, {}, same) == ["two:y is glued nowhere"]
