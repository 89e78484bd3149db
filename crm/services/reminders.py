"""Reminding people of what is due."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_noop

from core.models import User
from core.notifying import notify
from crm.models import Activity
from crm.services.activities import named_before

DUE = gettext_noop("Due now: %(subject)s")
BATCH = 500
# What is due for longer, such as an old import, is seen in the list of tasks.
NOT_OLDER = timedelta(days=2)


def remind_due(*, at: datetime) -> int:
    """Tell owners once of what has become due; returns how many were told."""
    told = 0
    while number := _remind_some(at):
        told += number
    return told


@transaction.atomic
def _remind_some(at: datetime) -> int:
    """The marks and the notifications are written together, and rows in other hands are left."""
    due = (
        Activity.objects.kept()
        .planned()
        .filter(reminded_at__isnull=True, at__lte=at, at__gt=at - NOT_OLDER)
        .filter(owner__is_active=True)
    )
    rows = due.select_for_update(skip_locked=True, of=("self",))
    tasks = list(rows.order_by("at", "pk")[:BATCH])
    owners: dict[Any, User] = User.objects.in_bulk([task.owner_id for task in tasks])
    for task in tasks:
        owner = owners[task.owner_id]
        notify(
            user=owner,
            kind="reminder",
            message=DUE,
            message_args={"subject": named_before(task, owner)},
            url=reverse("task_list"),
        )
    Activity.objects.filter(pk__in=[task.pk for task in tasks]).update(reminded_at=at)
    return len(tasks)
