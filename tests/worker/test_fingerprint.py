"""What is kept of the programs and the arithmetic that served a job."""

import platform

from models.release import release
from worker.backprop.compiled import computes_products, loops_in_use, numpy_calls_only
from worker.fingerprint import fingerprint, provenance


def test_the_programs_versions_stand_beside_the_arithmetic_and_are_no_part_of_its_digest():
    found = provenance()
    assert (found["chainrule"], found["python"]) == (release(), platform.python_version())
    assert found["loops"] == loops_in_use()
    assert {name: found[name] for name in fingerprint()} == fingerprint()


def test_the_fingerprint_is_the_same_each_time():
    first = dict(fingerprint())
    fingerprint.cache_clear()
    assert fingerprint() == first


def test_whose_products_a_worker_computes_is_part_of_its_arithmetic():
    found = fingerprint()
    assert found["products"] == ("compiled" if computes_products() else "BLAS")


def test_compiled_loops_and_numpy_calls_are_the_same_arithmetic():
    with_loops = dict(fingerprint())
    fingerprint.cache_clear()
    with numpy_calls_only():
        assert fingerprint() == with_loops
