"""One thing that was looked at before sending, wherever it is shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

# Only what is illegal, broken or certainly a slip stops.
STOP, LOOK, GOOD = "stop", "look", "good"
ORDER = {STOP: 0, LOOK: 1, GOOD: 2}
ICONS = {STOP: "alert-circle", LOOK: "alert-triangle", GOOD: "circle-check"}


@dataclass(frozen=True)
class Check:
    """How it is, what to do, and where."""

    level: str
    title: str
    detail: str = ""
    url: str = ""

    @property
    def is_stop(self) -> bool:
        return self.level == STOP

    @property
    def is_good(self) -> bool:
        return self.level == GOOD

    @property
    def icon(self) -> str:
        return ICONS[self.level]

    @property
    def sentence(self) -> str:
        if not self.detail:
            return self.title
        return _("%(title)s: %(detail)s") % {"title": self.title, "detail": self.detail}


def in_order(checks: Iterable[Check]) -> list[Check]:
    """What stops first."""
    return sorted(checks, key=lambda check: ORDER[check.level])
