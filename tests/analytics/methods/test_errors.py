import pickle

import pytest

from analytics.methods.errors import InsufficientData, InvalidData, MethodError


def test_insufficient_data_carries_figures():
    error = InsufficientData("few_negatives", needed=50, found=3)
    assert isinstance(error, MethodError)
    assert (error.code, error.needed, error.found) == ("few_negatives", 50, 3)


@pytest.mark.parametrize(
    "error", [InsufficientData("empty", needed=2, found=0), InvalidData("bad_parameter", "no")]
)
def test_errors_survive_pickling(error):
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.code) == (type(error), str(error), error.code)
