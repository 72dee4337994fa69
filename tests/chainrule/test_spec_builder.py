"""A spec from options."""

from __future__ import annotations

import pytest

from chainrule.spec_builder import BadSetting, hidden_layers, parse_assignments, with_setting


def test_layers_share_an_activation_unless_they_name_one() -> None:
    assert hidden_layers("128, 64:tanh", "relu") == [
        {"units": 128, "activation": "relu"},
        {"units": 64, "activation": "tanh"},
    ]


def test_an_empty_list_of_layers_is_a_linear_model() -> None:
    assert hidden_layers("") == []


def test_layers_that_are_not_numbers_are_refused() -> None:
    with pytest.raises(BadSetting, match="many"):
        hidden_layers("many")


def test_a_setting_makes_the_objects_on_its_way_and_keeps_their_rest() -> None:
    spec = {"training": {"seed": 1}}
    assert with_setting(spec, "training.optimizer.name", "sgd") == {
        "training": {"seed": 1, "optimizer": {"name": "sgd"}}
    }
    assert spec == {"training": {"seed": 1}}


def test_a_path_through_a_number_is_refused() -> None:
    with pytest.raises(BadSetting, match="shards"):
        with_setting({"shards": 4}, "shards.x", 1)


def test_values_are_json_or_else_text() -> None:
    assert parse_assignments(["a=1", "b=null", "c=relu", "d=x=y"]) == [
        ("a", 1),
        ("b", None),
        ("c", "relu"),
        ("d", "x=y"),
    ]


def test_an_assignment_needs_an_equals_sign() -> None:
    with pytest.raises(BadSetting, match=r"training\.batch_size=64"):
        parse_assignments(["a"])
