"""Pictures of messages: checked, made small enough for letters, kept under an address nobody guesses."""

import hashlib
from io import BytesIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from core import permissions
from core.errors import Refused
from core.images import picture_of
from core.models import User
from core.services.attachments import safe_name
from marketing.models import MessageImage

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
WIDEST = 1_200  # twice the width of a letter, for fine screens
QUALITY = 82
EDIT = "marketing.campaign.edit"


def add_picture(*, data: bytes, name: str, by: User) -> MessageImage:
    """Keep a picture, encoded anew: what hides in a file does not come along.

    The same picture is kept once.
    """
    permissions.require(by, EDIT)
    _check(data)
    encoded, ending, width, height = _encoded(data)
    digest = hashlib.sha256(encoded).hexdigest()
    kept = ContentFile(encoded, f"{digest[:40]}.{ending}")
    with transaction.atomic():
        image = MessageImage.objects.filter(digest=digest).first()
        if image is not None and has_file(image):
            return image
        if image is None:
            image = MessageImage(
                digest=digest, width=width, height=height, size=len(encoded), by=by
            )
            image.name = safe_name(name)
        image.file.save(kept.name or "", kept, save=False)
        image.save()
    return image


def has_file(image: MessageImage) -> bool:
    """Whether the picture itself is there: it may have been lost with a disk."""
    return bool(image.file) and image.file.storage.exists(str(image.file.name))


def _check(data: bytes) -> None:
    if not data:
        raise Refused(_("Choose a file first."))
    if len(data) > MOST_BYTES:
        raise Refused(_("A picture may have up to 8 MB."))
    told = picture_of(data)
    if told is None:
        raise Refused(_("Choose a PNG, JPEG or WebP picture."))
    if not 0 < told.width * told.height <= MOST_PIXELS:
        raise Refused(_("A picture may have up to 40 megapixels. Make it smaller first."))


def _encoded(data: bytes) -> tuple[bytes, str, int, int]:
    """PNG where something shows through, else JPEG: what all mail programs can show."""
    try:
        with Image.open(BytesIO(data)) as opened:
            picture = ImageOps.exif_transpose(opened)
            picture.thumbnail((WIDEST, WIDEST * 3))
            is_clear = picture.has_transparency_data
            is_drawn = opened.format == "PNG" and picture.mode in {"P", "1", "L"}
            kept = BytesIO()
            if is_clear or is_drawn:
                picture.save(kept, "PNG", optimize=True)
                ending = "png"
            else:
                picture.convert("RGB").save(kept, "JPEG", quality=QUALITY, optimize=True)
                ending = "jpg"
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Refused(_("This picture is damaged. Save it anew and try again.")) from error
    return kept.getvalue(), ending, picture.width, picture.height
