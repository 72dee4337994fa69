"""What a starting stack is asked."""

from types import SimpleNamespace

from chainrule.stack.readiness import unended_jobs


def test_a_job_that_is_claimed_between_two_questions_counts_once():
    answers = {"queued": ["a", "b"], "running": ["b", "c"]}
    client = SimpleNamespace(jobs=SimpleNamespace(list=lambda state: [{"id": id} for id in answers.get(state, [])]))
    assert unended_jobs(client) == {"a", "b", "c"}
