import pytest

from worker.progress_watch import ProgressWatch


class Thread:
    """A thread as the watch sees it: the time, its processor time, its step."""

    def __init__(self):
        self.now = self.computed = 0.0
        self.step = 0
        self.watch = ProgressWatch(5.0, clock=lambda: self.now, computed=lambda: self.computed)
        self.watch.train(lambda: self.step)

    def goes_on_for(self, seconds, *, busy=0.0, looks_every_s=0.2, then=lambda: None):
        """Whether it is found to stand still at any look."""
        found = False
        for _ in range(round(seconds / looks_every_s)):
            self.now += looks_every_s
            self.computed += busy * looks_every_s
            then()
            found = self.watch.stands_still() or found
        return found


@pytest.fixture
def thread():
    return Thread()


def test_a_thread_that_neither_steps_nor_computes_stands_still(thread):
    assert not thread.goes_on_for(4.8)
    assert thread.goes_on_for(1.0)


def test_steps_are_progress(thread):
    def step():
        thread.step += 1

    assert not thread.goes_on_for(60, then=step)


def test_so_is_waiting_for_others(thread):
    assert not thread.goes_on_for(60, then=thread.watch.note)


def test_a_long_step_computes(thread):
    assert not thread.goes_on_for(60, busy=0.9)


def test_but_not_for_ever(thread):
    assert thread.goes_on_for(120, busy=1.0)


def test_what_is_not_training_may_wait_for_a_slow_disk(thread):
    thread.watch.train(None)
    assert not thread.goes_on_for(60)
    assert thread.goes_on_for(60)


def test_a_process_that_was_stopped_has_not_hung(thread):
    assert not thread.goes_on_for(300, looks_every_s=300)
