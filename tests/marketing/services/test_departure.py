"""What the question before sending says of when messages leave."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from core.models import Installation
from marketing.models import Campaign
from marketing.services.sending.departure import departure

pytestmark = pytest.mark.django_db
SATURDAY = datetime(2026, 11, 28, 11, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
OFFICE: dict[str, Any] = {
    "window_from": time(9),
    "window_to": time(17),
    "weekdays": [0, 1, 2, 3, 4],
}
ALWAYS: dict[str, Any] = {"weekdays": list(range(7))}
GONE = "What has left cannot be called back."


@pytest.fixture(autouse=True)
def _zone() -> None:
    Installation.objects.update_or_create(pk=1, defaults={"time_zone": "Europe/Berlin"})


@pytest.mark.parametrize(
    ("given", "at", "said"),
    [
        (ALWAYS, SATURDAY, f"It begins at once. {GONE}"),
        (
            OFFICE,
            SATURDAY,
            "Messages leave only in the hours chosen, the first Monday 30 Nov 2026 09:00 (Europe/Berlin). "
            + GONE,
        ),
        (OFFICE, MONDAY, f"It begins at once. Messages leave only in the hours chosen. {GONE}"),
        (
            {**OFFICE, "is_local": True},
            SATURDAY,
            (
                "Messages leave only in the hours chosen, by the clock of each recipient; by the company’s the "
                f"first leave Monday 30 Nov 2026 09:00 (Europe/Berlin). {GONE}"
            ),
        ),
        (
            {**ALWAYS, "scheduled_at": MONDAY},
            SATURDAY,
            "It begins by itself: Monday 30 Nov 2026 09:00 (Europe/Berlin). Until it begins it can be taken back.",
        ),
        (
            {**OFFICE, "scheduled_at": SATURDAY.replace(hour=15)},
            SATURDAY,
            (
                "It begins by itself: Saturday 28 Nov 2026 16:00 (Europe/Berlin). Messages leave only in the hours "
                "chosen, the first Monday 30 Nov 2026 09:00 (Europe/Berlin). Until it begins it can be taken back."
            ),
        ),
        ({**ALWAYS, "scheduled_at": SATURDAY}, MONDAY, f"It begins at once. {GONE}"),
    ],
)
def test_the_question_says_when_the_first_leave(
    given: dict[str, Any], at: datetime, said: str
) -> None:
    assert departure(Campaign(**given), at) == said
