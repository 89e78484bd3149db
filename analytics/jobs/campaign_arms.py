"""Both sides of a campaign as the methods compare them: shares, and amounts beside those of the year before."""

from dataclasses import dataclass, replace

from analytics.datasets.campaigns import Tally
from analytics.methods.experiments.cuped import Paired, adjusted_arms
from analytics.methods.experiments.effects import Arm, Effect, arm_of_counts, compare_arms

# So that the slope on it is worth something; settled beforehand, never by what comes out.
LEAST_BUYERS = 100


@dataclass(frozen=True)
class Arms:
    """Of amounts without what the year before explains, where enough people bought in it; then the plain
    difference stands beside it."""

    treated: Arm
    control: Arm
    plain: Effect | None = None


def share_of(tally: Tally, outcome: str) -> Arm:
    """Those who had an outcome."""
    return arm_of_counts(getattr(tally, outcome), tally.people)


def arms_of(treated: Tally, control: Tally, outcome: str) -> Arms:
    """Both sides of an outcome; of two people each at least."""
    if outcome != "revenue":
        return Arms(share_of(treated, outcome), share_of(control, outcome))
    one, other = _paired(treated), _paired(control)
    first, second, plain = one.plain, other.plain, None
    if treated.buyers_before + control.buyers_before >= LEAST_BUYERS:
        plain = compare_arms(first, second)
        first, second, _slope = adjusted_arms(one, other)
    # Nothing is clear where hardly anybody bought.
    return Arms(
        replace(first, counted=treated.buyers), replace(second, counted=control.buyers), plain
    )


def _paired(tally: Tally) -> Paired:
    return Paired.of_sums(
        tally.people,
        outcome=tally.revenue,
        before=tally.before,
        squares=tally.squares,
        before_squares=tally.before_squares,
        products=tally.products,
    )
