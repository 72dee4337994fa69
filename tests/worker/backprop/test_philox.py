import numpy as np

from worker.backprop.philox import Streams, philox


def test_a_stream_can_be_made_again_at_any_time():
    assert philox(7, "shuffle", 3).random(5).tolist() == philox(7, "shuffle", 3).random(5).tolist()


def test_streams_of_other_purposes_are_others():
    names = [(7, "shuffle", 3), (8, "shuffle", 3), (7, "shuffle", 4), (7, "split", 3), (7, "a", 1, 23), (7, "a", 12, 3)]
    draws = {philox(*name).random() for name in names}
    assert len(draws) == len(names)


def test_the_stream_of_a_name_never_changes():
    """Recorded with NumPy 2.4.6: a change here changes the bits of every trained network."""
    assert philox(0, "init", 0).bit_generator.random_raw(2).tolist() == [2061742820283816101, 2690945404534164161]


def test_reused_streams_are_the_same_streams():
    streams = Streams()
    for step in range(5):
        assert (streams.philox(3, "dropout", step).random(7) == philox(3, "dropout", step).random(7)).all()
        streams.philox(3, "dropout", step).random(step, np.float32)  # leaves half a number in the buffer
