"""The page of an activity."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.forms.records import RecordForm
from core.permissions import Access
from core.records import Pill, RecordPage
from core.records.fields import RecordField
from crm.models import Activity
from crm.pages import shared
from crm.services.activities import keep_activity


class ActivityForm(RecordForm):
    """An activity; a new one says what it is."""

    def is_offered(self, field: RecordField) -> bool:
        begins = not self.record.pk and field.name == "kind"
        return begins or super().is_offered(field)


def _pills(activity: Activity, access: Access) -> Sequence[Pill]:
    done = Pill(pgettext_lazy("activity", "Done"), "ok", "check")
    planned = Pill(pgettext_lazy("activity", "Planned"), "accent", has_dot=True)
    state = [done if activity.is_done else planned] if access.sees("crm.activity.done") else []
    kind = [Pill(activity.get_kind_display(), "line")] if access.sees("crm.activity.kind") else []
    return [*state, *kind]


def _rows(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related("lead__company")


ACTIVITY_PAGE = RecordPage(
    "crm.activity",
    create_url="activity_create",
    edit_url="activity_edit",
    first=("kind", "subject", "at", "body", "contact", "company", "deal"),
    save=keep_activity,
    form=ActivityForm,
    new_title=_("New activity"),
    edit_title=_("Edit activity"),
    saved=_("The activity is saved."),
    rows=_rows,
    pills=_pills,
    is_square=True,
    tabs=shared.tabs(),
)
