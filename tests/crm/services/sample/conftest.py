"""A sample company told without a database, and a small one to store."""

from datetime import date, timedelta

import pytest

from core.models import User
from crm.models import Stage
from crm.services.sample import customers, enquiries, selling
from crm.services.sample.cast import SampleCompany, Setting
from crm.services.sample.ground import FIELDS, WORTH
from crm.services.sample.story import tell

TODAY = date(2026, 11, 26)
KEYS = {name: name for _object, name, _label, _type in FIELDS}


def setting_of(today: date = TODAY) -> Setting:
    users = [User(pk=number, email=f"user{number}@example.org") for number in range(1, 5)]
    stages = [
        Stage(pk=number, pipeline_id=1, name=f"Stage {number}", kind="open", position=number)
        for number in range(1, 5)
    ]
    start = today - timedelta(days=900)
    return Setting(
        today=today,
        sellers={"europe": users[:2], "americas": users[2:3], "china": users[3:]},
        marketer=users[0],
        stages=stages,
        won=Stage(pk=8, pipeline_id=1, name="Won", kind="won"),
        lost=Stage(pk=9, pipeline_id=1, name="Lost", kind="lost"),
        base_currency="EUR",
        rates={code: [(start, worth)] for code, worth in WORTH.items() if code != "EUR"},
    )


@pytest.fixture(scope="module")
def company() -> SampleCompany:
    return tell(setting_of(), KEYS)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of it."""
    for module, name, value in (
        (customers, "COMPANIES", 40),
        (customers, "PEOPLE", 300),
        (customers, "SUBSIDIARIES", 4),
        (enquiries, "LEADS", 250),
        (enquiries, "ANONYMOUS", 6),
        (enquiries, "SECOND_ENQUIRIES", 18),
        (selling, "FROM_LEADS", 44),
        (selling, "TO_CUSTOMERS", 16),
    ):
        monkeypatch.setattr(module, name, value)
