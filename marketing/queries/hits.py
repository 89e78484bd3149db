"""What pages show of opens and clicks."""

from dataclasses import dataclass

from django.db.models import Count, Q

from marketing.choices import HitKind, Verdict
from marketing.models import Campaign, MailHit

MOST_LINKS = 200


@dataclass(frozen=True)
class LinkCount:
    """A link of a campaign: how many people followed it, how often, and how often machines did."""

    url: str
    people: int
    clicks: int
    of_machines: int


def links_of(campaign: Campaign) -> list[LinkCount]:
    """The links of a campaign that were followed, the most followed first."""
    person = Q(verdict=Verdict.PERSON)
    rows = (
        MailHit.objects.filter(campaign=campaign, kind=HitKind.CLICK)
        .values("url")
        .annotate(
            people=Count("recipient", filter=person, distinct=True),
            clicks=Count("pk", filter=person),
            of_machines=Count("pk", filter=Q(verdict=Verdict.MACHINE)),
        )
        .order_by("-people", "url")
    )
    return [LinkCount(**row) for row in rows[:MOST_LINKS]]
