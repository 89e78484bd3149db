"""Words of analytics."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# What the timeline of a lead tells at a moment.
TIMELINE = {
    "timeline.interactions_7": _("Interactions in the last 7 days"),
    "timeline.interactions_30": _("Interactions in the last 30 days"),
    "timeline.interactions_90": _("Interactions in the last 90 days"),
    "timeline.interactions": _("Interactions ever"),
    "timeline.answers_90": _("Answers, forms and purchases in the last 90 days"),
    "timeline.since_interaction": _("Days since the last interaction"),
    "timeline.activities_30": _("Our activities in the last 30 days"),
    "timeline.activities": _("Our activities so far"),
    "timeline.since_touch": _("Days since our last activity"),
    "timeline.age": _("Days since it was captured"),
    "timeline.owner_leads": _("Open leads of its owner"),
}

# Of these, what work on a lead brings about.
ACTED_UPON = frozenset(
    {
        "timeline.interactions_30",
        "timeline.answers_90",
        "timeline.activities_30",
        "timeline.since_touch",
    }
)


class RuleGroup(TextChoices):
    """What a points rule speaks of: who somebody is, or what they do."""

    FIT = "fit", pgettext_lazy("lead score", "Fit")
    ENGAGEMENT = "engagement", pgettext_lazy("lead score", "Engagement")


# Converted leads, and others, that a model needs to learn from.
NEEDED_CONVERSIONS = 50

# What is known of a deal at a moment beside its fields.
DEAL_FACTS = {
    "deal.product": _("Main product"),
    "deal.age": _("Days since it was opened"),
    "deal.stage_age": _("Days in this stage"),
    "deal.stage_pace": _("Stay in this stage against the usual one"),
    "deal.quarter_left": _("Days until the end of the quarter"),
    "deal.activities_30": _("Our activities in the last 30 days"),
    "deal.activities": _("Our activities so far"),
    "deal.since_touch": _("Days since our last activity"),
    "deal.interactions_30": _("Interactions of the contact in the last 30 days"),
    "deal.answers_90": _("Answers, forms and purchases of the contact in the last 90 days"),
    "deal.since_interaction": _("Days since the contact's last interaction"),
}


class Measure(TextChoices):
    """What is counted or summed up over time, and forecast."""

    REVENUE = "revenue", pgettext_lazy("forecast", "Bookings")
    DEALS = "deals", pgettext_lazy("forecast", "Won deals")
    LEADS = "leads", pgettext_lazy("forecast", "New leads")
    INTERACTIONS = "interactions", pgettext_lazy("forecast", "Interactions")


class Grain(TextChoices):
    """How long a period is; weeks begin on Monday."""

    DAY = "day", pgettext_lazy("grain", "Day")
    WEEK = "week", pgettext_lazy("grain", "Week")
    MONTH = "month", pgettext_lazy("grain", "Month")


class Cut(TextChoices):
    """Into which parts a series is cut."""

    TOTAL = "total", pgettext_lazy("forecast", "Everything")
    TEAM = "team", _("Team")
    OWNER = "owner", _("Owner")
    PRODUCT = "product", _("Product")
    SOURCE = "source", _("Source")
    CHANNEL = "channel", _("Channel")


# Which parts each measure has; a deal has several products, so won deals by product do not add up.
CUTS = {
    Measure.REVENUE: (Cut.TEAM, Cut.OWNER, Cut.PRODUCT, Cut.SOURCE),
    Measure.DEALS: (Cut.TEAM, Cut.OWNER, Cut.PRODUCT, Cut.SOURCE),
    Measure.LEADS: (Cut.TEAM, Cut.OWNER, Cut.SOURCE),
    Measure.INTERACTIONS: (Cut.CHANNEL,),
}
OVERLAPS = frozenset({(Measure.DEALS, Cut.PRODUCT)})
# Levels of a cut: records without one, and those beyond the largest levels together.
WITHOUT, OTHERS = "", "*"


class TargetPeriod(TextChoices):
    """What a target is set for."""

    MONTH = "month", pgettext_lazy("grain", "Month")
    QUARTER = "quarter", pgettext_lazy("grain", "Quarter")
    YEAR = "year", pgettext_lazy("grain", "Year")


class CohortKind(TextChoices):
    """What people of a cohort have in common: when they bought first, or came in as leads."""

    PURCHASES = "purchases", pgettext_lazy("cohort", "First purchase")
    LEADS = "leads", pgettext_lazy("cohort", "Captured leads")


# What is known of a customer at a moment beside the fields of the contact.
CUSTOMER_FACTS = {
    "customer.purchases": _("Purchases so far"),
    "customer.mean": _("Mean value of a purchase"),
    "customer.since_purchase": _("Days since the last purchase"),
    "customer.age": _("Days since the first purchase"),
    "customer.interactions_30": _("Interactions in the last 30 days"),
    "customer.interactions_90": _("Interactions in the last 90 days"),
    "customer.interactions": _("Interactions ever"),
    "customer.answers_90": _("Answers, forms and purchases in the last 90 days"),
    "customer.since_interaction": _("Days since the last interaction"),
    "customer.activities_90": _("Our activities in the last 90 days"),
    "customer.since_touch": _("Days since our last activity"),
}

# Ways to say what customers will buy: the model, and what it has to beat.
BG_NBD, AS_BEFORE, MEAN_RATE = "bg_nbd", "as_before", "mean_rate"
# The algorithm of a version that says nothing of what is ahead.
NOTHING_AHEAD = "nothing_ahead"
# Customers who came back, that a model needs to learn from.
NEEDED_RETURNED = 30
# A customer who does nothing and buys nothing for so many days counts as having left.
QUIET_DAYS = 90


class Answer(TextChoices):
    """What somebody says to a suggested action."""

    ACCEPTED = "accepted", pgettext_lazy("suggestion", "Accepted")
    SNOOZED = "snoozed", pgettext_lazy("suggestion", "Later")
    REFUSED = "refused", pgettext_lazy("suggestion", "Not useful")
