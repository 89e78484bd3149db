"""Visits of the company's websites: of nobody known until a letter's link or a form says who it is."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from crm.services.interactions import NewInteraction, record_interactions
from marketing.models import PageView, Recipient, Visitor
from marketing.services.permission_to_send import untracked
from marketing.services.tracking.addresses import without_visitor
from marketing.services.tracking.signatures import visiting_recipient

KEPT = timedelta(days=90)
MOST_VIEWS = 500  # of one visitor whom nobody knows
LONGEST_URL, LONGEST_TITLE = 500, 300


@transaction.atomic
def note_visit(*, key: UUID, url: str, title: str, at: datetime, token: str = "") -> None:
    """Write the visit of a page, onto the timeline where it is known whose it is."""
    known = Visitor.objects.filter(pk=key).values_list("contact", flat=True).first()
    person = _contact_of(token) or known
    if person is not None and untracked([person]):
        return  # who wants that nothing is counted
    visitor, _is_new = Visitor.objects.get_or_create(
        pk=key, defaults={"first_at": at, "last_at": at}
    )
    contact = person or visitor.contact_id
    Visitor.objects.filter(pk=key).update(last_at=at)
    if contact is not None and contact != visitor.contact_id:
        identify_visitor(key=key, contact=contact, at=at)
    page, heading = without_visitor(url)[:LONGEST_URL], " ".join(title.split())[:LONGEST_TITLE]
    if contact is not None:
        record_interactions([_visit(contact, key, at, page, heading)])
    elif visitor.views.count() < MOST_VIEWS:
        PageView.objects.create(visitor=visitor, at=at, url=page, title=heading)


@transaction.atomic
def identify_visitor(*, key: UUID, contact: int, at: datetime) -> None:
    """Say whose browser it is: what it visited before goes onto the timeline.

    A browser that was somebody else's until now is this contact's from now on: what stood on the other
    timeline stays there.
    """
    Visitor.objects.filter(pk=key).update(contact=contact, known_since=at)
    views = list(PageView.objects.filter(visitor=key))
    record_interactions(_visit(contact, key, view.at, view.url, view.title) for view in views)
    PageView.objects.filter(pk__in=[view.pk for view in views]).delete()


def known_browsers(contacts: Collection[int], before: datetime) -> set[str]:
    """The browsers of these contacts that were known before a moment, as keys of visits name them."""
    rows = Visitor.objects.filter(contact__in=contacts, known_since__lt=before)
    return {key.hex for key in rows.values_list("pk", flat=True)}


def browser_of(visit: str) -> str:
    """The browser that a visit's key names; empty where another system told of the visit."""
    kind, _colon, rest = visit.partition(":")
    return rest.partition(":")[0] if kind == "visit" else ""


def forget_visitors(*, at: datetime) -> int:
    """Drop the views and the browsers of nobody known that have not come for long."""
    PageView.objects.filter(at__lt=at - KEPT).delete()
    gone = Visitor.objects.filter(contact=None, last_at__lt=at - KEPT)
    return gone.delete()[0]


def _contact_of(token: str) -> int | None:
    recipient = visiting_recipient(token)
    if recipient is None:
        return None
    return Recipient.objects.filter(pk=recipient).values_list("contact", flat=True).first()


def _visit(contact: int, key: UUID, at: datetime, url: str, title: str) -> NewInteraction:
    moment = int(at.timestamp() * 1000)
    return NewInteraction(
        contact=contact,
        kind="visit",
        at=at,
        key=f"visit:{key.hex}:{moment}",
        subject=title,
        url=url,
        channel="web",
        origin="website",
    )
