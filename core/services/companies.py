"""The one company that uses the installation: name, look, time, languages."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from django_celery_beat.models import CrontabSchedule

from core import audit, permissions
from core.errors import Refused
from core.images import Picture, picture_of
from core.models import Installation, User

PERMISSION = "core.settings.manage"
CHANGEABLE = (
    "name",
    "accent",
    "time_zone",
    "week_start",
    "languages",
    "language",
    "country",
    "stale_after_days",
    "address",
)
MOST_LOGO_BYTES = 512 * 1024
SMALLEST, LARGEST = 16, 2_000  # pixels of a logo


@transaction.atomic
def change_company(*, values: Mapping[str, Any], by: User) -> Installation:
    """Change what is said of the company.

    Users of a language that is no longer offered get the default one; schedules of the company's time
    zone keep their hour in the new one.
    """
    permissions.require(by, PERMISSION)
    installation, _made = Installation.objects.select_for_update().get_or_create(pk=1)
    before = audit.snapshot(installation)
    for name in CHANGEABLE:
        if name in values:
            setattr(installation, name, values[name])
    _check_languages(installation)
    changes = audit.differences(before, installation)
    if not changes:
        return installation
    installation.save(update_fields=list(changes))
    if "languages" in changes or "language" in changes:
        _speak_offered(installation)
    if "time_zone" in changes:
        _move_schedules(*changes["time_zone"])
    audit.record(actor=by, action="company.change", subject=installation, changes=changes)
    return installation


def _check_languages(installation: Installation) -> None:
    known = dict(settings.LANGUAGES)
    offered = [code for code in installation.languages if code in known]
    if not offered and installation.languages:
        raise Refused(_("Offer at least one language."))
    if offered and installation.language not in offered:
        raise Refused(_("The default language has to be one of those that are offered."))
    installation.languages = offered


def _speak_offered(installation: Installation) -> None:
    if installation.languages:
        others = User.objects.exclude(language__in=installation.languages)
        others.update(language=installation.language)


def _move_schedules(before: str, after: str) -> None:
    CrontabSchedule.objects.filter(timezone=before).update(timezone=after)


@transaction.atomic
def set_logo(*, data: bytes, by: User) -> None:
    """Keep a picture as the logo, under the name of its content."""
    permissions.require(by, PERMISSION)
    picture = _checked(data)
    installation, _made = Installation.objects.select_for_update().get_or_create(pk=1)
    name = f"{hashlib.sha256(data).hexdigest()[:24]}.{picture.ending}"
    if str(installation.logo.name).endswith(f"/{name}"):
        return
    _replace(installation, ContentFile(data, name), by)


@transaction.atomic
def remove_logo(*, by: User) -> None:
    """The product's mark stands in its place again."""
    permissions.require(by, PERMISSION)
    installation = Installation.objects.select_for_update().filter(pk=1).first()
    if installation is not None and installation.logo:
        _replace(installation, None, by)


def _replace(installation: Installation, file: "ContentFile[bytes] | None", by: User) -> None:
    before = installation.logo.name
    storage = installation.logo.storage
    if file is None:
        installation.logo = ""
    else:
        installation.logo.save(file.name or "logo", file, save=False)
    installation.save(update_fields=["logo"])
    if before:
        transaction.on_commit(lambda: storage.delete(before))
    changes = {"logo": (before, installation.logo.name)}
    audit.record(actor=by, action="company.logo", subject=installation, changes=changes)


def _checked(data: bytes) -> Picture:
    if len(data) > MOST_LOGO_BYTES:
        raise Refused(_("The logo may have up to 512 KB."))
    picture = picture_of(data)
    if picture is None:
        raise Refused(_("Choose a PNG, JPEG or WebP picture."))
    if not all(SMALLEST <= side <= LARGEST for side in (picture.width, picture.height)):
        raise Refused(_("A logo has between 16 and 2,000 pixels on each side."))
    return picture
