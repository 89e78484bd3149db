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


# What exports call the statuses.
STATUS_WORDS = {
    "new": LeadStatus.NEW,
    "新建": LeadStatus.NEW,
    "open": LeadStatus.NEW,
    "working": LeadStatus.WORKING,
    "contacted": LeadStatus.WORKING,
    "跟进中": LeadStatus.WORKING,
    "qualified": LeadStatus.QUALIFIED,
    "已确认": LeadStatus.QUALIFIED,
    "converted": LeadStatus.CONVERTED,
    "won": LeadStatus.CONVERTED,
    "已转化": LeadStatus.CONVERTED,
    "unqualified": LeadStatus.UNQUALIFIED,
    "不合适": LeadStatus.UNQUALIFIED,
    "lost": LeadStatus.LOST,
    "closed": LeadStatus.LOST,
    "已流失": LeadStatus.LOST,
}


class Grade(TextChoices):
    """The grade of a lead score."""

    A = "A", _("A: call first")
    B = "B", _("B: good")
    C = "C", _("C: fair")
    D = "D", _("D: low")
