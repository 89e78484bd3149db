"""What came in by a web form, as its pages show it."""

from typing import Any

from django.db.models import QuerySet

from core.models import User
from core.permissions import access_of
from core.values import grouped
from marketing.choices import SubmissionState
from marketing.models import FormSubmission, WebForm

NEWEST = 20
SHOWN = 300


def answers_of(form: WebForm, *, is_spam: bool) -> QuerySet[FormSubmission]:
    state = SubmissionState.SPAM if is_spam else SubmissionState.TAKEN
    rows = FormSubmission.objects.filter(form=form, state=state)
    return rows.select_related("contact", "lead").order_by("-pk")


def told(rows: Any, user: User) -> list[FormSubmission]:
    """With who it was and what was said, as far as the reader may see such fields of contacts and leads."""
    access = access_of(user)
    for row in rows:
        seen = {name: text for name, text in row.values.items() if _sees(access, name) and text}
        is_reached = row.contact is not None and access.reaches(row.contact)
        row.who = seen.get("name") or seen.get("email") or f"#{grouped(row.pk)}"
        if not is_reached:
            row.contact = None
        if row.lead is not None and not access.reaches(row.lead):
            row.lead = None
        row.said = " · ".join(text for name, text in seen.items() if name != "name")[:SHOWN]
    return list(rows)


def _sees(access: Any, name: str) -> bool:
    field = {"interest": "crm.lead.interest", "message": "crm.lead.description"}.get(name)
    return bool(access.sees(field or f"crm.contact.{name}"))
