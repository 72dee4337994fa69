import numpy as np
import pytest

from tests.worker.backprop.networks import make_case
from worker.backprop import textbook
from worker.backprop.dropout import bind_mask
from worker.backprop.network import Network
from worker.backprop.shard_pass import ShardPass


def draw(step=0, shard=0, seed=0, layer=0, share=0.25, shape=(40, 50)):
    mask = np.empty(shape, np.float32)
    bind_mask(mask, share, seed, layer)(step, shard)
    return mask


def test_a_mask_keeps_the_expected_value():
    mask = draw(shape=(400, 500))
    assert set(np.unique(mask)) == {0.0, np.float32(1 / 0.75)}
    assert mask.mean() == pytest.approx(1.0, abs=0.01)


def test_a_mask_belongs_to_its_seed_step_layer_and_shard():
    masks = {
        draw(**name).tobytes() for name in ({}, {"step": 1}, {"shard": 1}, {"seed": 1}, {"layer": 1}, {"share": 0.3})
    }
    assert len(masks) == 6
    assert draw(step=9, shard=2).tobytes() == draw(step=9, shard=2).tobytes()


@pytest.mark.parametrize("activation", ["relu", "tanh", "silu"])
def test_a_pass_multiplies_with_the_masks_of_its_step_and_shard(activation):
    network = Network((5, 6, 7, 3), (activation, activation), dropout=(0.5, 0.25), dtype="float64", seed=11)
    case = make_case(network, 8)
    masks = []
    for layer, (units, share) in enumerate([(6, 0.5), (7, 0.25)]):
        mask = np.empty((units, 8))
        bind_mask(mask, share, 11, layer)(4, 2)
        masks.append(mask.T)
    expected_cost, expected = textbook.gradient(*case, masks=masks)
    gradient = np.empty_like(case.parameters)
    cost = ShardPass(network, case.parameters, gradient, 8).run(case.x, case.y, step=4, shard=2)
    assert cost == pytest.approx(expected_cost, rel=1e-12)
    np.testing.assert_allclose(gradient, expected, rtol=1e-10, atol=1e-13)


def test_nothing_is_dropped_when_the_network_is_used():
    network = Network((5, 6, 3), ("relu",), dropout=(0.5,), dtype="float64")
    case = make_case(network, 8)
    shard = ShardPass(network, case.parameters, np.empty_like(case.parameters), 8)
    shard.run(case.x, case.y)
    np.testing.assert_allclose(shard.outputs(case.x), textbook.outputs(network, case.parameters, case.x), rtol=1e-12)
    assert shard.cost(case.x, case.y) == pytest.approx(textbook.gradient(*case)[0], rel=1e-12)
