"""What the company sets up for its messages: purposes, limits, what follows from bounces, senders."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.errors import Refused
from core.models import User
from core.text import comparable
from marketing.models import MarketingOptions, Purpose

MANAGE = "marketing.settings.manage"
OPTIONS = (
    "week_cap",
    "month_cap",
    "hard_after",
    "hard_policy",
    "soft_after",
    "soft_policy",
    "complaint_after",
    "complaint_policy",
    "sender_name",
    "sender_address",
    "reply_to",
)
MOST_PURPOSES = 50


@transaction.atomic
def save_options(*, values: Mapping[str, Any], by: User) -> MarketingOptions:
    permissions.require(by, MANAGE)
    options, _made = MarketingOptions.objects.select_for_update().get_or_create(pk=1)
    before = audit.snapshot(options)
    for name in OPTIONS:
        if name in values:
            setattr(options, name, values[name])
    changes = audit.differences(before, options)
    if changes:
        options.save(update_fields=list(changes))
        audit.record(actor=by, action="marketing.options", subject=options, changes=changes)
    return options


@transaction.atomic
def save_purpose(*, purpose: Purpose, by: User) -> Purpose:
    """Make or change one; its name is there once among those in use."""
    permissions.require(by, MANAGE)
    if not purpose.name.strip():
        raise Refused(_("Give the purpose a name."))
    same = Purpose.objects.filter(name_key=comparable(purpose.name), archived_at=None)
    if same.exclude(pk=purpose.pk).exists():
        raise Refused(_("There is a purpose of this name already."))
    is_new = purpose.pk is None
    if is_new and Purpose.objects.filter(archived_at=None).count() >= MOST_PURPOSES:
        raise Refused(
            _("People can choose among %(most)s purposes at most. Archive one first.")
            % {"most": MOST_PURPOSES}
        )
    before = (
        {} if is_new else audit.snapshot(Purpose.objects.select_for_update().get(pk=purpose.pk))
    )
    purpose.save()
    changes = {"name": (None, purpose.name)} if is_new else audit.differences(before, purpose)
    if changes:
        audit.record(actor=by, action="purpose.save", subject=purpose, changes=changes)
    return purpose


@transaction.atomic
def archive_purpose(*, purpose: Purpose, is_archived: bool, by: User, at: datetime) -> None:
    """Nobody is asked for it any more; what was said of it stays."""
    permissions.require(by, MANAGE)
    if is_archived == (purpose.archived_at is not None):
        return
    if not is_archived:
        same = Purpose.objects.filter(name_key=purpose.name_key, archived_at=None)
        if same.exists():
            raise Refused(_("There is a purpose of this name already."))
    before = purpose.archived_at
    purpose.archived_at = at if is_archived else None
    purpose.save(update_fields=["archived_at"])
    changes = {"archived_at": (before, purpose.archived_at)}
    audit.record(actor=by, action="purpose.archive", subject=purpose, changes=changes)
