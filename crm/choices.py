"""Closed vocabularies of sales."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LeadStatus(TextChoices):
    """Where a lead stands; the last three are closed."""

    NEW = "new", _("New")
    WORKING = "working", _("Working")
    QUALIFIED = "qualified", _("Qualified")
    CONVERTED = "converted", _("Converted")
    UNQUALIFIED = "unqualified", _("Not a fit")
    LOST = "lost", _("Lost")


OPEN_STATUSES = (LeadStatus.NEW, LeadStatus.WORKING, LeadStatus.QUALIFIED)
CLOSED_STATUSES = (LeadStatus.CONVERTED, LeadStatus.UNQUALIFIED, LeadStatus.LOST)


class Grade(TextChoices):
    """The grade of a lead score."""

    A = "A", _("A: call first")
    B = "B", _("B: good")
    C = "C", _("C: fair")
    D = "D", _("D: low")
