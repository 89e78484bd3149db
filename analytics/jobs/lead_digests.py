"""The weekly e-mail to each owner of leads: whom to call first, who has risen, what came of the week."""

import logging
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from analytics.queries.lead_digests import Digest, digest_of, readers
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.models import User

logger = logging.getLogger(__name__)


class LeadDigestJob(Job):
    """A partition is a person.

    A letter leaves when its partition is done and not before: a worker that dies then leaves one
    letter unsent rather than sending one twice.
    """

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Find the owners of scored leads"))
        people = readers().order_by("pk").values_list("pk", flat=True)
        plan = Plan([{"user": pk} for pk in people])
        run.step(gettext_noop("Write and send the e-mails"))
        return plan

    def load(self, run: RunContext, payload: dict[str, Any]) -> tuple[User, Digest] | None:
        user = readers().filter(pk=payload["user"]).first()
        digest = digest_of(user, run.as_of) if user is not None else None
        return (user, digest) if user is not None and digest is not None else None

    def compute(self, run: RunContext, data: tuple[User, Digest] | None) -> EmailMessage | None:
        return letter(*data) if data is not None else None

    def save(self, run: RunContext, results: EmailMessage | None) -> Saved:
        if results is None:
            return Saved(0, 0)
        transaction.on_commit(lambda: _send(results, run.run.pk))
        return Saved(1, 1, {"letters": 1})


def letter(user: User, digest: Digest) -> EmailMessage:
    """In the language of who reads it."""
    context = {
        "user": user,
        "digest": digest,
        "base": settings.BASE_URL,
        "profile_url": reverse("settings_profile"),
    }
    with override(user.language):
        body = render_to_string("analytics/mail/lead_digest.txt", context)
        subject = _("Your leads this week: %(name)s first") % {"name": digest.best[0].name}
    return EmailMessage(" ".join(subject.split()), body, to=[user.email])


def _send(message: EmailMessage, run: int) -> None:
    try:
        message.send()
    except (OSError, SMTPException) as error:
        logger.warning("Run %s: a letter was not taken (%s)", run, type(error).__name__)
