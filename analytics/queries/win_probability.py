"""What is known of a deal's outlook, in words, for one reader."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.choices import DEAL_FACTS
from core import permissions
from core.choices import VersionState
from core.currencies import base_currency
from core.fields.added import labels_of
from core.models import JobRun, User
from core.permissions import Access
from core.phrases import money
from core.registries import record_types
from core.values import in_words
from crm.choices import DealKind, StaleReason, seeded_label
from crm.models import Deal, DealOutlook, Pipeline, Stage
from crm.queries.boards import change_in_points, last_touch

KIND = "analytics.win_probability"
# The algorithm of a version that has no model: the share won of the deals from each stage.
BASE_RATES = "base_rates"
STALE_AFTER = timedelta(days=2)  # scoring runs every night

# Which field hides what is no field of a deal; the others are told to whoever sees the chance.
HIDDEN_WITH = {"deal.product": "crm.deal.amount", "deal.age": "crm.deal.created"}
HIDDEN_WITH |= dict.fromkeys(("deal.stage_age", "deal.stage_pace"), "crm.deal.stage_entered")
ACTIVITIES = ("deal.activities_30", "deal.activities", "deal.since_touch")
INTERACTIONS = ("deal.interactions_30", "deal.answers_90", "deal.since_interaction")


def field_labels() -> dict[str, Any]:
    """Labels of what a win probability is made of, by full name."""
    deal, company = record_types["crm.deal"], record_types["crm.company"]
    labels: dict[str, Any] = {deal.field_name(n): label for n, label in deal.labels.items()}
    for name in ("industry", "employees", "country"):
        words = {"field": company.labels[name]}
        labels[company.field_name(name)] = _("Company: %(field)s") % words
    return labels | DEAL_FACTS | labels_of(deal.key)


def may_read(name: str, access: Access) -> bool:
    """Whether somebody may read what the deal holds there."""
    if name in ACTIVITIES:
        return access.may("crm.activity.view")
    if name in INTERACTIONS:
        return access.may("crm.contact.view") and access.sees("crm.deal.contact")
    if name.startswith("crm.company."):
        return (
            access.may("crm.company.view") and access.sees("crm.deal.company") and access.sees(name)
        )
    return access.sees(HIDDEN_WITH.get(name, name))


def outlook_of(deal: Deal) -> DealOutlook | None:
    """The deal's outlook, if it has one; its page brings it along."""
    found: DealOutlook | None = getattr(deal, "outlook", None)
    return found


def outlook(deal: Deal, user: User) -> dict[str, Any] | None:
    """The panel on the deal's page; what the user may not see is no reason."""
    access = permissions.access_of(user)
    if not access.sees("crm.deal.probability"):
        return None
    found = outlook_of(deal)
    context: dict[str, Any] = {
        "deal": deal,
        "outlook": found,
        "kind": KIND,
        "may_see_model": access.may("analytics.win_probability.view"),
        "may_run": access.may("analytics.win_probability.run"),
        "may_see_jobs": access.may("core.job.view"),
    }
    if found is None:
        if not deal.is_open:
            return None
        return context | {"last_run": _last_run() if context["may_see_jobs"] else None}
    reasons, rest = reasons_of(found, deal, access)
    return context | {
        "reasons": reasons,
        "points": [reason["points"] for reason in reasons],
        "rest": rest,
        "change": change_in_points(found.probability, found.earlier_probability),
        "close": _close(deal, found, access) if deal.is_open else None,
        "stale": stale_sentence(deal, found, timezone.now(), access) if deal.is_open else "",
        "is_old": deal.is_open and timezone.now() - found.as_of > STALE_AFTER,
        "is_superseded": deal.is_open and found.version.state != VersionState.CHAMPION,
    }


def _last_run() -> JobRun | None:
    return JobRun.objects.filter(kind=KIND).order_by("-pk").first()


def reasons_of(
    found: DealOutlook, deal: Deal, access: Access
) -> tuple[list[dict[str, Any]], float]:
    """The reasons that may be read, in words, and the points of all others together."""
    labels = field_labels()
    told = [r for r in found.reasons if r["field"] in labels and may_read(r["field"], access)]
    hidden = sum(r["points"] for r in found.reasons) - sum(r["points"] for r in told)
    words = [{**r, "label": str(labels[r["field"]]), "detail": _in_words(r, deal)} for r in told]
    return words, found.rest_points + hidden


def _in_words(reason: Mapping[str, Any], deal: Deal) -> str:
    """The value behind a reason; records are told by number there."""
    name, value = reason["field"], reason["value"]
    if value is not None and name in RECORDS:
        return RECORDS[name](deal, value)
    if value is not None and name == "crm.deal.amount":
        return money(round(value), base_currency())
    if value is not None and name == "deal.stage_pace":
        return _("%(times)s times as long") % {"times": in_words(value)}
    if name == "crm.deal.kind" and value in DealKind.values:
        return str(DealKind(value).label)
    return in_words(value)


def _stage(deal: Deal, value: str) -> str:
    if str(deal.stage_id) == value:
        return str(deal.stage)
    found = Stage.objects.filter(pk=value).first()
    return str(found) if found else value


def _pipeline(deal: Deal, value: str) -> str:
    if str(deal.pipeline_id) == value:
        return seeded_label(deal.pipeline.name)
    found = Pipeline.objects.filter(pk=value).first()
    return str(found) if found else value


def _owner(deal: Deal, value: str) -> str:
    if deal.owner is not None and str(deal.owner_id) == value:
        return deal.owner.display_name
    return pgettext("deal", "somebody else then")


RECORDS = {"crm.deal.stage": _stage, "crm.deal.pipeline": _pipeline, "crm.deal.owner": _owner}


def _close(deal: Deal, found: DealOutlook, access: Access) -> dict[str, Any] | None:
    """The likely close beside the day that people say."""
    if not access.sees("crm.deal.close"):
        return None
    return {
        "on": found.closes_on,
        "from": found.closes_from,
        "to": found.closes_to,
        "said": deal.close_on,
        "later": (found.closes_on - deal.close_on).days
        if found.closes_on and deal.close_on
        else None,
    }


def stale_sentence(deal: Deal, found: DealOutlook, now: datetime, access: Access) -> str:
    """Why a deal counts as stale; empty if it does not, or the reader may not know."""
    if found.stale == StaleReason.OLD and access.sees("crm.deal.created"):
        words = {"days": (now - deal.created_at).days, "oldest": found.oldest_days}
        return _("Open for %(days)s days; 99%% of closed deals took at most %(oldest)s.") % words
    if found.stale == StaleReason.UNTOUCHED and access.sees("crm.deal.touched"):
        words = {"days": (now - last_touch(deal)).days, "limit": deal.stage.rotting_days}
        return (
            _("Nobody has touched it for %(days)s days; in this stage %(limit)s are the limit.")
            % words
        )
    return ""
