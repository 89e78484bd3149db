"""The page of a segment: what it asks, how many there are and were, who is in it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from core.conditions import Viewpoint, checked, from_json, sentence
from core.errors import Refused
from core.forms.records import RecordForm
from core.models import User
from core.permissions import Access
from core.queries.start import frame_of
from core.records import Action, Pill, RecordPage, Tab
from core.records.links import LinkField
from core.values import grouped
from marketing.models import Segment
from marketing.queries.segment_rules import asked_of, contact_type, rule_of
from marketing.queries.segments import (
    Growth,
    growth_of,
    is_overdue,
    may_take_off,
    newest_members,
    run_of,
    sees_all_contacts,
)
from marketing.services.memberships import company_day
from marketing.services.segments import keep_segment


class MemberForm(forms.Form):
    """A contact that is put on a list."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"] = LinkField(target="crm.contact", user=user, label=_("Contact"))


def members_url(segment: Segment, _access: Access | None = None) -> str:
    """The list of contacts, of which the segment is the filter."""
    query = urlencode({"if": f"segments:has_any:{segment.pk}"})
    return f"{reverse('contact_list')}?{query}"


def overview(segment: Segment, user: User) -> dict[str, Any]:
    """The first tab."""
    now = timezone.localtime()
    view = Viewpoint(user, now)
    if segment.owner == user:
        segment.owner = user  # whose rights are read already
    members, number = newest_members(segment, user)
    shows_sizes = sees_all_contacts(user)
    growth = growth_of(segment, company_day(now)) if shows_sizes else None
    return {
        "segment": segment,
        "sentence": sentence_of(segment, view),
        "problem": problem_of(segment, now),
        "is_overdue": is_overdue(segment, now),
        # Only where any job is at work at all, which the frame of the page knows.
        "run": run_of(segment) if segment.is_dynamic and frame_of(user).running else None,
        "figures": _figures(segment, number, growth),
        "chart": _chart(growth.sizes) if growth and len(growth.sizes) > 1 else None,
        "chart_label": _chart_label(growth),
        "members": members,
        "members_url": members_url(segment),
        "may_fill": may_take_off(segment, user) and segment.archived_at is None,
        "member_form": MemberForm(user=user),
    }


def sentence_of(segment: Segment, view: Viewpoint) -> str:
    """The condition in words; nothing for a list, or where it can no longer be read."""
    if not segment.is_dynamic:
        return ""
    try:
        return sentence(asked_of(segment, view), contact_type(), view)
    except Refused:
        return ""


def condition_in_words(stored: Any, user: User) -> str:
    """What a condition in the trail asked, as far as the reader may know."""
    view = Viewpoint(user, timezone.localtime())
    try:
        return sentence(checked(from_json(stored), contact_type(), view), contact_type(), view)
    except Refused:
        return _("something that is gone, or that your role does not see")


def number_in_words(stored: Any, _user: User) -> str:
    number = len(stored)
    return ngettext("%(count)s contact", "%(count)s contacts", number) % {"count": grouped(number)}


def problem_of(segment: Segment, now: Any) -> str:
    """Why the condition can no longer be asked."""
    if not segment.is_at_work:
        return ""
    try:
        rule_of(segment, now)
    except Refused as refusal:
        return str(refusal)
    return ""


def _figures(segment: Segment, number: int | None, growth: Growth | None) -> list[dict[str, Any]]:
    shown = "–" if number is None else grouped(number)
    figures: list[dict[str, Any]] = [
        {
            "label": _("Members"),
            "value": shown,
            "note": _("that you see"),
            "url": members_url(segment),
        }
    ]
    if growth is None:
        return figures
    figures[0]["note"] = _joined_share(segment, growth)
    figures.append(
        {
            "label": pgettext("segment", "Joined"),
            "value": grouped(growth.joined),
            "note": _("in 7 days"),
        }
    )
    figures.append(
        {
            "label": pgettext("segment", "Left"),
            "value": grouped(growth.left),
            "note": _("in 7 days"),
        }
    )
    return figures


def _joined_share(_segment: Segment, growth: Growth) -> str:
    net = growth.joined - growth.left
    if not net:
        return _("as many as a week ago")
    sign = "+" if net > 0 else "−"
    return _("%(number)s within a week") % {"number": f"{sign}{grouped(abs(net))}"}


def _chart(sizes: Sequence[tuple[date, int]]) -> dict[str, Any]:
    return {
        "x": [date_format(day, "MONTH_DAY_FORMAT") for day, _size in sizes],
        "s": [{"n": _("Members"), "v": [size for _day, size in sizes], "area": True}],
    }


def _chart_label(growth: Growth | None) -> str:
    if growth is None or not growth.sizes:
        return ""
    (first, before), (last, now) = growth.sizes[0], growth.sizes[-1]
    return _("Members by day: %(before)s on %(first)s, %(now)s on %(last)s.") % {
        "before": grouped(before),
        "first": date_format(first, "DATE_FORMAT"),
        "now": grouped(now),
        "last": date_format(last, "DATE_FORMAT"),
    }


def _pills(segment: Segment, access: Access) -> Sequence[Pill]:
    pills = []
    if access.sees("marketing.segment.kind"):
        pills.append(Pill(segment.get_kind_display(), "accent", has_dot=True))
    if segment.archived_at is not None:
        pills.append(Pill(pgettext("segment", "Archived"), "warn", "archive"))
    return pills


def _bar(segment: Segment, access: Access) -> Mapping[str, Any]:
    return {"may_create": access.may("marketing.segment.create")}


SEGMENT_PAGE = RecordPage(
    "marketing.segment",
    create_url="segment_create",
    edit_url="segment_edit",
    first=("name", "description", "hue", "sharing"),
    save=keep_segment,
    form=RecordForm,
    new_title=gettext_lazy("New segment"),
    edit_title=gettext_lazy("Edit segment"),
    saved=gettext_lazy("The segment is saved."),
    pills=_pills,
    actions=(Action("members", gettext_lazy("Members"), "users", members_url),),
    is_square=True,
    tabs=(
        Tab(
            "overview",
            gettext_lazy("Overview"),
            "category",
            "marketing/segments/overview.html",
            overview,
        ),
    ),
    bar_template="marketing/segments/bar.html",
    bar=_bar,
    has_charts=True,
)

RECORD_PAGES = (SEGMENT_PAGE,)
