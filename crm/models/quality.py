"""What is wrong with addresses and numbers, in tables of their own: few records have a row."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import ValueProblem
from crm.models.companies import Company
from crm.models.contacts import Contact


class ContactQuality(models.Model):
    """What is wrong with a contact's addresses and numbers."""

    record = models.OneToOneField(
        Contact,
        verbose_name=_("contact"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="quality",
    )
    email = models.CharField(_("e-mail"), max_length=8, choices=ValueProblem, blank=True)
    email_meant = models.CharField(_("e-mail probably meant"), max_length=254, blank=True)
    other_email = models.CharField(
        _("other e-mail"), max_length=8, choices=ValueProblem, blank=True
    )
    other_email_meant = models.CharField(
        _("other e-mail probably meant"), max_length=254, blank=True
    )
    phone = models.CharField(_("phone"), max_length=8, choices=ValueProblem, blank=True)
    mobile = models.CharField(_("mobile"), max_length=8, choices=ValueProblem, blank=True)
    other_phone = models.CharField(_("other phone"), max_length=8, choices=ValueProblem, blank=True)

    class Meta:
        verbose_name = _("problems of a contact")
        verbose_name_plural = _("problems of contacts")

    def __str__(self) -> str:
        return str(self.record_id)


class CompanyQuality(models.Model):
    """What is wrong with a company's address and number."""

    record = models.OneToOneField(
        Company,
        verbose_name=_("company"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="quality",
    )
    email = models.CharField(_("e-mail"), max_length=8, choices=ValueProblem, blank=True)
    email_meant = models.CharField(_("e-mail probably meant"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=8, choices=ValueProblem, blank=True)

    class Meta:
        verbose_name = _("problems of a company")
        verbose_name_plural = _("problems of companies")

    def __str__(self) -> str:
        return str(self.record_id)
