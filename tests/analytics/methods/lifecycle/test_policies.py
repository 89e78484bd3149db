"""How good policies are that are found from few trials, over many made-up companies whose truth is known."""

import numpy as np
import pytest

from benchmarks.lifecycle_policies import judge


def test_what_is_plain_is_found_and_little_is_lost() -> None:
    found = judge(30, 100, discount=0.8)
    assert found.best_where_plain > 0.95
    assert found.lost.mean() < 0.03


@pytest.mark.acceptance
@pytest.mark.parametrize(
    ("trials", "lost", "near"), [(50, 0.05, 0.7), (100, 0.03, 0.8), (200, 0.015, 0.9)]
)
def test_policies_are_worth_nearly_what_the_best_ones_are(
    trials: int, lost: float, near: float
) -> None:
    """The best policy where it is plain; its true value within 5 % of the best one's on average."""
    found = judge(200, trials, discount=0.95)
    print(
        f"{trials} trials: best action {found.is_best.mean():.1%}, where plain {found.best_where_plain:.1%}; "
        f"lost {found.lost.mean():.1%}, at most 5 % in {found.near:.0%}; "
        f"told values off by {np.median(np.abs(found.off)):.1%}"
    )
    assert found.best_where_plain > 0.97
    assert found.lost.mean() < lost
    assert found.near > near
