"""Places under a salt: the same everywhere, even, and unrelated between salts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.chance import arm_at, place_of

pytestmark = pytest.mark.embedded


def test_a_place_is_that_of_sha_256() -> None:
    # printf 'salt:1' | sha256sum, its first 53 bits by 2 ** 53
    assert place_of("salt", 1) == pytest.approx(int("73a035a1e681b590", 16) / 2**64, abs=1e-15)


def test_places_are_even_and_unrelated_between_salts() -> None:
    first = [place_of("a", number) for number in range(20_000)]
    second = [place_of("b", number) for number in range(20_000)]
    for tenth in range(10):
        count = sum(tenth / 10 <= place < (tenth + 1) / 10 for place in first)
        assert abs(count - 2_000) < 4 * (20_000 * 0.1 * 0.9) ** 0.5
    both = sum(one < 0.5 and other < 0.5 for one, other in zip(first, second, strict=True))
    assert abs(both - 5_000) < 4 * (20_000 * 0.25 * 0.75) ** 0.5


@given(st.text(), st.integers(), st.lists(st.floats(0, 100), min_size=1, max_size=6))
def test_everybody_gets_an_arm_that_weighs_something(
    salt: str, key: int, weights: list[float]
) -> None:
    place = place_of(salt, key)
    assert 0 <= place < 1
    assert place_of(salt, key) == place
    if sum(weights) <= 0:
        with pytest.raises(ValueError, match="positive"):
            arm_at(place, weights)
    else:
        assert weights[arm_at(place, weights)] > 0


def test_weights_are_shares() -> None:
    places = [place_of("s", number) for number in range(10_000)]
    arms = [arm_at(place, (3, 0, 1)) for place in places]
    assert arms.count(1) == 0
    assert abs(arms.count(0) - 7_500) < 4 * (10_000 * 0.75 * 0.25) ** 0.5
    # A larger share keeps whom it had: the first arm only grows.
    assert all(arm_at(place, (4, 0, 1)) == 0 for place in places if arm_at(place, (3, 0, 1)) == 0)
    assert arm_at(0.999999999999, (1, 1, 0)) == 1
