"""The suppression list: addresses that get no message, whatever was consented to."""

import re
from collections.abc import Collection, Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.errors import Refused
from core.models import User
from core.registries import tell_followers
from core.upsert import insert_new
from crm.models import Contact
from marketing.choices import SuppressionReason
from marketing.models import Suppression

EDIT = "marketing.consent.edit"
ADD, REMOVE = "suppression.add", "suppression.remove"
MOST_AT_ONCE = 50_000
FIELDS = ("address_key", "reason", "detail", "at")
BETWEEN = re.compile(r"[\s,;，；、]+")


def addresses_in(text: str) -> list[str]:
    """The addresses of a pasted list, each once; refuses what is none, naming the first."""
    found = list(dict.fromkeys(part.casefold() for part in BETWEEN.split(text.strip()) if part))
    if not found:
        raise Refused(_("Enter at least one e-mail address."))
    if len(found) > MOST_AT_ONCE:
        raise Refused(_("Paste at most %(most)s addresses at a time.") % {"most": MOST_AT_ONCE})
    for part in found:
        try:
            validate_email(part)
        except ValidationError as error:
            raise Refused(_("“%(text)s” is not an e-mail address.") % {"text": part}) from error
    return found


@transaction.atomic
def suppress(
    *,
    addresses: Iterable[str],
    reason: str,
    at: datetime,
    detail: str = "",
    by: User | None = None,
) -> int:
    """Put addresses on the list; returns how many were not on it."""
    keys = sorted({address.strip().casefold()[:254] for address in addresses} - {""})
    rows = [(key, str(reason), detail[:300], at) for key in keys]
    names, who = FIELDS, by.pk if by is not None else None
    written = insert_new(Suppression, ((*row, who) for row in rows), fields=(*names, "by"))
    _tell(keys)
    if by is not None and written:
        audit.record(
            actor=by,
            action=ADD,
            object_type="marketing.suppression",
            changes={"addresses": (None, written)},
        )
    return written


@transaction.atomic
def add_suppressions(*, addresses: Iterable[str], detail: str, by: User, at: datetime) -> int:
    """By a person, who says why."""
    permissions.require(by, EDIT)
    if not detail.strip():
        raise Refused(_("Say why, so that others know later."))
    reason = SuppressionReason.PERSON
    return suppress(addresses=addresses, reason=reason, at=at, detail=detail.strip(), by=by)


@transaction.atomic
def remove_suppressions(*, pks: Collection[int], reason: str, by: User, at: datetime) -> int:
    """Off the list, with a reason that stays in the audit log; `at` is when."""
    permissions.require(by, EDIT)
    if not reason.strip():
        raise Refused(_("Say why the address may be written to again."))
    rows = list(Suppression.objects.select_for_update().filter(pk__in=pks).order_by("pk"))
    for row in rows:
        audit.record(
            actor=by,
            action=REMOVE,
            object_type="marketing.suppression",
            changes={
                "address": (row.address_key, None),
                "reason": (row.reason, reason.strip()[:300]),
                "at": (None, at.isoformat()),
            },
        )
    Suppression.objects.filter(pk__in=[row.pk for row in rows]).delete()
    _tell([row.address_key for row in rows])
    return len(rows)


def _tell(keys: list[str]) -> None:
    """Segments may ask for it."""
    for start in range(0, len(keys), 5_000):
        some = keys[start : start + 5_000]
        found = Contact.objects.filter(email_key__in=some).values_list("pk", flat=True)
        tell_followers("crm.contact", set(found))
