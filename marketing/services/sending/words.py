"""The vocabulary of the sender: why a recipient gets nothing, why a campaign is paused.

In the database a word stands; what people read follows from it. Answers of mail servers begin with
their number and stand as they came.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketing.services.permission_to_send import SENTENCES

SAME_ADDRESS, BAD_ADDRESS, GONE, CRASH, NO_ANSWER, NO_TEXT = (
    "same_address",
    "bad_address",
    "gone",
    "crash",
    "no_answer",
    "no_text",
)
CANCELLED, IN_SLOT = "cancelled", "in_slot"
OF_RECIPIENTS: Mapping[str, Promise] = {
    SAME_ADDRESS: _("Another contact with the same address gets the message."),
    BAD_ADDRESS: _("The address cannot be written to: it is no e-mail address."),
    GONE: _("The contact was deleted."),
    CRASH: _("A worker stopped while it handed the message over."),
    NO_ANSWER: _("The connection broke before the mail server answered."),
    NO_TEXT: _("The message has no text for this contact."),
    IN_SLOT: _("Its domain gets no more messages a minute: it waits for its turn."),
    CANCELLED: _("The campaign was cancelled before its turn came."),
}

BY_PERSON, REFUSALS, LOGIN, SENDER, UNKNOWNS, CHANGED, AUDIENCE, SEGMENT_GONE, WRITING = (
    "person",
    "refusals",
    "login",
    "sender",
    "unknowns",
    "changed",
    "audience",
    "segment",
    "writing",
)
PAUSED_FOR: Mapping[str, Promise] = {
    BY_PERSON: pgettext_lazy("campaign", "Somebody has paused it."),
    REFUSALS: _(
        "The mail server refused many messages one after the other. Look at its answer, mend the "
        "cause, then go on."
    ),
    LOGIN: _(
        "The mail server does not accept the log-in. Correct it in Settings › Sending e-mail, then "
        "go on."
    ),
    SENDER: _(
        "The mail server does not accept the sender’s address. Choose another one, or allow it "
        "there, then go on."
    ),
    UNKNOWNS: _(
        "The connection broke again and again before the mail server answered. Look at the server, "
        "then go on."
    ),
    CHANGED: _("It was changed after it was approved. Ask for approval again."),
    AUDIENCE: _("The audience can no longer be asked: look at its condition, then go on."),
    SEGMENT_GONE: _(
        "A segment of its audience was erased, or it was given to somebody else, while recipients "
        "were gathered. If you go on, those who were gathered by then get the message, and nobody else."
    ),
    WRITING: _(
        "The message could not be written for somebody. Look at its fields and blocks, then go on."
    ),
}


def why_not(reason: str) -> str:
    """Why a recipient got nothing, as people read it."""
    known = OF_RECIPIENTS.get(reason) or SENTENCES.get(reason)
    return str(known) if known is not None else reason


def why_paused(word: str) -> str:
    known = PAUSED_FOR.get(word)
    return str(known) if known is not None else word
