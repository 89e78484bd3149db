"""Web forms: what visitors fill in on a website, and what came in by them."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.models import OwnedQuerySet, OwnedRecord, bin_index
from core.permissions import Access
from core.text import comparable
from crm.models import Contact, Lead
from marketing.choices import SubmissionState
from marketing.models.consents import Purpose

KEY_LENGTH = 16


def _key() -> str:
    return get_random_string(KEY_LENGTH)


def _fields() -> list[dict[str, Any]]:
    return [{"name": "name", "required": True}, {"name": "email", "required": True}]


class WebFormQuerySet(OwnedQuerySet["WebForm"]):
    def for_list(self) -> "WebFormQuerySet":
        return self.select_related("owner", "team")


class WebForm(OwnedRecord):
    """A form for websites. What is filled in becomes a contact, a lead if wanted, and consent.

    `fields` are the names of what is asked for, each with whether it must be filled in.
    """

    name = models.CharField(pgettext_lazy("web form", "name"), max_length=120)
    name_key = models.CharField(_("name for comparing"), max_length=200, editable=False)
    key = models.CharField(_("address"), max_length=32, unique=True, default=_key, editable=False)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    title = models.CharField(_("heading"), max_length=120, blank=True)
    intro = models.TextField(_("text above the fields"), max_length=1_000, blank=True)
    fields = models.JSONField(_("fields"), default=_fields, blank=True)
    button = models.CharField(_("words on the button"), max_length=40, blank=True)
    purposes = models.ManyToManyField(
        Purpose, verbose_name=_("asks for consent to"), blank=True, related_name="+"
    )
    consent_text = models.TextField(_("words of the consent"), max_length=500, blank=True)
    is_confirmed = models.BooleanField(_("confirmed by e-mail"), default=True)
    makes_lead = models.BooleanField(_("makes a lead"), default=True)
    source = models.CharField(_("source"), max_length=100, blank=True)
    thanks = models.TextField(_("thanks"), max_length=500, blank=True)
    redirect_url = models.URLField(_("page afterwards"), max_length=300, blank=True)
    # Websites that may send it by script or show it in a frame, such as https://example.com.
    origins = models.JSONField(_("websites"), default=list, blank=True)
    is_open = models.BooleanField(_("takes answers"), default=True)

    objects: ClassVar[Any] = WebFormQuerySet.as_manager()

    class Meta:
        verbose_name = _("web form")
        verbose_name_plural = _("web forms")
        indexes = [
            bin_index("marketing_webform_bin"),
            models.Index(fields=["name_key", "id"], name="marketing_webform_name"),
            models.Index(fields=["created_at", "id"], name="marketing_webform_created"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("webform_detail", args=[self.pk])

    def name_for(self, access: Access) -> str:
        """The name; without the right to see it, the number."""
        if access.sees("marketing.webform.name"):
            return self.name
        return gettext("Web form %(number)s") % {"number": self.pk}

    def normalise(self) -> None:
        """Fill the compared columns; bulk writes call it themselves."""
        self.name_key = comparable(self.name)

    def save(self, **kwargs: Any) -> None:
        self.normalise()
        super().save(**kwargs)


class FormSubmission(models.Model):
    """What one visitor sent: taken once by its token; what looks like spam is kept apart."""

    form = models.ForeignKey(
        WebForm,
        verbose_name=_("web form"),
        on_delete=models.CASCADE,
        related_name="submissions",
        db_index=False,
    )
    token = models.CharField(_("token"), max_length=64)
    state = models.CharField(
        pgettext_lazy("submission", "state"), max_length=8, choices=SubmissionState
    )
    why = models.CharField(_("why"), max_length=20, blank=True)
    values = models.JSONField(_("what was filled in"), default=dict)
    # The words beside the box that was ticked, as proof of what was agreed to.
    wording = models.TextField(_("words of the consent"), blank=True)
    page = models.CharField(_("page"), max_length=500, blank=True)
    utm = models.JSONField(_("campaign parameters"), default=dict, blank=True)
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="form_submissions",
    )
    lead = models.ForeignKey(
        Lead, verbose_name=_("lead"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("answer to a web form")
        verbose_name_plural = _("answers to web forms")
        constraints = [
            models.UniqueConstraint(fields=["form", "token"], name="marketing_submission_once")
        ]
        indexes = [
            models.Index(fields=["form", "state", "-id"], name="marketing_submission_list"),
        ]

    def __str__(self) -> str:
        return f"{self.form_id}: {self.pk}"
