import math

import pytest

from worker.backprop.schedules import Plateau, make_schedule


def schedule(name, steps_total=100, **settings):
    return make_schedule(name, steps_per_epoch=10, steps_total=steps_total, **settings)


def test_constant_and_the_plateau_by_itself_stay_at_one():
    assert {schedule("constant")(t, t // 10) for t in range(100)} == {1.0}
    assert {schedule("reduce_on_plateau", factor=0.5, epochs=2)(t, t // 10) for t in range(100)} == {1.0}


def test_step_and_exponential_change_with_the_epoch_only():
    assert [schedule("step", every_epochs=2, factor=0.5)(0, e) for e in range(5)] == [1, 1, 0.5, 0.5, 0.25]
    assert [schedule("exponential", factor=0.5)(99, e) for e in range(4)] == [1, 0.5, 0.25, 0.125]


def test_cosine_falls_from_one_to_its_floor_at_the_last_step():
    rate = schedule("cosine", floor=0.2, steps_total=110)
    assert rate(0, 0) == 1.0
    assert rate(109, 10) == pytest.approx(0.2)
    assert rate(36, 3) > rate(37, 3)
    assert schedule("cosine", floor=0.0, steps_total=1)(0, 0) == 1.0


def test_warm_up_rises_in_a_straight_line_and_stays():
    rate = make_schedule("warm_up", steps_per_epoch=2, steps_total=20, epochs=2.0)
    assert [rate(t, t // 2) for t in range(6)] == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]


def test_one_cycle_rises_to_its_peak_and_falls_to_almost_nothing():
    rate = schedule("one_cycle", rise=0.3, start_divisor=25.0, end_divisor=1e4)
    values = [rate(t, t // 10) for t in range(100)]
    assert values[0] == pytest.approx(1 / 25)
    assert max(values) == values[29] == 1.0
    assert values[-1] == pytest.approx(1e-4)
    assert values[:30] == sorted(values[:30])
    assert values[29:] == sorted(values[29:], reverse=True)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_one_cycle_of_a_few_steps_is_finite(steps):
    rate = make_schedule(
        "one_cycle", steps_per_epoch=1, steps_total=steps, rise=0.3, start_divisor=25.0, end_divisor=1e4
    )
    assert all(math.isfinite(rate(t, t)) for t in range(steps))


def test_a_plateau_lowers_the_rate_after_so_many_epochs_without_improvement():
    state, factors = Plateau(), []
    for cost in (5.0, 4.0, 4.0, 4.0, 4.0, 3.0, 3.5, 3.5):
        state = state.after(cost, factor=0.5, epochs=2)
        factors.append(state.rate_factor)
    assert factors == [1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25]


def test_an_improvement_smaller_than_min_delta_is_none():
    state = Plateau().after(1.0, factor=0.5, epochs=1).after(0.95, factor=0.5, epochs=1, min_delta=0.1)
    assert state.rate_factor == 0.5
    assert state.best == 1.0


def test_a_cost_that_is_not_a_number_is_no_improvement():
    assert Plateau().after(math.nan, factor=0.5, epochs=1).rate_factor == 0.5


def test_an_unknown_schedule_is_refused():
    with pytest.raises(ValueError, match="schedule: 'spiral' is unknown"):
        schedule("spiral")
