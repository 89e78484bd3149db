"""Who of us knows whom: said by themselves, or told by what they bring along from elsewhere."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from core import audit, permissions
from core.models import User
from crm.choices import TieSource
from crm.models import Acquaintance, Contact, FileImport

BATCH = 500


@transaction.atomic
def say_known(*, contact: Contact, by: User) -> None:
    """Note that somebody knows a contact whom they see."""
    permissions.require(by, "crm.contact.view")
    _tie, is_new = Acquaintance.objects.get_or_create(
        contact=contact, user=by, source=TieSource.SAID
    )
    if is_new:
        audit.record(actor=by, action="tie.add", subject=contact)


@transaction.atomic
def say_unknown(*, contact: Contact, by: User) -> None:
    """Forget all that tells that somebody knows a contact; only they themselves say so."""
    permissions.require(by, "crm.contact.view")
    if Acquaintance.objects.filter(contact=contact, user=by).delete()[0]:
        audit.record(actor=by, action="tie.remove", subject=contact)


def note_acquaintances(
    *, user: User, since: Mapping[int, date | None], source: TieSource, file_import: FileImport
) -> None:
    """The contacts (by number) whom a file tells that a user knows; what is known stays as it is."""
    Acquaintance.objects.bulk_create(
        (
            Acquaintance(
                user=user, contact_id=pk, source=source, since=day, imported_by=file_import
            )
            for pk, day in since.items()
        ),
        batch_size=BATCH,
        ignore_conflicts=True,
    )
