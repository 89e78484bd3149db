"""The quarter as its page shows it: figures, what they add up to, owners, how past quarters went."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from analytics.models import QuarterForecast, Submission
from analytics.models.quarters import Quarter, this_quarter
from analytics.pages.quarter_figures import (
    better_view,
    between_ends,
    chance_to_reach,
    narrower,
    tone_of,
    trust_of,
)
from analytics.pages.quarter_steps import steps_of
from analytics.queries.quarter_calls import is_due, last_calls, quotas_of, target_of
from analytics.queries.quarter_people import Reached, reached_by, sellers
from core import permissions
from core.currencies import base_currency
from core.models import JobRun, User
from core.phrases import money_short, number, percent
from crm.models import Deal

KIND = "analytics.quarter_forecast"
SUBMIT, MANAGE = "analytics.quarter.submit", "analytics.quota.manage"
SURE = 0.9
MUCH = 0.2  # of the remaining range: what few deals have to carry to be worth a word
NAMED = 2
BY_THOUSANDS = 100_000


def quarter_context(user: User, key: str = "") -> dict[str, Any]:
    """All that the partials need of the quarter (the running one unless `key` names another).

    `refusal` says that the role sees no values of deals.
    """
    reached = reached_by(user)
    now = timezone.now()
    quarter = Quarter.read(key) or this_quarter(now)
    if reached is None:
        return {"refusal": _("Your role does not see what deals are worth."), "quarter": quarter}
    return QuarterPage(user, reached, quarter, now).context()


@dataclass(frozen=True)
class QuarterPage:
    """One quarter for one person."""

    user: User
    reached: Reached
    quarter: Quarter
    now: datetime

    def context(self) -> dict[str, Any]:
        access = permissions.access_of(self.user)
        row = self.row
        context: dict[str, Any] = {
            "quarter": self.quarter,
            "is_running": self.quarter == this_quarter(self.now),
            "forecast": row,
            "currency": self.currency,
            "last_run": JobRun.objects.filter(kind=KIND).order_by("-pk").first(),
            "kind": KIND,
            "may_run": access.may("analytics.win_probability.run"),
            "may_see_jobs": access.may("core.job.view"),
            "may_submit": access.may(SUBMIT) and self.quarter >= this_quarter(self.now),
            "may_manage": access.may(MANAGE),
            "may_see_model": access.may("analytics.win_probability.view"),
            "owners": self.owners(),
            "unit": self.unit,
            "waiting": self.waiting(),
        }
        if row is None:
            return context
        return context | {
            "strip": self.strip(row),
            "adds_up": self.adds_up(row),
            "carriers": self.carriers(row),
            "trust": self.trust,
            "series": self.series(),
        }

    # -- what is read ------------------------------------------------------------------------------

    @cached_property
    def currency(self) -> str:
        return base_currency()

    @cached_property
    def rows(self) -> dict[str, QuarterForecast]:
        """The newest forecasts of the quarter by scope."""
        rows = QuarterForecast.objects.filter(quarter=self.quarter.first)
        newest = rows.order_by("-day").values_list("day", flat=True).first()
        if newest is None:
            return {}
        wanted = rows.filter(day=newest)
        if self.reached.scope.startswith("owner"):
            wanted = wanted.filter(scope__in=[self.reached.scope, "all"])
        return {row.scope: row for row in wanted}

    @cached_property
    def row(self) -> QuarterForecast | None:
        return self.rows.get(self.reached.scope)

    @cached_property
    def people(self) -> list[User]:
        return sellers(self.reached)

    @cached_property
    def calls(self) -> dict[int, Submission]:
        return last_calls(self.quarter, self.people)

    @cached_property
    def target(self) -> float | None:
        found = target_of(self.reached.scope, self.quotas, self.people)
        return None if found is None else float(found)

    @cached_property
    def quotas(self) -> Any:
        return quotas_of(self.quarter)

    @cached_property
    def unit(self) -> int:
        """Tables count in thousands where amounts are large."""
        row = self.row
        return 1_000 if row is not None and row.likely >= BY_THOUSANDS else 1

    def _earlier(self, row: QuarterForecast) -> QuarterForecast | None:
        """The forecast of a week before."""
        before = QuarterForecast.objects.filter(
            quarter=row.quarter, scope=row.scope, day__lte=row.day - timedelta(days=7)
        )
        return before.order_by("-day").first()

    # -- figures -----------------------------------------------------------------------------------

    def strip(self, row: QuarterForecast) -> list[dict[str, Any]]:
        return [
            *self._likely(row),
            self._target(row),
            self._call(row),
            self._needed(row),
        ]

    def _likely(self, row: QuarterForecast) -> list[dict[str, Any]]:
        """What is likely, and between which ends, beside a week before."""
        earlier = self._earlier(row)
        low, high = row.quantiles[10], row.quantiles[90]
        found: dict[str, Any] = {
            "label": _("Likely, %(quarter)s") % {"quarter": self.quarter.short},
            "value": self._money(row.likely),
            "note": _("won so far: %(won)s") % {"won": self._money(row.won)},
        }
        between: dict[str, Any] = {
            "label": _("80% range"),
            "value": between_ends(self._money(low), self._money(high)),
            "note": _("50%%: %(low)s to %(high)s")
            % {"low": self._money(row.quantiles[25]), "high": self._money(row.quantiles[75])},
        }
        if earlier is not None:
            change = row.likely - earlier.likely
            days = (row.day - earlier.day).days
            found |= {
                "change": self._signed(change),
                "tone": tone_of(change),
                "note": ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days},
            }
            between["note"] = narrower(high - low, earlier.quantiles[90] - earlier.quantiles[10])
        return [found, between]

    def _target(self, row: QuarterForecast) -> dict[str, Any]:
        if self.target is None:
            return {
                "label": pgettext("quarter", "Target"),
                "value": "–",
                "note": _("no quota is set"),
            }
        chance = chance_to_reach(row.quantiles, self.target)
        return {
            "label": pgettext("quarter", "Target"),
            "value": self._money(self.target),
            "change": percent(chance),
            "tone": "up" if chance >= 0.5 else "down",
            "note": _("chance to reach it"),
        }

    def _call(self, row: QuarterForecast) -> dict[str, Any]:
        """What people say themselves, beside what deals say; only where all have spoken they compare."""
        label = _("My call") if self.reached.scope.startswith("owner") else _("The team’s own call")
        if not self.calls:
            return {"label": label, "value": "–", "note": _("nobody has called the quarter yet")}
        total = float(sum((call.amount for call in self.calls.values()), Decimal(0)))
        silent = len(self.people) - len(self.calls)
        if silent:
            note = ngettext("%(count)s is missing", "%(count)s are missing", silent)
            return {"label": label, "value": self._money(total), "note": note % {"count": silent}}
        gap = total - row.likely
        return {
            "label": label,
            "value": self._money(total),
            "change": self._signed(gap),
            "tone": "",
            "note": _("above the model") if gap >= 0 else _("below the model"),
        }

    def _needed(self, row: QuarterForecast) -> dict[str, Any]:
        label = _("Needed to be %(share)s sure") % {"share": percent(SURE)}
        if self.target is None:
            return {"label": label, "value": "–", "note": _("no quota is set")}
        missing = self.target - row.quantiles[round(100 * (1 - SURE))]
        if missing <= 0:
            return {"label": label, "value": self._money(0), "note": _("enough is under way")}
        each = row.parts.get("mean_deal") or 0
        note = ""
        if each > 0:
            count = max(1, round(missing / each))
            words = ngettext("about %(count)s more deal", "about %(count)s more deals", count)
            note = words % {"count": number(count)}
        return {"label": label, "value": self._signed(missing), "note": note}

    # -- what it adds up to ------------------------------------------------------------------------

    def adds_up(self, row: QuarterForecast) -> list[dict[str, Any]]:
        return steps_of(row, self.quarter, self._money)

    def carriers(self, row: QuarterForecast) -> str:
        """Which few deals carry much of what is still open; unseen ones have no name."""
        told = row.parts.get("carriers", [])[:NAMED]
        share = sum(one["share"] for one in told)
        if share < MUCH or not told:
            return ""
        access = permissions.access_of(self.user)
        seen = Deal.objects.visible_to(self.user).in_bulk([one["deal"] for one in told])
        names = [seen[one["deal"]].name_for(access) for one in told if one["deal"] in seen]
        if len(names) < len(told):
            return ""
        words = {"names": pgettext("two names", " and ").join(names), "share": percent(share)}
        if len(names) == 1:
            return _("One deal, %(names)s, carries %(share)s of the remaining range.") % words
        return _("Two deals, %(names)s, carry %(share)s of the remaining range.") % words

    # -- owners ------------------------------------------------------------------------------------

    def owners(self) -> list[dict[str, Any]]:
        """A line for each person within reach who has deals in the quarter, a quota or a call."""
        lines = (self._owner(person) for person in self.people)
        return [line for line in lines if line is not None]

    def _owner(self, person: User) -> dict[str, Any] | None:
        row = self.rows.get(f"owner:{person.pk}")
        if row is not None and not self.reached.holds(person.pk, row.parts.get("teams", [])):
            row = None
        call, quota = self.calls.get(person.pk), self.quotas.people.get(person.pk)
        has_deals = row is not None and (row.likely > 0 or row.parts["open_deals"] > 0)
        if not has_deals and call is None and quota is None:
            return None
        line: dict[str, Any] = {"person": person, "call": self._in_units(call and call.amount)}
        if row is not None:
            line |= {
                "won": self._in_units(row.won),
                "likely": self._in_units(row.likely),
                "low": self._in_units(row.quantiles[10]),
                "high": self._in_units(row.quantiles[90]),
            }
            if quota:
                line |= self._against(row.likely, float(quota))
        return line | {"is_due": is_due(call, self.now)}

    def _against(self, likely: float, quota: float) -> dict[str, Any]:
        share, gap = likely / quota, likely - quota
        return {
            "share": min(round(100 * share), 100),
            "meter": "m-ok" if share >= 1 else "" if share >= 0.9 else "m-warn",
            "gap": self._signed_units(gap),
            "gap_tone": "up" if gap >= 0 else "down" if share < 0.9 else "t3",
        }

    def waiting(self) -> list[User]:
        """Who has not called the running quarter for a week, of those with deals in it."""
        if self.quarter != this_quarter(self.now):
            return []
        busy = [one for one in self.people if f"owner:{one.pk}" in self.rows]
        return [one for one in busy if is_due(self.calls.get(one.pk), self.now)]

    # -- past quarters -----------------------------------------------------------------------------

    @property
    def trust(self) -> dict[str, Any]:
        """How far past quarters were from what would have been said, in shares: no amounts."""
        whole = self.rows.get("all")
        judged = whole.backtest if whole else {}
        found = trust_of(judged.get("rows", []))
        return found | {"better": better_view(judged.get("compared", {}))}

    def series(self) -> str:
        """What the time series of bookings says of the quarter; of all deals, so for who sees all."""
        said = self.row.parts.get("series") if self.row else None
        return "" if said is None else self._money(said)

    # -- words -------------------------------------------------------------------------------------

    def _money(self, amount: float) -> str:
        return money_short(round(amount), self.currency)

    def _signed(self, amount: float) -> str:
        return f"+{self._money(amount)}" if amount >= 0 else self._money(amount)

    def _in_units(self, amount: Any) -> str:
        return "–" if amount is None else number(float(amount) / self.unit)

    def _signed_units(self, amount: float) -> str:
        text = number(abs(amount) / self.unit)
        return f"{'−' if amount < 0 else '+'}{text}"


def quarter_url(quarter: Quarter) -> str:
    return f"{reverse('quarter_forecast')}?quarter={quarter.key}"
