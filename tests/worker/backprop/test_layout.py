import numpy as np
import pytest

from worker.backprop.layout import Layout


def test_layers_fill_the_flat_vector_without_gap_or_overlap():
    layout = Layout((3, 5, 2))
    assert layout.size == (3 + 1) * 5 + (5 + 1) * 2
    assert layout.layer(0) == slice(0, 20)
    assert layout.layer(1) == slice(20, 32)


def test_weight_and_bias_are_views_of_the_flat_vector():
    layout = Layout((2, 3))
    flat = np.arange(9.0)
    assert layout.weight(0, flat).tolist() == [[0, 1, 2], [3, 4, 5]]
    assert layout.bias(0, flat).tolist() == [6, 7, 8]
    layout.weight(0, flat)[1, 2] = -1.0
    layout.bias(0, flat)[0] = -2.0
    assert flat[5] == -1.0
    assert flat[6] == -2.0


def test_every_cut_knows_which_of_its_elements_are_weights():
    layout = Layout((3, 5, 2))
    is_weight = np.zeros(layout.size, bool)
    for i in range(2):
        is_weight[layout.weight_slice(i)] = True
    for start in range(layout.size):
        for stop in range(start, layout.size + 1):
            found = np.zeros(stop - start, bool)
            for part in layout.weights_within(start, stop):
                found[part] = True
            assert (found == is_weight[start:stop]).all()


@pytest.mark.parametrize("widths", [(), (3,), (3, 0), (-1, 2)])
def test_a_network_without_layers_or_units_is_refused(widths):
    with pytest.raises(ValueError, match="widths"):
        Layout(widths)
