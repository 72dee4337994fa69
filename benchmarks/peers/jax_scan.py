"""JAX with a whole epoch compiled as one scan over the batches: on small networks the strongest peer there is."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.peers.timing import LEARNING_RATE, asked, data, samples_per_second

_BETA_1, _BETA_2, _EPSILON = 0.9, 0.999, 1e-8


def _cost(parameters: Any, x: Any, y: Any) -> Any:
    for weights, bias in parameters[:-1]:
        x = jax.nn.relu(x @ weights + bias)
    weights, bias = parameters[-1]
    log_probability = jax.nn.log_softmax(x @ weights + bias)
    return -jnp.take_along_axis(log_probability, y[:, None], axis=1).mean()


def _step(state: Any, batch: Any) -> Any:
    parameters, first, second, t = state
    cost, gradient = jax.value_and_grad(_cost)(parameters, *batch)
    t = t + 1
    tree = jax.tree_util.tree_map
    first = tree(lambda m, g: _BETA_1 * m + (1 - _BETA_1) * g, first, gradient)
    second = tree(lambda v, g: _BETA_2 * v + (1 - _BETA_2) * g * g, second, gradient)
    rate = LEARNING_RATE * jnp.sqrt(1 - _BETA_2**t) / (1 - _BETA_1**t)
    parameters = tree(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + _EPSILON), parameters, first, second)
    return (parameters, first, second, t), cost


def main() -> None:
    """Measure."""
    shape, seconds = asked()
    x, y = data(shape)
    steps = shape.rows // shape.batch_size
    batches = jnp.asarray(x).reshape(steps, shape.batch_size, -1), jnp.asarray(y).reshape(steps, shape.batch_size)
    keys = jax.random.split(jax.random.key(0), len(shape.widths))
    parameters = [
        (jax.random.normal(key, (n_in, n_out)) * (2 / n_in) ** 0.5, jnp.zeros(n_out))
        for key, (n_in, n_out) in zip(keys, pairwise(shape.widths), strict=False)
    ]
    zeros = jax.tree_util.tree_map(jnp.zeros_like, parameters)
    state = (parameters, zeros, jax.tree_util.tree_map(jnp.zeros_like, parameters), jnp.float32(0))
    train = jax.jit(lambda state, batches: jax.lax.scan(_step, state, batches), donate_argnums=0)

    def epoch() -> None:
        nonlocal state
        state, costs = train(state, batches)
        costs.block_until_ready()

    print(samples_per_second(steps * shape.batch_size, seconds, epoch))


if __name__ == "__main__":
    main()
