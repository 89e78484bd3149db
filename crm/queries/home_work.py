"""The panels of home: what is due, what is stuck, what closes, what is new."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Case, Exists, F, FloatField, Func, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core import permissions
from core.conditions import Condition, Criterion, any_of
from core.errors import Refused
from core.queries.home import HomeView
from core.reading import read_by_name
from crm.models import Activity, Deal
from crm.queries.home_figures import DEAL_OPEN, closing, numbers, since_yesterday
from crm.queries.timeline.activities import ICONS

SHOWN = 6
READ = 40  # of what is due: enough for the day of one person
ROTTING_DAYS = 14  # where a stage says nothing
SECONDS_A_DAY = 86_400


class Age(Func):
    """Days from a column to a moment."""

    output_field = FloatField()

    def __init__(self, column: str, moment: datetime) -> None:
        super().__init__(F(column), Value(moment))

    def as_postgresql(self, compiler: Any, connection: Any, **_context: Any) -> Any:
        template = f"(extract(epoch FROM (%(expressions)s)) / -{SECONDS_A_DAY})"
        return self.as_sql(compiler, connection, template=template, arg_joiner=" - ")

    def as_sqlite(self, compiler: Any, connection: Any, **_context: Any) -> Any:
        column, moment = self.source_expressions
        days = [Func(part, function="julianday") for part in (column, moment)]
        copy = self.copy()
        copy.set_source_expressions(days)
        return copy.as_sql(compiler, connection, template="-(%(expressions)s)", arg_joiner=" - ")


# -- my day --------------------------------------------------------------------------------------


def my_day(home: HomeView, _user: Any) -> dict[str, Any] | None:
    """What is planned for today, then what is overdue, the oldest first."""
    tomorrow = home.view.now.date() + timedelta(days=1)
    conditions = (Criterion("done", "empty"), Criterion("at", "before", tomorrow.isoformat()))
    try:
        rows = home.rows("crm.activity", *conditions)
    except Refused:
        return None
    today = datetime.combine(home.view.now.date(), time(), home.view.now.tzinfo)
    # Read backwards along the index: sorting all that is overdue would read all of it.
    latest = rows.order_by("-at", "-pk").values_list("at", "pk")[:READ]
    due = sorted(latest, key=lambda it: (it[0] < today, *it))[:SHOWN]
    shown = Activity.objects.filter(pk__in=[pk for _at, pk in due])
    links = ("owner", "contact", "company", "lead__contact", "lead__company", "deal")
    by_id = {activity.pk: activity for activity in read_by_name(shown, links, ["at"])}
    known = numbers(home)
    total = known.get("overdue", 0) + known.get("due_today", 0)
    return {
        "rows": [
            {
                "activity": activity,
                "icon": ICONS[activity.kind],
                "is_overdue": activity.at < today,
                "about": _about(activity, home),
            }
            for activity in (by_id[pk] for _at, pk in due if pk in by_id)
        ],
        "total": total,
        "url": home.address("crm.activity", *conditions, sort="at"),
        "is_mine": home.scope == "mine",
        "may_create": home.view.access.may("crm.activity.create"),
    }


def _about(activity: Activity, home: HomeView) -> Any:
    """The record it is about, the nearest that may be seen."""
    found = ((name, getattr(activity, name)) for name in ("deal", "lead", "contact", "company"))
    for name, record in found:
        sees = home.view.access.sees(f"crm.activity.{name}")
        if record is not None and sees and permissions.reaches(type(record), home.user, record):
            return record
    return None


# -- deals ---------------------------------------------------------------------------------------


def stuck_deals(home: HomeView, _user: Any) -> dict[str, Any] | None:
    """Open deals with nothing planned, and nothing done for as long as their stage allows."""
    try:
        deals = home.rows("crm.deal", DEAL_OPEN)
    except Refused:
        return None
    patience = Case(
        When(stage__rotting_days__gt=0, then=F("stage__rotting_days")),
        default=Value(ROTTING_DAYS),
        output_field=FloatField(),
    )
    waited = Coalesce(Age("touched_at", home.view.now), Age("created_at", home.view.now))
    planned = Activity.objects.filter(deal=OuterRef("pk"), done_at=None, deleted_at=None)
    stuck = (
        deals.annotate(waited=waited)
        .filter(Q(waited__gt=patience) & ~Exists(planned))
        .order_by("touched_at", "pk")
    )
    return {
        "rows": _drawn(stuck),
        "url": home.address("crm.deal", DEAL_OPEN, _untouched(ROTTING_DAYS), sort="touched"),
        **_sees(home),
    }


def _untouched(days: int) -> Condition:
    return any_of(Criterion("touched", "empty"), Criterion("touched", "longer_ago", days))


def closing_deals(home: HomeView, _user: Any) -> dict[str, Any] | None:
    """Open deals that are expected to close this month, the next one first."""
    try:
        rows = home.rows("crm.deal", *closing("this_month"))
    except Refused:
        return None
    known = numbers(home)
    return {
        "rows": _drawn(rows.order_by("close_on", "pk")),
        "count": known.get("closing_deals", 0),
        "amount": known.get("closing"),
        "currency": known["currency"],
        "url": home.address("crm.deal", *closing("this_month"), sort="close"),
        "today": home.view.now.date(),
        "may_create": home.view.access.may("crm.deal.create"),
        **_sees(home),
    }


def _drawn(deals: QuerySet[Deal]) -> list[Deal]:
    also = ("amount", "currency", "touched_at", "close_on")
    return list(read_by_name(deals, ("stage", "owner"), also)[:SHOWN])


def _sees(home: HomeView) -> dict[str, bool]:
    sees = home.view.access.sees
    return {
        "sees_amount": sees("crm.deal.amount"),
        "sees_stage": sees("crm.deal.stage"),
    }


# -- what is new ---------------------------------------------------------------------------------

KINDS = (
    ("new_leads", "crm.lead", "target-arrow", _("Leads")),
    ("new_contacts", "crm.contact", "users", _("Contacts")),
    ("new_companies", "crm.company", "building", _("Companies")),
    ("new_deals", "crm.deal", "layout-kanban", _("Deals")),
)


def newcomers(home: HomeView, _user: Any) -> dict[str, Any] | None:
    """How many records were made since yesterday morning."""
    known = numbers(home)
    rows = [
        {
            "label": label,
            "icon": icon,
            "count": known[name],
            "url": home.address(key, since_yesterday(home), sort="-created"),
        }
        for name, key, icon, label in KINDS
        if name in known
    ]
    return {"rows": rows, "is_quiet": not any(row["count"] for row in rows)} if rows else None
