"""Parts of a campaign's audience by hash."""

import pytest

from marketing.services.campaigns.assignment import share_of

pytestmark = pytest.mark.embedded


def test_questions_of_a_campaign_are_drawn_apart() -> None:
    people = range(8_000)
    held_out = {one for one in people if share_of("salt", "holdout", one) < 0.1}
    assert abs(len(held_out) - 800) < 110
    in_test = {one for one in people if share_of("salt", "test", one) < 0.2}
    assert abs(len(held_out & in_test) - 160) < 50
    assert held_out == {one for one in people if share_of("salt", "holdout", one) < 0.1}
    assert held_out != {one for one in people if share_of("other", "holdout", one) < 0.1}
