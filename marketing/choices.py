"""The closed vocabularies of marketing."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SegmentKind(TextChoices):
    """How contacts come into a segment."""

    DYNAMIC = "dynamic", pgettext_lazy("segment", "Dynamic")
    STATIC = "static", pgettext_lazy("segment", "List")


class Channel(TextChoices):
    """The ways by which the company writes to people."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    WECHAT = "wechat", "WeChat"


class ConsentState(TextChoices):
    """Whether a person wants messages for a purpose on a channel."""

    PENDING = "pending", pgettext_lazy("consent", "To be confirmed")
    GRANTED = "granted", pgettext_lazy("consent", "Given")
    WITHDRAWN = "withdrawn", pgettext_lazy("consent", "Withdrawn")


class ConsentSource(TextChoices):
    """Where a consent, or its withdrawal, came from."""

    FORM = "form", _("Web form")
    CONFIRMED = "confirmed", _("Confirmed by e-mail")
    CENTRE = "centre", _("Preference page")
    UNSUBSCRIBE = "unsubscribe", _("Unsubscribe link")
    ANSWER = "answer", _("Answer by e-mail")
    COMPLAINT = "complaint", _("Complaint")
    PERSON = "person", pgettext_lazy("consent", "Noted by a colleague")
    IMPORT = "import", pgettext_lazy("consent", "Import")
    API = "api", "API"


class SuppressionReason(TextChoices):
    """Why an address gets no message at all."""

    HARD_BOUNCE = "hard", _("Address does not exist")
    SOFT_BOUNCES = "soft", _("Undeliverable again and again")
    COMPLAINT = "complaint", _("Complaint")
    UNSUBSCRIBED = "all", _("Unsubscribed from everything")
    PERSON = "person", pgettext_lazy("suppression", "Noted by a colleague")


class MessageForm(TextChoices):
    """How the text of a message is written."""

    BLOCKS = "blocks", pgettext_lazy("message", "Blocks")
    MARKDOWN = "markdown", "Markdown"
    PLAIN = "plain", _("Plain text")


class CampaignState(TextChoices):
    """Where a campaign stands."""

    DRAFT = "draft", pgettext_lazy("campaign", "Draft")
    APPROVAL = "approval", _("Waits for approval")
    SCHEDULED = "scheduled", pgettext_lazy("campaign", "Scheduled")
    SENDING = "sending", pgettext_lazy("campaign", "Sending")
    PAUSED = "paused", pgettext_lazy("campaign", "Paused")
    SENT = "sent", pgettext_lazy("campaign", "Sent")
    CANCELLED = "cancelled", pgettext_lazy("campaign", "Cancelled")


class RecipientState(TextChoices):
    """How far the message of one recipient has come."""

    WAITING = "waiting", pgettext_lazy("recipient", "Waiting")
    TAKEN = "taken", pgettext_lazy("recipient", "Being sent")
    SENT = "sent", pgettext_lazy("recipient", "Sent")
    SKIPPED = "skipped", pgettext_lazy("recipient", "Left out")
    FAILED = "failed", pgettext_lazy("recipient", "Refused by the mail server")
    UNKNOWN = "unknown", pgettext_lazy("recipient", "Not known whether it was sent")
    CONTROL = "control", pgettext_lazy("recipient", "Held out")


class Reaction(TextChoices):
    """What a recipient did, the least first; each is a moment of the recipient of the same name."""

    BOUNCED = "bounced_at", pgettext_lazy("recipient", "Bounced")
    OPENED = "opened_at", pgettext_lazy("recipient", "Opened")
    CLICKED = "clicked_at", pgettext_lazy("recipient", "Clicked")
    REPLIED = "replied_at", pgettext_lazy("recipient", "Answered")
    CONVERTED = "converted_at", pgettext_lazy("recipient", "Reached the goal")
    UNSUBSCRIBED = "unsubscribed_at", pgettext_lazy("recipient", "Unsubscribed")
    COMPLAINED = "complained_at", pgettext_lazy("recipient", "Complained")


class Arm(TextChoices):
    """The part of the audience a recipient was drawn for."""

    TEST = "test", pgettext_lazy("campaign", "Test")
    REST = "rest", pgettext_lazy("campaign", "Rest")
    CONTROL = "control", _("Control group")


class Goal(TextChoices):
    """What a campaign is for: the outcome by which it is judged."""

    CLICK = "click", pgettext_lazy("goal", "Visit to the website")
    REPLY = "reply", pgettext_lazy("goal", "Answer")
    SUBMIT = "submit", pgettext_lazy("goal", "Form filled in")
    OPPORTUNITY = "opportunity", pgettext_lazy("goal", "New deal")
    WON = "won", pgettext_lazy("goal", "Deal won")
    PURCHASE = "purchase", pgettext_lazy("goal", "Purchase")


