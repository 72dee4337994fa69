"""The service as a whole."""

from threadpoolctl import threadpool_info, threadpool_limits

from service.app import create_app


def test_it_computes_with_one_blas_thread_as_the_workers_do(settings):
    with threadpool_limits(2, user_api="blas"):
        create_app(settings)
        assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {1}
