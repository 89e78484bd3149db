"""How fast pages are at a large company's size.

    python -m benchmarks.pages 1000000            makes the data (once), then measures
    python -m benchmarks.pages 1000000 --fresh    makes it anew

Uses a database beside the one of DATABASE_URL (its name and "_pages"), or a file of SQLite, and
keeps it. A time is that of the whole request in the process that serves it: middleware, view,
queries, template; without the network.
"""

import argparse
import logging
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from benchmarks.database import kept_database

if TYPE_CHECKING:
    from django.test import Client

    from core.models import User

ROUNDS = 40
PER_PAGE = 50


@dataclass(frozen=True)
class Case:
    """A page as somebody asks for it."""

    what: str
    url: str
    user: "User"
    is_part: bool = False  # what htmx asks for


def measure(case: Case, client: "Client") -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    import config.wsgi  # noqa: F401  # what is loaded is frozen, as in a worker
    from config.stack import with_room

    headers = {"HX-Request": "true"} if case.is_part else {}
    get = partial(with_room(client.get), headers=headers)
    client.force_login(case.user)
    for _round in range(3):
        response = get(case.url)
        assert response.status_code == 200, f"{case.what}: {response.status_code}"
    with CaptureQueriesContext(connection) as queries:
        size = len(get(case.url).content)
        asked = len(queries)
    times = []
    for _round in range(ROUNDS):
        started = time.perf_counter()
        get(case.url)
        times.append((time.perf_counter() - started) * 1000)
    times.sort()
    print(
        f"| {case.what} | {statistics.median(times):.0f} | {times[int(len(times) * 0.95)]:.0f} "
        f"| {asked} | {size / 1024:.0f} |",
        flush=True,
    )


def address(name: str, *conditions: Any, **more: str) -> str:
    from django.urls import reverse

    from core.conditions import to_parameter

    parameters = [("if", to_parameter(condition)) for condition in conditions]
    query = urlencode([*parameters, *more.items()])
    return f"{reverse(name)}?{query}" if query else reverse(name)


def page_1000(rows: Any, *columns: str) -> str:
    """The token of the page that begins behind 999 pages, or of the last one where there are fewer."""
    from core.lists.keyset import Position

    place = min(PER_PAGE * 999, rows.count() - PER_PAGE)
    *values, pk = rows.values_list(*columns, "pk")[place - 1]
    return Position(values[0], pk).token()


def cases() -> Iterator[Case]:
    from core.models import User

    everybody = User.objects.get(email="user0@example.com")  # a manager: sees all
    team = User.objects.get(email="user10@example.com")  # sells: sees the team's
    more = {**boards(), **funnels(), **forecasts(), **filters(team.pk)}
    plain = {**lists(), **more, **searches(), **records()}
    for what, url in plain.items():
        yield Case(what, url, everybody)
    yield Case("board of deals, more cards", more_cards(), everybody, is_part=True)
    for what in (
        "contacts, page 1",
        "leads by score, page 1",
        "search by name, Latin",
        "home",
        "board of deals",
        "funnel of deals",
        "home, what changed",
    ):
        yield Case(f"{what}, as one of a team", plain[what], team)


def lists() -> dict[str, str]:
    from crm.models import Contact, Lead

    contacts = Contact.objects.kept().order_by("name_key", "pk")
    leads = Lead.objects.kept().filter(score__isnull=False).order_by("-score__counted_score", "-pk")
    return {
        "contacts, page 1": address("contact_list"),
        "contacts, page 1,000": address("contact_list", after=page_1000(contacts, "name_key")),
        "leads by score, page 1": address("lead_list"),
        "leads by score, page 1,000": address(
            "lead_list", after=page_1000(leads, "score__counted_score")
        ),
        **inbox(),
        "deals": address("deal_list"),
        "companies": address("company_list"),
        "activities": address("activity_list"),
        "contacts in the order of a custom field": address("contact_list", sort="custom.lines"),
        "contacts by last touch": address("contact_list", sort="-touched"),
    }


def inbox() -> dict[str, str]:
    from core.conditions import Criterion

    new = (Criterion("status", "is", ["new"]), Criterion("awaits", "set"))
    columns = {"columns": "company,score,awaits,source,owner,created"}
    return {
        "new leads by score": address("lead_list", *new, sort="-score", **columns),
        "new leads, nobody's": address(
            "lead_list", *new, Criterion("owner", "empty"), sort="-score", **columns
        ),
        "new leads by age": address("lead_list", *new, sort="awaits", **columns),
        "response times, 30 days": address("response_times"),
        "response times, 90 days": address("response_times", days="90"),
    }


def boards() -> dict[str, str]:
    """22 of 100 deals are open: 10,000 with `--deals 45500`, 22,000 at a million contacts."""
    from core.conditions import Criterion

    return {
        "board of deals": address("deal_list", **{"as": "board"}),
        "board of deals by value": address("deal_list", **{"as": "board", "sort": "-amount"}),
        "board of deals, filtered": address(
            "deal_list", Criterion("amount", "at_least", 100_000), **{"as": "board"}
        ),
    }


def funnels() -> dict[str, str]:
    """As it is kept for ten minutes, and counted anew."""
    from core.conditions import Criterion

    return {
        "funnel of deals": address("deal_funnel"),
        "funnel of deals, a year by owner": address("deal_funnel", period="last_365", by="owner"),
        "funnel of deals, counted anew": address("deal_funnel", anew="1"),
        "funnel of deals, a year counted anew": address("deal_funnel", period="last_365", anew="1"),
        "deals behind a bar of the funnel": address("deal_list", entered_lately()),
        "deals of the funnel, filtered": address(
            "deal_funnel", Criterion("amount", "at_least", 100_000)
        ),
    }


