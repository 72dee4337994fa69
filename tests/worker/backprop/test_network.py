import pytest

from worker.backprop.network import Network


def test_dropout_defaults_to_none_for_every_hidden_layer():
    assert Network((4, 3, 2, 2), ("relu", "tanh")).dropout == (0.0, 0.0)


@pytest.mark.parametrize(
    ("faulty", "named"),
    [
        ({"activations": ("relu", "relu")}, "activations"),
        ({"activations": ("magic",)}, "activations"),
        ({"output": "guess"}, "output"),
        ({"dtype": "float16"}, "dtype"),
        ({"dropout": (0.5, 0.5)}, "dropout"),
        ({"dropout": (1.0,)}, "dropout"),
        ({"cost": "huber"}, "cost"),
        ({"output": "linear"}, "cost"),
    ],
)
def test_parts_that_do_not_fit_are_named(faulty, named):
    with pytest.raises(ValueError, match=named):
        Network(**{"widths": (4, 3, 2), "activations": ("relu",), **faulty})
