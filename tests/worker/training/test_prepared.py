"""Datasets made ready for workers: what a failure leaves behind."""

import pytest

from models.errors import Fault, ValidationFailed
from worker.training.prepared import _make


def begin(draft):
    (draft / "train_x.npy").write_text("half of it")


@pytest.mark.parametrize(
    "failure", [ValidationFailed([Fault("/target", "no such column", "unknown")]), OSError("full")]
)
def test_a_dataset_that_could_not_be_prepared_leaves_no_draft(tmp_path, failure):
    def fill(draft):
        begin(draft)
        raise failure

    with pytest.raises(type(failure)):
        _make(tmp_path / "prepared" / "digest", fill)
    assert list((tmp_path / "prepared").iterdir()) == []


def test_of_two_who_prepare_the_same_the_second_throws_its_draft_away(tmp_path):
    folder = tmp_path / "prepared" / "digest"

    def fill_while_another_does(draft):
        begin(draft)
        _make(folder, begin)

    _make(folder, fill_while_another_does)
    assert list(folder.parent.iterdir()) == [folder]
