"""Closed vocabularies of sales."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


class ResponseClock(TextChoices):
    """How a lead that waits for its first answer stands to the target."""

    WAITING = "wait", pgettext_lazy("response", "Within the target")
    NEAR = "near", pgettext_lazy("response", "Nearly over the target")
    OVER = "over", pgettext_lazy("response", "Over the target")


class AssignmentStrategy(TextChoices):
    """Who of a team gets the next lead."""

    ROUND_ROBIN = "round_robin", _("In turn")
    LEAST_BUSY = "least_busy", _("Whoever has the fewest open leads")


class ImportMode(TextChoices):
    """What an import does with rows whose record is there already, and with the others."""

    CREATE = "create", _("Only add new records")
    UPDATE = "update", _("Only change records that are there")
    BOTH = "both", _("Add new records and change those that are there")


class PairState(TextChoices):
    """What somebody said about two records that are probably the same."""

    OPEN = "open", pgettext_lazy("duplicates", "Open")
    DISMISSED = "dismissed", pgettext_lazy("duplicates", "Not the same")
    MERGED = "merged", pgettext_lazy("duplicates", "Merged")


class TieSource(TextChoices):
    """What tells that a colleague knows a contact."""

    SAID = "said", _("Said so")
    LINKEDIN = "linkedin", "LinkedIn"


class Grade(TextChoices):
    """The grade of a lead score."""

    A = "A", _("A: call first")
    B = "B", _("B: good")
    C = "C", _("C: fair")
    D = "D", _("D: low")


# The lowest score of each grade, the best first; the methods of analytics cut there, too.
GRADE_FLOORS = {Grade.A: 80, Grade.B: 60, Grade.C: 35, Grade.D: 0}


def grade_of(score: int) -> Grade:
    """The grade of a score of 0 to 100.

    >>> str(grade_of(60)), str(grade_of(59))
    ('B', 'C')
    """
    return next(grade for grade, floor in GRADE_FLOORS.items() if score >= floor)


def middle_of(grade: Grade) -> int:
    """The score in the middle of a grade.

    >>> middle_of(Grade.A), middle_of(Grade.D)
    (90, 17)
    """
    above = [floor for floor in GRADE_FLOORS.values() if floor > GRADE_FLOORS[grade]]
    return (GRADE_FLOORS[grade] + min(above, default=100)) // 2


# Where a lead stands by points rules: the letter is the fit, the digit the engagement.
GRID_CELLS = [(f"{letter}{digit}", f"{letter}{digit}") for letter in "ABCD" for digit in "1234"]


class CompanyKind(TextChoices):
    """What a company is to us."""

    PROSPECT = "prospect", _("Prospect")
    CUSTOMER = "customer", _("Customer")
    FORMER = "former", _("Former customer")
    PARTNER = "partner", _("Partner")
    SUPPLIER = "supplier", _("Supplier")
    COMPETITOR = "competitor", _("Competitor")
    OTHER = "other", pgettext_lazy("company", "Other")


class LifecycleStage(TextChoices):
    """How far a person has come with us, as other systems name it."""

    SUBSCRIBER = "subscriber", _("Subscriber")
    LEAD = "lead", pgettext_lazy("lifecycle", "Lead")
    MQL = "mql", _("Marketing qualified")
    SQL = "sql", _("Sales qualified")
    OPPORTUNITY = "opportunity", _("Opportunity")
    CUSTOMER = "customer", _("Customer")
    EVANGELIST = "evangelist", _("Evangelist")
    OTHER = "other", pgettext_lazy("lifecycle", "Other")


class RfmCell(TextChoices):
    """Who bought how recently, how often and for how much, among all who bought."""

    CHAMPIONS = "champions", pgettext_lazy("rfm", "Champions")
    LOYAL = "loyal", pgettext_lazy("rfm", "Loyal")
    NEW = "new", pgettext_lazy("rfm", "New customers")
    PROMISING = "promising", pgettext_lazy("rfm", "Promising")
    NEED_ATTENTION = "need_attention", pgettext_lazy("rfm", "Need attention")
    CANNOT_LOSE = "cannot_lose", pgettext_lazy("rfm", "Must not be lost")
    AT_RISK = "at_risk", pgettext_lazy("rfm", "At risk")
    HIBERNATING = "hibernating", pgettext_lazy("rfm", "Hibernating")
    LOST = "lost", pgettext_lazy("rfm", "Lost")


class Archetype(TextChoices):
    """What a segment that a model found is called until somebody names it."""

    REGULARS = "regulars", pgettext_lazy("segment", "Loyal regulars")
    CUSTOMERS = "customers", pgettext_lazy("segment", "Customers")
    BUYERS = "buyers", pgettext_lazy("segment", "Active buyers")
    OCCASIONAL = "occasional", pgettext_lazy("segment", "Occasional buyers")
    VALUABLE = "valuable", pgettext_lazy("segment", "Valuable, gone quiet")
    FORMER = "former", pgettext_lazy("segment", "Former buyers")
    INTERESTED = "interested", pgettext_lazy("segment", "Interested, not buying yet")
    QUIET = "quiet", pgettext_lazy("segment", "Quiet contacts")
    MIXED = "mixed", pgettext_lazy("segment", "Mixed group")


class LifeRole(TextChoices):
    """What part of the way a lifecycle stage is."""

    EARLY = "early", pgettext_lazy("lifecycle", "Before the first purchase")
    CUSTOMER = "customer", pgettext_lazy("lifecycle", "Customer")
    BACK = "back", pgettext_lazy("lifecycle", "Drifted away")


class LifeTone(TextChoices):
    """The colour of a lifecycle stage, one of those of pills."""

    SLATE = "slate", pgettext_lazy("colour", "Grey")
    ACCENT = "accent", pgettext_lazy("colour", "Blue")
    TEAL = "teal", pgettext_lazy("colour", "Teal")
    VIOLET = "violet", pgettext_lazy("colour", "Violet")
    PINK = "pink", pgettext_lazy("colour", "Pink")
    OK = "ok", pgettext_lazy("colour", "Green")
    WARN = "warn", pgettext_lazy("colour", "Amber")
    BAD = "bad", pgettext_lazy("colour", "Red")


class LifeAction(TextChoices):
    """What we can do about a contact in a month; of several things the last one here counts."""

    NONE = "none", pgettext_lazy("next action", "Do nothing")
    EMAIL = "email", pgettext_lazy("next action", "Write an e-mail")
    CALL = "call", pgettext_lazy("next action", "Call")
    MEETING = "meeting", pgettext_lazy("next action", "Meet")
    OFFER = "offer", pgettext_lazy("next action", "Send a quote")


class StageKind(TextChoices):
    """What being in a stage means for a deal."""

    OPEN = "open", pgettext_lazy("deal", "Open")
    WON = "won", pgettext_lazy("deal", "Won")
    LOST = "lost", pgettext_lazy("deal", "Lost")


# What comes with the product is called in the reader's language while it keeps its name.
SEEDED = {
    "New business": _("New business"),
    "Qualified": pgettext_lazy("stage", "Qualified"),
    "Discovery": pgettext_lazy("stage", "Discovery"),
    "Proposal": pgettext_lazy("stage", "Proposal"),
    "Negotiation": pgettext_lazy("stage", "Negotiation"),
    "Won": pgettext_lazy("stage", "Won"),
    "Lost": pgettext_lazy("stage", "Lost"),
    "Price": pgettext_lazy("reason for closing", "Price"),
    "Product fits best": pgettext_lazy("reason for closing", "Product fits best"),
    "Service and support": pgettext_lazy("reason for closing", "Service and support"),
    "They know us": pgettext_lazy("reason for closing", "They know us"),
    "No budget": pgettext_lazy("reason for closing", "No budget"),
    "Chose a competitor": pgettext_lazy("reason for closing", "Chose a competitor"),
    "No decision": pgettext_lazy("reason for closing", "No decision"),
    "Timing": pgettext_lazy("reason for closing", "Timing"),
    "Something is missing": pgettext_lazy("reason for closing", "Something is missing"),
    "No answer any more": pgettext_lazy("reason for closing", "No answer any more"),
    "Too small": pgettext_lazy("reason for closing", "Too small"),
    "Not our market": pgettext_lazy("reason for closing", "Not our market"),
    "Wants something else": pgettext_lazy("reason for closing", "Wants something else"),
    "Student or job seeker": pgettext_lazy("reason for closing", "Student or job seeker"),
    "Cannot be reached": pgettext_lazy("reason for closing", "Cannot be reached"),
    "Spam": pgettext_lazy("reason for closing", "Spam"),
}
# What a reason is offered for beside deals that are won or lost: leads that are no fit.
UNFIT = "lead"
# The reasons that come with the product, by how a deal ended.
SEEDED_REASONS = {
    StageKind.LOST: (
        "Price",
        "No budget",
        "Chose a competitor",
        "No decision",
        "Timing",
        "Something is missing",
        "No answer any more",
    ),
    StageKind.WON: ("Product fits best", "Price", "Service and support", "They know us"),
    UNFIT: (
        "Too small",
        "Not our market",
        "Wants something else",
        "Student or job seeker",
        "Cannot be reached",
        "Spam",
    ),
}


def seeded_label(name: str) -> str:
    """The name of a pipeline or a stage, as it is read."""
    return str(SEEDED.get(name, name))


class QuoteStatus(TextChoices):
    """How far a quote has come; from its issue on nothing on it changes any more."""

    DRAFT = "draft", pgettext_lazy("quote", "Draft")
    ISSUED = "issued", pgettext_lazy("quote", "Issued")
    SENT = "sent", pgettext_lazy("quote", "Sent")
    ACCEPTED = "accepted", pgettext_lazy("quote", "Accepted")
    DECLINED = "declined", pgettext_lazy("quote", "Declined")
    REPLACED = "replaced", pgettext_lazy("quote", "Replaced")


class DealKind(TextChoices):
    """What kind of business a deal is."""

    NEW = "new", _("New business")
    EXPANSION = "expansion", _("Expansion")
    RENEWAL = "renewal", _("Renewal")


class ForecastCategory(TextChoices):
    """How sure whoever sells is, apart from the stage."""

    PIPELINE = "pipeline", _("Pipeline")
    BEST_CASE = "best_case", _("Best case")
    COMMIT = "commit", _("Commit")
    OMITTED = "omitted", _("Left out")


class StaleReason(TextChoices):
    """Why an open deal is hardly alive any more."""

    OLD = "old", _("Open for too long")
    UNTOUCHED = "untouched", _("Untouched for too long")


class RiskSource(TextChoices):
    """What tells how likely it is that a customer has left."""

    PURCHASES = "purchases", _("Their purchases")
    MODEL = "model", _("What else is known of them")


class BuyingRole(TextChoices):
    """What part a person plays in a purchase."""

    DECISION_MAKER = "decision_maker", _("Decision maker")
    CHAMPION = "champion", _("Champion")
    EVALUATOR = "evaluator", _("Evaluator")
    PROCUREMENT = "procurement", _("Procurement")
    INFLUENCER = "influencer", _("Influencer")
    USER = "user", pgettext_lazy("buying role", "User")
    OTHER = "other", pgettext_lazy("buying role", "Other")


class ActivityKind(TextChoices):
    """What somebody of ours did or means to do."""

    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    NOTE = "note", pgettext_lazy("activity", "Note")
    TASK = "task", pgettext_lazy("activity", "Task")
    EMAIL = "email", pgettext_lazy("activity", "E-mail")


# Those that can lie ahead and be ticked off; a note and an e-mail have happened.
PLANNED_KINDS = (ActivityKind.CALL, ActivityKind.MEETING, ActivityKind.TASK)


class Direction(TextChoices):
    """Who called or wrote to whom."""

    OUT = "out", _("Outgoing")
    IN = "in", _("Incoming")


class Priority(TextChoices):
    """How urgent a task is."""

    HIGH = "high", pgettext_lazy("priority", "High")
    NORMAL = "normal", pgettext_lazy("priority", "Normal")
    LOW = "low", pgettext_lazy("priority", "Low")


class InteractionKind(TextChoices):
    """What a person did."""

    VISIT = "visit", _("Page visit")
    OPEN = "open", _("E-mail opened")
    CLICK = "click", _("Link clicked")
    REPLY = "reply", _("E-mail answered")
    SUBMIT = "submit", _("Form submitted")
    DOWNLOAD = "download", _("Download")
    VIEW = "view", _("Content viewed")
    LIKE = "like", pgettext_lazy("interaction", "Like")
    COMMENT = "comment", _("Comment")
    SHARE = "share", _("Share")
    CHAT = "chat", _("Chat message")
    ATTEND = "attend", _("Event attended")
    PURCHASE = "purchase", _("Purchase")
    UNSUBSCRIBE = "unsubscribe", pgettext_lazy("interaction", "Unsubscribed")
    OTHER = "other", pgettext_lazy("interaction", "Other")


class GroupKind(TextChoices):
    """Where people belong together."""

    ASSOCIATION = "association", _("Association")
    CHAT = "chat", _("Chat group")
    NETWORK = "network", _("Network or community")
    COMMITTEE = "committee", _("Committee")
    CUSTOMERS = "customers", _("Customer circle")
    OTHER = "other", pgettext_lazy("group", "Other")


class EventKind(TextChoices):
    """What people come together for."""

    WEBINAR = "webinar", _("Webinar")
    FAIR = "fair", _("Trade fair")
    CONFERENCE = "conference", _("Conference")
    WORKSHOP = "workshop", _("Workshop")
    DINNER = "dinner", _("Dinner or reception")
    OTHER = "other", pgettext_lazy("event", "Other")


class Attendance(TextChoices):
    """How far somebody came with an event."""

    INVITED = "invited", _("Invited")
    REGISTERED = "registered", _("Registered")
    ATTENDED = "attended", _("Attended")
    MISSED = "missed", _("Did not come")
    DECLINED = "declined", _("Declined")
