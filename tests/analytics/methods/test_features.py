import numpy as np
import pandas as pd
import pytest

from analytics.methods.cells import as_numbers, level_keys
from analytics.methods.features import guess_feature


@pytest.mark.parametrize(
    ("cells", "kind", "reason"),
    [
        ([None, "", "  ", float("nan")], None, "empty"),
        (["No"] * 9, None, "constant"),
        (["Yes", "no", "YES", None], "boolean", ""),
        (["是", "否", "是"], "boolean", ""),
        ([True, False, None], "boolean", ""),
        ([1, 2, 3], "category", ""),
        ([str(i % 40) for i in range(200)], "numeric", ""),
        ([f"{i},000" for i in range(1, 90)], "numeric", ""),
        (list(range(500)), None, "identifier"),
        ([i + 0.5 for i in range(500)], "numeric", ""),
        ([f"user-{i}" for i in range(200)], None, "identifier"),
        (
            [f"a long remark that somebody typed about lead {i}" for i in range(200)],
            None,
            "free_text",
        ),
        ([f"town {i % 90}" for i in range(200)], None, "too_many_levels"),
        (["Web", "Fair", "Web", "Radio"] * 9, "category", ""),
        ([f"2026-01-{i:02}" for i in range(1, 29)], None, "date"),
        (list(pd.date_range("2026-01-01", periods=30)), None, "date"),
    ],
)
def test_guess_feature(cells, kind, reason):
    guess = guess_feature(pd.Series(cells, name="x"))
    assert (guess.kind, guess.reason) == (kind, reason)
    assert (guess.feature is None) == (kind is None)


def test_guess_feature_knows_the_unanswered_drop_down():
    assert (
        guess_feature(pd.Series(["Select", "No", "SELECT"], name="x"), ["select"]).reason
        == "constant"
    )


def test_level_keys_joins_spellings():
    codes, keys, _ = level_keys(
        pd.Series(["Ｇoogle", "google ", "GOOGLE", 1, True, 1.0, ["b", "a"]])
    )
    assert [keys[code] for code in codes] == ["google"] * 3 + ["1"] * 3 + ["a | b"]


def test_as_numbers_reads_what_people_write():
    cells = pd.Series(
        ["1,234.5", "12%", "−", "inf", np.inf, "", None, pd.NA, True, "７"], dtype=object
    )
    expected = [1234.5, 12, *[np.nan] * 6, 1, 7]
    np.testing.assert_array_equal(as_numbers(cells), expected)


def test_as_numbers_knows_coded_missing_values():
    np.testing.assert_array_equal(as_numbers(pd.Series([-1, 5]), ["-1"]), [np.nan, 5])