def forecasts() -> dict[str, str]:
    return {
        "forecast of bookings": address("forecast"),
        "forecast of won deals by week, of an owner": address(
            "forecast", measure="deals", grain="week", part=an_owner()
        ),
        "forecast, the quarter": address("quarter_forecast"),
    }


def an_owner() -> str:
    """The owner with the smallest number of those who have a series by week."""
    from analytics.models import ForecastSeries

    rows = ForecastSeries.objects.current().filter(measure="deals", grain="week", cut="owner")
    return f"owner:{rows.order_by('pk')[0].key}"


def entered_lately() -> Any:
    """Deals that came into the second stage in 90 days."""
    from benchmarks.big_company import NOW
    from core.conditions import Happened
    from crm.models import Stage

    stage = Stage.objects.in_use().filter(kind="open")[1]
    since = (NOW - timedelta(90)).date().isoformat()
    return Happened("stage_entered", (str(stage.pk),), since=since)


def more_cards() -> str:
    """The second page of a column."""
    from django.urls import reverse

    from crm.models import Stage

    stage = Stage.objects.in_use().filter(kind="open")[0]
    return f"{reverse('deal_cards')}?as=board&stage={stage.pk}"


def filters(owner: int) -> dict[str, str]:
    from core.conditions import Criterion, Happened

    contacts = {
        "contacts of one owner": Criterion("owner", "is", [owner]),
        "contacts by a custom field": Criterion("custom.segment", "is", ["segment 30"]),
        "contacts by their company's industry": Criterion("company.industry", "is", ["Industry 7"]),
        "contacts by their company's custom field": Criterion(
            "company.custom.segment", "is", ["segment 7"]
        ),
        "contacts with 3 clicks in 30 days": Happened("interaction", ("click",), 3, None, 30),
        "contacts without activity in 90 days": Happened("activity", (), None, 0, 90),
    }
    leads = [Criterion("status", "is", ["new", "working"]), Criterion("score", "at_least", 70)]
    return {
        **{what: address("contact_list", condition) for what, condition in contacts.items()},
        "open leads, score at least 70": address("lead_list", *leads),
    }


def searches() -> dict[str, str]:
    from django.urls import reverse

    from crm.models import Contact

    chinese = Contact.objects.filter(name__regex="^[一-龥]{3}$")[0].name
    words = {
        "search by name, Latin": "Hannah Lindqvist",
        "search by name, as typed": "Hannah Lin",
        "search by name, with a slip": "Hanah Lindqvist",
        "search by name, Chinese": chinese,
        "search by name, pinyin": "wangwei",
        "search by phone": "0004321",
        "search by e-mail": "person4321@",
    }
    return {
        **{what: f"{reverse('search')}?{urlencode({'q': text})}" for what, text in words.items()},
        "contacts, list search, rare": address("contact_list", q="Hannah Lindqvist"),
        "contacts, list search, common": address("contact_list", q="Hannah"),
    }


def records() -> dict[str, str]:
    from django.urls import reverse

    from crm.models import Contact, Deal, Lead

    contact, lead, deal = (
        rows.objects.filter(pk__lte=4_321).last() for rows in (Contact, Lead, Deal)
    )
    assert contact
    assert lead
    assert deal
    return {
        "contact": reverse("contact_detail", args=[contact.pk]),
        "company": reverse("company_detail", args=[contact.company_id]),
        "lead": reverse("lead_detail", args=[lead.pk]),
        "deal": reverse("deal_detail", args=[deal.pk]),
        "home": reverse("home"),
        "home, what changed": reverse("home_managing"),
        "home, what changed by product": f"{reverse('home_managing')}?by=products",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("contacts", type=int, nargs="?", default=100_000)
    parser.add_argument("--deals", type=int, help="instead of one for ten contacts")
    parser.add_argument("--leads", type=int, help="instead of one for five contacts")
    parser.add_argument("--fresh", action="store_true", help="make the data anew")
    parser.add_argument("--only", default="", help="measure the cases with this word")
    given = parser.parse_args()
    with kept_database("pages", fresh=given.fresh) as vendor:
        make_once(given.contacts, given.deals, given.leads)
        forecast_once()
        from django.conf import settings
        from django.test import Client

        settings.ALLOWED_HOSTS = ["testserver"]
        logging.getLogger("renmai.requests").setLevel(logging.WARNING)
        print(f"{vendor}: pages at {given.contacts:,} contacts, {ROUNDS} requests each")
        print("| page | median ms | 95th ms | queries | KB |")
        print("| --- | ---: | ---: | ---: | ---: |")
        client = Client()
        for case in cases():
            if given.only in case.what:
                measure(case, client)


def make_once(contacts: int, deals: int | None, leads: int | None) -> None:
    from benchmarks.big_company import Maker, Size
    from crm.models import Contact

    if Contact.objects.exists():
        return

    size = Size.of(contacts)
    size = replace(size, deals=deals or size.deals, leads=leads or size.leads)
    Maker(size, lambda sentence: print(sentence, file=sys.stderr)).make()


def forecast_once() -> None:
    """The jobs themselves, in two workers: some minutes at 45,500 deals."""
    from analytics.models import ForecastSeries
    from benchmarks.big_company import NOW
    from benchmarks.workers import carry_out
    from core.jobs.questions import ask

    if ForecastSeries.objects.exists():
        return
    for kind in ("analytics.forecasts", "analytics.quarter_forecast"):
        print(f"{kind}: the job runs", file=sys.stderr)
        carry_out(ask(kind=kind, as_of=NOW), 2)


if __name__ == "__main__":
    main()
