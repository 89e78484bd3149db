"""What holds people to groups and events: as what they belong to them, since when."""

from django.db import transaction

from core import audit
from core.models import User
from crm.models import Membership, Participation


@transaction.atomic
def change_tie(*, tie: Membership | Participation, by: User) -> None:
    """Write another role or day of joining."""
    stored = type(tie)._base_manager.select_for_update().get(pk=tie.pk)
    changes = audit.differences(audit.snapshot(stored), tie)
    if not changes:
        return
    tie.save(update_fields=list(changes))
    changes["contact"] = (None, tie.contact_id)
    if isinstance(tie, Membership):
        audit.record(actor=by, action="member.edit", subject=tie.group, changes=changes)
    else:
        audit.record(actor=by, action="participant.edit", subject=tie.event, changes=changes)
