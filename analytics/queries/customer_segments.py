"""What is known of the segments of customers, in words, for one reader."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import permissions
from core.choices import RunState, VersionState
from core.conditions import Criterion, Viewpoint, to_parameter
from core.fields.added import labels_of
from core.models import JobRun, User
from core.permissions import Access
from core.phrases import money, number
from core.queries.start import frame_of
from core.registries import record_types
from core.values import in_words
from crm.models import Contact, ContactSegment, CustomerSegment
from crm.queries.timeline.interactions import CHANNELS

KIND = "analytics.customer_segments"
# Algorithms of versions: one has segments, the other RFM cells alone.
K_MEANS, NO_SEGMENTS = "k_means", "no_segments"
CONTACT = "crm.contact"
STALE_AFTER = timedelta(days=2)  # everybody is assigned every night

SINCE = "purchases.since"
BUYING = (SINCE, "purchases.count")
VALUE = "purchases.value"
QUIET = "engagement.since"
CHANNEL = "channel."
PROFILE, TEXT = "profile", "text"


def sees_segments(access: Access) -> bool:
    return access.may("crm.contact.view") and access.sees("crm.contact.model_segment")


def sees_cells(access: Access) -> bool:
    return access.may("crm.contact.view") and access.sees("crm.contact.rfm_cell")


def sees_values(access: Access) -> bool:
    """Whether somebody may read what customers bought for."""
    return access.may("crm.deal.view") and access.sees("crm.deal.amount")


def sees_everybody(user: User) -> bool:
    """Whether the figures of all contacts are theirs to see."""
    return Viewpoint(user, timezone.localtime()).reaches_all(record_types[CONTACT])


def may_read(name: str, access: Access) -> bool:
    """Whether somebody may read what a customer holds there."""
    if name == VALUE:
        return sees_values(access)
    if name in BUYING:
        return access.may("crm.deal.view")
    if name == TEXT:
        return access.may("crm.activity.view")
    if name == PROFILE:
        company = ("crm.contact.company", "crm.company.industry", "crm.contact.country")
        return access.may("crm.company.view") and all(map(access.sees, company))
    if name.startswith("crm.company."):
        is_seen = access.sees("crm.contact.company") and access.sees(name)
        return access.may("crm.company.view") and is_seen
    return access.sees(name) if name.startswith("crm.") else True


class FieldWords:
    """Labels and values of what segments are made of; added fields are read once, where there are any."""

    def __init__(self, currency: str) -> None:
        contact, company = record_types[CONTACT], record_types["crm.company"]
        self.labels: dict[str, Any] = {
            SINCE: _("Days since the last purchase"),
            "purchases.count": _("Days with a purchase"),
            VALUE: _("Bought so far"),
            QUIET: _("Days since the last interaction"),
            PROFILE: _("Company and own fields"),
            TEXT: _("Notes and messages"),
            "crm.contact.country": contact.labels["country"],
            **{
                company.field_name(name): _("Company: %(field)s") % {"field": company.labels[name]}
                for name in ("industry", "employees")
            },
        }
        self.currency = currency

    @cached_property
    def _added(self) -> dict[str, str]:
        return labels_of(CONTACT)

    def label(self, name: str) -> str:
        """What a column is called; empty where nothing has the name any more."""
        if name.startswith(CHANNEL):
            channel, days = name.removeprefix(CHANNEL).rsplit(".", 1)
            words = {"channel": channel_label(channel), "days": days}
            return _("%(channel)s: interactions in %(days)s days") % words
        return str(self.labels.get(name) or self._added.get(name, ""))

    def value(self, name: str, value: Any) -> str:
        if value is None:
            return _("never") if name == SINCE else ""
        if name == VALUE:
            return money(round(value), self.currency)
        if isinstance(value, int | float):
            return number(value, 0 if abs(value) >= 10 or float(value).is_integer() else 1)
        return in_words(value)


def channel_label(channel: str) -> str:
    """Those that we know by their names, others as whoever told of them calls them."""
    known = {
        **CHANNELS,
        "-": _("No channel"),
        "email": pgettext("channel", "E-mail"),
        "web": pgettext("channel", "Website"),
    }
    return str(known.get(channel, channel[:1].upper() + channel[1:]))


def contacts_where(*conditions: Criterion) -> str:
    """The list of the contacts that meet all of these."""
    asked = "&".join(f"if={to_parameter(condition)}" for condition in conditions)
    return f"{reverse('contact_list')}?{asked}"


def members_url(segment: int) -> str:
    return contacts_where(Criterion("model_segment", "is", [segment]))


def last_run() -> JobRun | None:
    return JobRun.objects.filter(kind=KIND).order_by("-pk").first()


def last_done() -> JobRun | None:
    """The latest run that has ended well: what it counted is what pages tell."""
    done = JobRun.objects.filter(kind=KIND, state=RunState.SUCCEEDED)
    return done.order_by("-as_of", "-pk").first()


def current_segments() -> list[CustomerSegment]:
    rows = CustomerSegment.objects.current().select_related("named_by", "version")
    return list(rows.order_by("-size", "pk"))


def sizes_for(user: User, segments: Sequence[CustomerSegment]) -> dict[int, int]:
    """Members by segment: of everybody as the last run counted them, else of those whom the user sees."""
    if sees_everybody(user):
        return {segment.pk: segment.size for segment in segments}
    seen = Contact.objects.visible_to(user).order_by()
    counted = seen.filter(segmented__segment__in=segments).values("segmented__segment")
    return dict(counted.annotate(n=Count("pk")).values_list("segmented__segment", "n"))


# -- one contact -----------------------------------------------------------------------------------


def segment_row(contact: Contact) -> ContactSegment | None:
    """The contact's row with what its page tells, if there is one."""
    rows = ContactSegment.objects.filter(contact=contact)
    return rows.select_related("segment", "previous", "version").first()


def segment_panel(contact: Contact, user: User) -> dict[str, Any] | None:
    """The panel on the contact's page; what the user may not see is no reason."""
    access = permissions.access_of(user)
    sees = {"sees_segment": sees_segments(access), "sees_cell": sees_cells(access)}
    if not any(sees.values()):
        return None
    found = segment_row(contact)
    context: dict[str, Any] = {
        **sees,
        "found": found,
        "kind": KIND,
        "may_see_pages": access.may("analytics.customer_segments.view"),
        "may_run": access.may("analytics.customer_segments.run"),
        "may_see_jobs": access.may("core.job.view"),
    }
    if found is None:
        return context | {"last_run": last_run()} if context["may_run"] else None
    return context | {
        "reasons": reasons_of(found, access, frame_of(user).company.base_currency)
        if sees["sees_segment"]
        else [],
        "is_old": timezone.now() - found.as_of > STALE_AFTER,
        "is_superseded": found.version.state != VersionState.CHAMPION,
    }


def reasons_of(found: ContactSegment, access: Access, currency: str) -> list[dict[str, Any]]:
    """Why this segment and not the next one: the reasons that may be read, in words."""
    words = FieldWords(currency)
    told = []
    for reason in found.reasons:
        label = words.label(reason["field"])
        if label and may_read(reason["field"], access):
            told.append(_in_words(reason, label, words))
    return told


def _in_words(reason: Mapping[str, Any], label: str, words: FieldWords) -> dict[str, Any]:
    return {
        "field": reason["field"],
        "label": label,
        "detail": words.value(reason["field"], reason["value"]),
        "weight": reason["weight"],
        "percent": round(100 * reason["weight"]),
    }
