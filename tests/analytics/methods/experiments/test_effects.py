"""Effects against other libraries and published figures; what makes no sense is refused."""

import gzip

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.experiments.cuped import Paired, adjusted_arms, adjusted_effect, saved_by
from analytics.methods.experiments.effects import arm_of_counts, arm_of_values, compare_arms
from analytics.methods.experiments.many import holm
from analytics.methods.experiments.sample_ratio import sample_ratio_p
from tests.data import data_file

counts = st.tuples(st.integers(0, 500), st.integers(1, 500)).map(lambda p: (min(p), max(p)))

# Lifts against no e-mail, in percentage points or dollars, with 95 % intervals.
HILLSTROM = {
    ("Mens E-Mail", "visit"): (7.659, 6.995, 8.323),
    ("Mens E-Mail", "conversion"): (0.6805, 0.5000, 0.8610),
    ("Mens E-Mail", "spend"): (0.7698, 0.4851, 1.0545),
    ("Womens E-Mail", "visit"): (4.523, 3.889, 5.157),
    ("Womens E-Mail", "conversion"): (0.3111, 0.1499, 0.4723),
    ("Womens E-Mail", "spend"): (0.4244, 0.1690, 0.6799),
}


def hillstrom() -> pd.DataFrame:
    with gzip.open(data_file("hillstrom.csv.gz")) as source:
        return pd.read_csv(source)


@given(counts, counts)
def test_shares_are_those_of_statsmodels(one: tuple[int, int], other: tuple[int, int]) -> None:
    found = compare_arms(arm_of_counts(*one), arm_of_counts(*other))
    low, high = confint_proportions_2indep(*one, *other, method="wald")
    assert (found.lower, found.upper) == pytest.approx((low, high), abs=1e-12)
    mirrored = compare_arms(arm_of_counts(*other), arm_of_counts(*one))
    assert mirrored.difference == -found.difference
    assert (mirrored.lower, mirrored.upper) == (-found.upper, -found.lower)
    assert 0 <= found.p_value <= 1


def test_means_are_those_of_statsmodels() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.gamma(2, 3, 40), rng.gamma(2, 2, 70)
    found = compare_arms(arm_of_values(one), arm_of_values(other))
    compared = CompareMeans(DescrStatsW(one), DescrStatsW(other))
    assert (found.lower, found.upper) == pytest.approx(compared.tconfint_diff(usevar="unequal"))
    assert found.p_value == pytest.approx(
        scipy.stats.ttest_ind(one, other, equal_var=False).pvalue, rel=1e-9
    )


@pytest.mark.parametrize(("arm", "outcome"), HILLSTROM)
def test_hillstrom_has_the_published_lifts(arm: str, outcome: str) -> None:
    rows = hillstrom()
    one, other = (
        rows.loc[rows["segment"] == name, outcome].to_numpy() for name in (arm, "No E-Mail")
    )
    if outcome == "spend":
        found, scale = compare_arms(arm_of_values(one), arm_of_values(other)), 1
    else:
        found = compare_arms(
            arm_of_counts(int(one.sum()), len(one)), arm_of_counts(int(other.sum()), len(other))
        )
        scale = 100
    said = (found.difference * scale, found.lower * scale, found.upper * scale)
    assert said == pytest.approx(HILLSTROM[arm, outcome], abs=5e-4)


def test_nobody_or_nonsense_is_refused() -> None:
    for happened, people, code in ((0, 0, "empty"), (-1, 5, "out"), (6, 5, "out")):
        with pytest.raises((InsufficientData, InvalidData)) as caught:
            arm_of_counts(happened, people)
        assert caught.value.code.startswith(code)
    for values in ([], [1.0], [1.0, np.nan]):
        with pytest.raises((InsufficientData, InvalidData)):
            arm_of_values(values)
    with pytest.raises(InvalidData):
        compare_arms(arm_of_counts(1, 5), arm_of_values([1, 2]))
    with pytest.raises(InvalidData):
        compare_arms(arm_of_counts(1, 5), arm_of_counts(1, 5), level=1.0)


def test_what_was_known_before_saves_people() -> None:
    rng = np.random.default_rng(2)
    before = rng.normal(10, 3, (2, 4_000))
    noise = rng.normal(0, 1, (2, 4_000))
    treated, control = before[0] + noise[0] + 0.2, before[1] + noise[1]
    found = adjusted_effect(treated, control, *before)
    # Correlation squared: 9 / 10 of the variance is known beforehand.
    assert found.saved == pytest.approx(0.9, abs=0.02)
    assert found.slope == pytest.approx(1.0, abs=0.02)
    assert found.effect.lower < 0.2 < found.effect.upper
    assert abs(found.effect.difference - 0.2) < abs(found.plain.difference - 0.2) + 0.1
    nothing = adjusted_effect(treated, control, np.ones(4_000), np.ones(4_000))
    assert nothing.effect == nothing.plain
    with pytest.raises(InvalidData):
        adjusted_effect(treated, control, before[0][:5], before[1])


@given(st.integers(0, 2**32 - 1), st.floats(-1e3, 1e3))
def test_sums_of_a_database_give_the_same_as_the_values(seed: int, middle: float) -> None:
    rng = np.random.default_rng(seed)
    before = rng.normal(middle, 3, (2, 50))
    outcome = before * 0.5 + rng.normal(middle, 1, (2, 50))
    summed = [
        Paired.of_sums(
            50,
            outcome=y.sum(),
            before=x.sum(),
            squares=y @ y,
            before_squares=x @ x,
            products=x @ y,
        )
        for y, x in zip(outcome, before, strict=True)
    ]
    one, other, slope = adjusted_arms(*summed)
    found, known = compare_arms(one, other), adjusted_effect(*outcome, *before)
    assert slope == pytest.approx(known.slope, rel=1e-6, abs=1e-6)
    assert found.difference == pytest.approx(known.effect.difference, rel=1e-6, abs=1e-6)
    assert saved_by(found, known.plain) == pytest.approx(known.saved, rel=1e-6, abs=1e-6)
    assert summed[0].plain.mean == pytest.approx(outcome[0].mean())


def test_adjusted_intervals_cover() -> None:
    rng = np.random.default_rng(3)
    inside = 0
    for _ in range(400):
        before = rng.exponential(5, (2, 200))
        outcome = before * 0.5 + rng.exponential(2, (2, 200))
        effect = adjusted_effect(outcome[0] + 1, outcome[1], *before).effect
        inside += effect.lower <= 1 <= effect.upper
    assert 0.92 <= inside / 400 <= 0.98


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_is_that_of_statsmodels(p_values: list[float]) -> None:
    found = holm(p_values)
    if p_values:
        assert found == pytest.approx(multipletests(p_values, method="holm")[1].tolist())
    assert all(after >= before for before, after in zip(p_values, found, strict=True))


def test_splits_are_checked() -> None:
    assert sample_ratio_p([500, 500], [1, 1]) == 1.0
    assert sample_ratio_p([900, 100], [0.9, 0.1]) == 1.0
    assert sample_ratio_p([500, 600], [1, 1]) < 0.003
    for counts_, weights, code in (
        ([1], [1], "unequal_lengths"),
        ([1, 2], [1, 0], "out_of_bounds"),
        ([-1, 2], [1, 1], "out_of_bounds"),
        ([0, 0], [1, 1], "empty"),
    ):
        with pytest.raises((InsufficientData, InvalidData)) as caught:
            sample_ratio_p(counts_, weights)
        assert caught.value.code == code
