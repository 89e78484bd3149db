"""Files that hang on records."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def attachment_path(_attachment: "Attachment", _name: str) -> str:
    """Files are named by us: an uploaded name never becomes a path."""
    return f"attachments/{uuid.uuid4().hex}"


class Attachment(models.Model):
    """One file of one record."""

    object_type = models.CharField(
        _("record type"), max_length=60, help_text=_("Such as crm.lead.")
    )
    object_id = models.PositiveBigIntegerField(_("record number"))
    file = models.FileField(upload_to=attachment_path, max_length=200)
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("In bytes."))
    content_type = models.CharField(_("file type"), max_length=100, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("uploaded by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [
            models.Index(fields=["object_type", "object_id", "-id"], name="core_attachment_object")
        ]

    def __str__(self) -> str:
        return self.name
