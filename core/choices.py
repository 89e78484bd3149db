"""Closed vocabularies of the core."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Reach(IntegerChoices):
    """How far a granted permission reaches; the larger includes the smaller."""

    OWN = 1, _("Own records")
    TEAM = 2, _("Records of the team")
    ALL = 3, _("All records")


class FieldAccess(TextChoices):
    """What a role may do with one field; without a rule it may see and edit."""

    SEE = "see", _("See only")
    NONE = "none", _("Hidden")


class FileKind(TextChoices):
    """What people bring a table in."""

    TEXT = "csv", _("Text with delimiters")
    WORKBOOK = "xlsx", _("Excel workbook")
    ADDRESS_BOOK = "vcf", _("Address book")


class ListShape(TextChoices):
    """How a list shows its rows."""

    TABLE = "table", pgettext_lazy("list", "Table")
    BOARD = "board", pgettext_lazy("list", "Board")


class Sharing(TextChoices):
    """Who sees a saved view among the views of a list."""

    PRIVATE = "private", _("Only me")
    TEAM = "team", _("My team")
    ALL = "all", _("Everybody")


class Theme(TextChoices):
    """The colour theme the server writes into the page."""

    AUTO = "auto", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Accent(TextChoices):
    """The colour of action and selection; static/css/accents.css holds what each one means."""

    BLUE = "blue", _("Blue")
    TEAL = "teal", _("Teal")
    GREEN = "green", _("Green")
    VIOLET = "violet", _("Violet")
    PLUM = "plum", _("Plum")
    RED = "red", _("Red")
    INK = "ink", _("Ink")


class Hue(TextChoices):
    """The colours of tags; each is a pair of tokens."""

    NONE = "", pgettext_lazy("colour", "None")
    BLUE = "accent", pgettext_lazy("colour", "Accent")
    GREEN = "ok", _("Green")
    AMBER = "warn", _("Amber")
    RED = "bad", _("Red")
    VIOLET = "violet", _("Violet")
    TEAL = "teal", _("Teal")
    PINK = "pink", _("Pink")


class WeekStart(IntegerChoices):
    """The first day of the week, as `date.weekday()` counts."""

    MONDAY = 0, _("Monday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class RunState(TextChoices):
    """Where a job run stands."""

    QUEUED = "queued", _("Waiting")
    PREPARING = "preparing", _("Preparing")
    WORKING = "working", _("Running")
    FINISHING = "finishing", _("Finishing")
    SUCCEEDED = "succeeded", pgettext_lazy("job run", "Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    INSUFFICIENT = "insufficient", _("Too little data")


ACTIVE_STATES = (
    RunState.QUEUED,
    RunState.PREPARING,
    RunState.WORKING,
    RunState.FINISHING,
)


RESUMABLE_STATES = (RunState.FAILED, RunState.CANCELLED)


class PartitionState(TextChoices):
    """Where one partition of a run stands."""

    PENDING = "pending", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", pgettext_lazy("job run", "Done")


class VersionState(TextChoices):
    """The place of a model version; one champion per kind serves."""

    CHALLENGER = "challenger", _("In test")
    CHAMPION = "champion", _("Live")
    RETIRED = "retired", _("Retired")


class FieldType(TextChoices):
    """What a field holds."""

    TEXT = "text", _("Text")
    LONG_TEXT = "long_text", _("Long text")
    NUMBER = "number", _("Number")
    MONEY = "money", _("Money")
    DATE = "date", _("Date")
    MOMENT = "moment", _("Date and time")
    CHOICE = "choice", _("Choice")
    CHOICES = "choices", _("Several choices")
    BOOLEAN = "boolean", _("Yes / no")
    URL = "url", _("Web address")
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    USER = "user", _("User")
    LINK = "link", _("Link to a record")
    TAGS = "tags", _("Tags")
    LINKS = "links", _("Links to records")


# What holds any number of rows: the path leads to them, not to a column.
SEVERAL_ROWS = frozenset({FieldType.TAGS, FieldType.LINKS})
# What a custom field may hold.
CUSTOM_FIELD_TYPES = tuple(kind for kind in FieldType if kind not in SEVERAL_ROWS)


class KnownWhen(TextChoices):
    """Whether a field's value was already known when the record's outcome was still open."""

    BEFORE = "before", _("Known before the outcome")
    AFTER = "after", _("Filled in after contact")


class Currency(TextChoices):
    """The currencies (ISO 4217) that amounts can have."""

    AED = "AED", _("UAE dirham")
    AUD = "AUD", _("Australian dollar")
    BRL = "BRL", _("Brazilian real")
    CAD = "CAD", _("Canadian dollar")
    CHF = "CHF", _("Swiss franc")
    CNY = "CNY", _("Chinese yuan")
    CZK = "CZK", _("Czech koruna")
    DKK = "DKK", _("Danish krone")
    EUR = "EUR", _("Euro")
    GBP = "GBP", _("Pound sterling")
    HKD = "HKD", _("Hong Kong dollar")
    HUF = "HUF", _("Hungarian forint")
    IDR = "IDR", _("Indonesian rupiah")
    ILS = "ILS", _("Israeli new shekel")
    INR = "INR", _("Indian rupee")
    JPY = "JPY", _("Japanese yen")
    KRW = "KRW", _("South Korean won")
    MXN = "MXN", _("Mexican peso")
    MYR = "MYR", _("Malaysian ringgit")
    NOK = "NOK", _("Norwegian krone")
    NZD = "NZD", _("New Zealand dollar")
    PHP = "PHP", _("Philippine peso")
    PLN = "PLN", _("Polish zloty")
    RON = "RON", _("Romanian leu")
    SAR = "SAR", _("Saudi riyal")
    SEK = "SEK", _("Swedish krona")
    SGD = "SGD", _("Singapore dollar")
    THB = "THB", _("Thai baht")
    TRY = "TRY", _("Turkish lira")
    TWD = "TWD", _("New Taiwan dollar")
    USD = "USD", _("US dollar")
    VND = "VND", _("Vietnamese dong")
    ZAR = "ZAR", _("South African rand")


class WebhookState(TextChoices):
    """Paused, it collects what happens and sends nothing; off, it does neither."""

    ON = "on", pgettext_lazy("webhook", "On")
    PAUSED = "paused", pgettext_lazy("webhook", "Paused")
    OFF = "off", pgettext_lazy("webhook", "Off")


class DeliveryState(TextChoices):
    """How far a delivery is."""

    WAITING = "waiting", pgettext_lazy("delivery", "Waiting")
    SENDING = "sending", pgettext_lazy("delivery", "Being sent")
    DELIVERED = "delivered", pgettext_lazy("delivery", "Delivered")
    FAILED = "failed", pgettext_lazy("delivery", "Given up")


class DeliveryFault(TextChoices):
    """Why an attempt did not succeed."""

    ADDRESS = "address", _("The address is not one that webhooks may be sent to.")
    NAME = "name", _("The name of the server is not known.")
    CONNECTION = "connection", _("The server cannot be reached, or it ended the connection.")
    CERTIFICATE = "certificate", _("The certificate of the server is not valid for its name.")
    TIME = "time", _("The server took too long to answer.")
    REDIRECT = "redirect", _("The server sent to another address, which webhooks do not follow.")
    STATUS = "status", _("The server did not accept it.")
    LOST = "lost", _("The worker was lost while it was sending, each time.")
    RIGHTS = "rights", _("The user whose rights the webhook has may no longer see this.")


class ValueProblem(TextChoices):
    """What is wrong with an address or a number."""

    INVALID = "invalid", pgettext_lazy("value", "Invalid")
    MISTYPED = "mistyped", pgettext_lazy("value", "Probably mistyped")