def metrics_for(goal: str) -> list[Goal]:
    """What variants can be judged by: clicks, answers, the campaign's own goal; no other one is looked up."""
    return [each for each in Goal if each in {Goal.CLICK, Goal.REPLY, goal}]


class FollowUp(TextChoices):
    """Which recipients of a campaign another one follows up with."""

    OPENED = "opened", _("Opened and did not click")
    UNOPENED = "unopened", _("Did not open")
    CLICKED = "clicked", _("Clicked and did not reach the goal")
    UNANSWERED = "silent", _("Did not answer")


class Decision(TextChoices):
    """How the rest of the audience gets its variant."""

    NONE = "none", _("All variants go out evenly")
    WINNER = "winner", _("The winner goes to the rest")
    BANDIT = "bandit", _("Better ones get more, step by step")
    BY_HAND = "hand", _("A person decides")


class BounceKind(TextChoices):
    """Why a message came back."""

    HARD = "hard", pgettext_lazy("bounce", "Address does not exist")
    SOFT = "soft", pgettext_lazy("bounce", "Cannot be delivered now")


class HitKind(TextChoices):
    """What was asked for over the web."""

    OPEN = "open", pgettext_lazy("hit", "Open")
    CLICK = "click", pgettext_lazy("hit", "Click")
    TRAP = "trap", _("Hidden link")


class Verdict(TextChoices):
    """Who it was, as far as it can be told."""

    PERSON = "person", pgettext_lazy("hit", "Person")
    MACHINE = "machine", pgettext_lazy("hit", "Machine")


class MachineSign(TextChoices):
    """By what a machine was known."""

    AGENT = "agent", _("Says what it is")
    HEAD = "head", _("Asked for the head only")
    EARLY = "early", _("Seconds after sending")
    BURST = "burst", _("Several links at once")
    TRAP = "trap", _("Followed a hidden link")
    PREFETCH = "prefetch", _("Mail app that fetches ahead")


class BouncePolicy(TextChoices):
    """What becomes of an address that mail servers refuse, or of a person who complains."""

    NOTHING = "none", pgettext_lazy("bounce policy", "Only note it")
    SUPPRESS = "suppress", pgettext_lazy("bounce policy", "Send nothing to the address any more")
    WITHDRAW = (
        "withdraw",
        pgettext_lazy("bounce policy", "Send nothing any more and withdraw all consents"),
    )


class DeliveryProblemKind(TextChoices):
    """What came back for an address."""

    HARD = "hard", pgettext_lazy("delivery problem", "Address does not exist")
    SOFT = "soft", pgettext_lazy("delivery problem", "Could not be delivered")
    COMPLAINT = "complaint", pgettext_lazy("delivery problem", "Complaint")


class SubmissionState(TextChoices):
    """What became of an answer to a web form."""

    TAKEN = "taken", pgettext_lazy("submission", "Taken")
    SPAM = "spam", pgettext_lazy("submission", "Spam")


class MailWay(TextChoices):
    """By which way messages leave."""

    ENVIRONMENT = "env", _("As the installation is configured")
    SMTP = "smtp", _("Mail server (SMTP)")
    BREVO = "brevo", "Brevo"
    MAILGUN = "mailgun", "Mailgun"
    MAILJET = "mailjet", "Mailjet"
    POSTMARK = "postmark", "Postmark"
    RESEND = "resend", "Resend"


class MailSecurity(TextChoices):
    """How the connection with a mail server is encrypted."""

    STARTTLS = "starttls", "STARTTLS"
    TLS = "tls", pgettext_lazy("mail", "TLS from the first byte")
    NONE = "none", pgettext_lazy("mail", "Not encrypted")


class MailboxKind(TextChoices):
    """How the mailbox for returned messages is read."""

    NONE = "", pgettext_lazy("mailbox", "None")
    IMAP = "imap", "IMAP"
    POP3 = "pop3", "POP3"


class ServerFault(TextChoices):
    """What is wrong with the mail server itself."""

    CONNECTION = "connect", _("It cannot be reached")
    LOGIN = "login", _("It does not accept the log-in")
    SENDER = "sender", _("It does not accept the sender")
    BUSY = "busy", _("It asks to wait")


class LinkFault(TextChoices):
    """Why a link was not reached; the words of `DeliveryFault` for letters."""

    ADDRESS = "address", _("It leads to a place that nobody outside reaches.")
    NAME = "name", _("There is no such website.")
    CONNECTION = "connection", _("The website cannot be reached.")
    CERTIFICATE = "certificate", _("The website’s certificate is not valid: browsers warn of it.")
    TIME = "time", _("The website did not answer in time.")
    REDIRECT = "redirect", _("It is sent on and on, without end.")
