"""Messages: what is written to people, in each language."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import OwnedQuerySet, OwnedRecord, bin_index
from core.text import comparable
from marketing.choices import MessageForm


class MessageQuerySet(OwnedQuerySet["Message"]):
    def for_list(self) -> "MessageQuerySet":
        return self.select_related("owner", "team")

    def templates(self) -> "MessageQuerySet":
        """Those that people begin others with; the rest belong to a campaign or a journey."""
        return self.filter(is_template=True)


class Message(OwnedRecord):
    """A letter in one or more languages; each recipient gets that of the own one, else the first."""

    name = models.CharField(pgettext_lazy("message", "name"), max_length=120)
    name_key = models.CharField(_("name for comparing"), max_length=200, editable=False)
    form = models.CharField(
        pgettext_lazy("message", "written as"),
        max_length=8,
        choices=MessageForm,
        default=MessageForm.BLOCKS,
    )
    is_template = models.BooleanField(_("template"), default=False)
    # Raised with each change: what was rendered of an earlier one is rendered anew.
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects: ClassVar[Any] = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            bin_index("marketing_message_bin"),
            models.Index(fields=["is_template", "name_key", "id"], name="marketing_message_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def normalise(self) -> None:
        """Fill the compared column; bulk writes call it themselves."""
        self.name_key = comparable(self.name)

    def save(self, **kwargs: Any) -> None:
        self.normalise()
        super().save(**kwargs)


class MessageText(models.Model):
    """A message in one language.

    `body` is a list of blocks, each with its `kind`; {"text": …} for Markdown and plain text.
    """

    message = models.ForeignKey(
        Message, verbose_name=_("message"), on_delete=models.CASCADE, related_name="texts"
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    subject = models.CharField(pgettext_lazy("message", "subject"), max_length=250, blank=True)
    preview = models.CharField(pgettext_lazy("message", "preview"), max_length=250, blank=True)
    body = models.JSONField(pgettext_lazy("message", "text"), default=list, blank=True)

    class Meta:
        verbose_name = _("text of a message")
        verbose_name_plural = _("texts of messages")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["message", "language"], name="marketing_text_once")
        ]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.language}"


class MessageImage(models.Model):
    """A picture that messages show, reached by whoever has its address."""

    file = models.FileField(_("file"), upload_to="messages/%Y/%m", max_length=200)
    name = models.CharField(pgettext_lazy("file", "name"), max_length=200)
    digest = models.CharField(_("SHA-256"), max_length=64, unique=True, editable=False)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    size = models.PositiveIntegerField(_("bytes"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("picture of messages")
        verbose_name_plural = _("pictures of messages")
        indexes = [models.Index(fields=["-created_at", "-id"], name="marketing_image_new")]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """The end of its address, which only those who have the picture can reckon."""
        return f"{self.digest[:40]}.{str(self.file.name).rpartition('.')[2]}"
