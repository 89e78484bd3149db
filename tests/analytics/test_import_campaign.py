"""Past campaigns by command: contacts found by address, lifts told, bad files refused."""

import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from core.models import User
from crm.models import Contact
from marketing.models import Campaign, PastPerson, Recipient
from tests.analytics.campaigns import people
from tests.data import data_file
from tests.factories import CustomFieldFactory

pytestmark = pytest.mark.django_db


def bring_in(path: Path, by: User, *more: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command(
        "import_campaign",
        *("--csv", str(path), "--by", by.email, "--name", "Old", "--started", "2026-03-20"),
        *more,
        "--json",
        stdout=out,
    )
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


@pytest.fixture
def told(tmp_path: Path, administrator: User) -> Path:
    """Two hundred contacts; who got B bought more often."""
    frame = pd.DataFrame({"email": [one.email.upper() for one in people(200)]})
    frame["arm"] = ["A", "B", "nobody", "nobody"] * 50
    frame["bought"] = [(n % 2 == 0) if n % 4 == 1 else n % 20 == 0 for n in range(200)]
    frame.loc[frame["arm"] == "B", "bought"] = [n % 2 == 0 for n in range(50)]
    frame["amount"] = frame["bought"] * 20.0
    frame.loc[len(frame)] = ["stranger@example.com", "A", True, 20.0]
    path = tmp_path / "campaign.csv"
    frame.to_csv(path, index=False)
    return path


COLUMNS = ("--arm-column", "arm", "--control", "nobody", "--converted-column", "bought")


def test_a_file_becomes_a_campaign_with_its_effect(told: Path, administrator: User) -> None:
    found = bring_in(told, administrator, *COLUMNS, "--revenue-column", "amount", "--cost", "10")
    assert (found["people"], found["unknown"]) == (201, 1)  # a stranger is counted only
    assert PastPerson.objects.count() == 1
    campaign = Campaign.objects.get()
    assert (campaign.state, campaign.has_told_outcomes) == ("sent", True)
    assert [each.message.name for each in campaign.variants.all()] == ["A", "B"]
    assert Recipient.objects.filter(arm="control").count() == 100
    [goal, revenue] = found["variants"]["B"]
    assert goal["with"] == 0.5
    assert goal["lower"] < goal["difference"] < goal["upper"]
    assert revenue["difference"] == pytest.approx(20 * goal["difference"])


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ((*COLUMNS, "--email-column", "mail"), "no column"),
        (("--arm-column", "arm", "--converted-column", "bought"), "control group"),
        ((*COLUMNS, "--held-out", "1.5"), "between 0 and 1"),
        ((*COLUMNS, "--started", "2099-01-01"), "in the past"),
        ((*COLUMNS, "--days", "0"), "1 to 365"),
    ],
)
def test_odd_questions_get_a_sentence(
    told: Path, administrator: User, more: tuple[str, ...], says: str
) -> None:
    with pytest.raises(CommandError, match=says):
        bring_in(told, administrator, *more)
    assert not Campaign.objects.exists()


def test_strangers_alone_are_counted(tmp_path: Path, administrator: User) -> None:
    rows = [f"x{number}@example.com,{'A' if number % 2 else 'nobody'},1" for number in range(20)]
    path = tmp_path / "campaign.csv"
    path.write_text("\n".join(["email,arm,bought", *rows]))
    found = bring_in(path, administrator, *COLUMNS)
    assert (found["people"], found["unknown"]) == (20, 20)
    assert not Recipient.objects.exists()


HILLSTROM = {
    ("Mens E-Mail", "clicked"): (7.66, 7.00, 8.32),
    ("Mens E-Mail", "converted"): (0.68, 0.50, 0.86),
    ("Mens E-Mail", "revenue"): (0.770, 0.485, 1.055),
    ("Womens E-Mail", "clicked"): (4.52, 3.89, 5.16),
    ("Womens E-Mail", "converted"): (0.31, 0.15, 0.47),
    ("Womens E-Mail", "revenue"): (0.424, 0.169, 0.680),
}
OWN = ("recency", "history", "mens", "womens", "zip_code", "newbie", "channel")


@pytest.mark.acceptance
@pytest.mark.embedded  # PostgreSQL checks 64,000 rows of one transaction by scans
def test_hillstrom_comes_in_with_its_published_lifts(
    tmp_path: Path, administrator: User, log_in: Any
) -> None:
    rows = pd.read_csv(data_file("hillstrom.csv.gz"))
    rows.insert(0, "email", [f"person{number}@example.com" for number in range(len(rows))])
    path = tmp_path / "hillstrom.csv"
    rows.to_csv(path, index=False)
    for name in OWN:
        CustomFieldFactory(object_type="crm.contact", label=name, key=name)
    contacts = [
        Contact(email=row["email"], given_name="P", custom={name: str(row[name]) for name in OWN})
        for row in rows.to_dict("records")
    ]
    for one in contacts:
        one.normalise()
    Contact.objects.bulk_create(contacts, batch_size=2_000)
    found = bring_in(
        path,
        administrator,
        *("--arm-column", "segment", "--control", "No E-Mail", "--visited-column", "visit"),
        *("--converted-column", "conversion", "--revenue-column", "spend"),
    )
    assert found["people"] == 64_000
    for (arm, outcome), published in HILLSTROM.items():
        row = next(each for each in found["variants"][arm] if each["outcome"] == outcome)
        scale, digits = (1, 3) if outcome == "revenue" else (100, 2)
        said = [round(row[name] * scale, digits) for name in ("difference", "lower", "upper")]
        print(f"{arm}, {outcome}: {said} {row['word']}")
        assert said == list(published)
    page = log_in(administrator).get(Campaign.objects.get().get_absolute_url()).content.decode()
    assert "Mens E-Mail" in page
    assert "+0.68" in page
