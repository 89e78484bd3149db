"""What to say to customers of a kind: suggestions, for people to make something of."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.choices import Archetype, RfmCell

MESSAGES: dict[str, Any] = {
    Archetype.REGULARS: _(
        "Thank them, ask for a reference, and offer what goes with what they buy."
    ),
    Archetype.CUSTOMERS: _("Keep in touch; the RFM cells say whom to call first."),
    Archetype.BUYERS: _("They buy often: offer a frame contract, bundles or larger packs."),
    Archetype.OCCASIONAL: _(
        "Remind them when the next order is due, and of what others like them buy beside it."
    ),
    Archetype.VALUABLE: _(
        "Call them: ask what has changed, before somebody else does. Each of them is worth a talk."
    ),
    Archetype.FORMER: _("One honest try to win them back with what is new; then write less often."),
    Archetype.INTERESTED: _(
        "Show how a company like theirs did it, and offer a talk, a sample or a trial."
    ),
    Archetype.QUIET: _("A few useful messages a year, and the question whether they want them."),
    Archetype.MIXED: _("Look at some of them first: they have little in common."),
}
CELL_MESSAGES: dict[str, Any] = {
    RfmCell.CHAMPIONS: _("Thank them first; ask for references."),
    RfmCell.LOYAL: _("Offer more of what they like, and frame contracts."),
    RfmCell.NEW: _("See that the start goes well; the second order decides."),
    RfmCell.PROMISING: _("Show what else there is."),
    RfmCell.NEED_ATTENTION: _("An occasion to buy again, before they are used to others."),
    RfmCell.CANNOT_LOSE: _("Call them, today: they bought most and are nearly gone."),
    RfmCell.AT_RISK: _("Ask what is missing; remind them of what is due."),
    RfmCell.HIBERNATING: _("A good offer once in a while."),
    RfmCell.LOST: _("One honest try; then let go."),
}
