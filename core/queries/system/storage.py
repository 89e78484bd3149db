"""Disk, files, backups, e-mail."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from core.models import Attachment
from core.phrases import duration, percent
from core.queries.system.facts import BAD, OK, WARN, Fact, guarded
from core.time_limits import TookTooLong, at_most

LITTLE_SHARE, HARDLY_ANY_SHARE = 0.15, 0.05
BACKUP_IS_OLD = timedelta(days=2)
SECONDS = 2.0
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def storage_facts(now: datetime) -> Iterator[Fact]:
    unreadable = _("The folder %(folder)s cannot be read.") % {"folder": settings.VAR_DIR}
    yield guarded(_("Free disk space"), _disk, (OSError,), unreadable)
    yield _files()
    yield guarded(_("Last backup"), lambda: _backup(now), (OSError,), unreadable)
    yield _mail()


def _disk() -> Fact:
    usage = shutil.disk_usage(settings.VAR_DIR)
    share = usage.free / usage.total
    words = {"free": filesizeformat(usage.free), "share": percent(share)}
    value = _("%(free)s (%(share)s)") % words
    if share >= LITTLE_SHARE:
        return Fact(_("Free disk space"), value, OK)
    advice = _("Make room, or move %(folder)s to a larger disk. A full disk stops everything.")
    tone = WARN if share >= HARDLY_ANY_SHARE else BAD
    return Fact(_("Free disk space"), value, tone, advice % {"folder": settings.VAR_DIR})


def _files() -> Fact:
    """Added up from what is known of each file: walking the folder would take too long."""
    try:
        with at_most(SECONDS):
            size = Attachment.objects.aggregate(size=Sum("size"))["size"] or 0
    except TookTooLong:
        return Fact(_("Files of records"), "–")
    return Fact(_("Files of records"), filesizeformat(size))


def _backup(now: datetime) -> Fact:
    """The newest archive that `make backup` wrote."""
    label = _("Last backup")
    folder = Path(settings.VAR_DIR) / "backups"
    newest = max((path.stat().st_mtime for path in folder.glob("renmai-*.tar.gz")), default=None)
    advice = _("Run “make backup” every day. If you back up in another way, look there.")
    if newest is None:
        return Fact(label, _("none here"), WARN, advice)
    age = now - datetime.fromtimestamp(newest, UTC)
    value = _("%(time)s ago") % {"time": duration(max(age, timedelta()))}
    return Fact(label, value, OK) if age <= BACKUP_IS_OLD else Fact(label, value, WARN, advice)


def sends_mail() -> bool:
    return bool(settings.EMAIL_BACKEND == SMTP)


def _mail() -> Fact:
    label = _("E-mail")
    if sends_mail():
        words = {"host": settings.EMAIL_HOST, "sender": settings.DEFAULT_FROM_EMAIL}
        return Fact(label, _("by %(host)s, from %(sender)s") % words, OK)
    advice = _("Set EMAIL_URL. Until then nobody gets a mail to set a password.")
    return Fact(label, _("not set up"), WARN, advice)
