"""A change of many contacts at once: what they said of a purpose is noted."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from core import permissions
from core.changes import Change
from core.changes.drafts import Draft
from core.changes.kinds import Prepared
from core.errors import Refused
from core.models import ChangeSet, User
from core.registries import RecordType
from marketing.choices import ConsentSource, ConsentState
from marketing.models import Purpose
from marketing.services.consents import NOTE, Word, record_consents

CONTACT = "crm.contact"
NOTABLE = (ConsentState.GRANTED, ConsentState.WITHDRAWN)


@dataclass(frozen=True)
class NoteConsent(Change):
    """Whoever sees a contact and may note consents: nothing of the contact itself changes."""

    key = NOTE
    right = "view"
    can_be_undone = False

    purpose: int
    channel: str
    state: str
    detail: str

    def prepared(self, kind: RecordType, by: User) -> Prepared:
        permissions.require(by, "marketing.consent.edit")
        if kind.key != CONTACT:
            raise Refused(_("Only contacts give consent."))
        if not self.detail.strip():
            raise Refused(_("Say on whose word it is noted."))
        if self.state not in NOTABLE or not Purpose.objects.filter(pk=self.purpose).exists():
            raise Refused(_("Choose a purpose and whether the consent was given."))

        def leave(_draft: Draft, _at: datetime) -> None:
            """Nothing of the contact itself."""

        return leave

    def tie(self, pks: Collection[int], change_set: ChangeSet) -> int:
        words = (
            Word(
                pk,
                self.purpose,
                self.channel,
                self.state,
                ConsentSource.PERSON,
                change_set.at,
                self.detail.strip(),
            )
            for pk in pks
        )
        return record_consents(
            words, by=change_set.actor, change_set=change_set, keeps_withdrawn=True
        )
