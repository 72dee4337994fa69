"""The states of a job: what may follow what."""

from models.states import FINAL_STATE, SERVED, TERMINAL, TRANSITIONS, JobState, Reason, may_follow


def test_nothing_follows_an_end():
    assert all(TRANSITIONS[state] == frozenset() for state in TERMINAL)


def test_every_state_has_its_row_and_can_be_reached_from_the_queue():
    reached = {JobState.QUEUED}
    while True:
        further = reached | {after for state in reached for after in TRANSITIONS[state]}
        if further == reached:
            break
        reached = further
    assert reached == set(JobState) == set(TRANSITIONS)


def test_every_reason_leads_to_an_end():
    assert set(FINAL_STATE) == set(Reason)
    assert set(FINAL_STATE.values()) == TERMINAL


def test_a_cancelled_job_is_never_restarted():
    assert not any(may_follow(JobState.CANCELLED, state) for state in JobState)


def test_whoever_holds_a_job_can_always_end_it():
    assert all(any(may_follow(state, end) for end in TERMINAL) for state in SERVED)
