"""The figures of a campaign's report as a file, with all their digits."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.models import CampaignEffect
from analytics.pages.campaign_words import outcome_text, pill_of
from core.exports.sheets import Value

# In the order of the funnel; the words are those of the report.
COUNTED = ("people", "sent", "bounced", "opened", "clicked", "replied", "converted", "unsubscribed")
ENDS = ("with", "without", "difference", "lower", "upper", "always_lower", "always_upper")


class CampaignSheet:
    """First what it changed, of all messages and of each, then how many people did what."""

    def __init__(self, effect: CampaignEffect, currency: str) -> None:
        """Without a currency no amounts are told."""
        self.effect, self.currency = effect, currency

    @property
    def heads(self) -> list[str]:
        return [
            _("Message"),
            _("Outcome"),
            _("People"),
            pgettext("campaign", "With"),
            pgettext("campaign", "Without"),
            _("Difference"),
            _("95% from"),
            _("95% to"),
            _("95% from, however often one looks"),
            _("95% to, however often one looks"),
            _("Verdict"),
        ]

    def rows(self) -> Iterator[list[Value]]:
        figures = self.effect.figures
        several = figures["variants"] if len(figures["variants"]) > 1 else []
        yield from self._effects(_("All messages"), figures["effects"])
        for row in several:
            yield from self._effects(f"{row['letter']}: {row['name']}", row["effects"])
        yield from self._counts(_("All messages"), figures["funnel"])
        for row in several:
            yield from self._counts(f"{row['letter']}: {row['name']}", row)

    def _effects(self, name: str, effects: Any) -> Iterator[list[Value]]:
        for row in effects:
            if row["is_share"] or self.currency:
                outcome = outcome_text(row["outcome"], self.effect.campaign.goal)
                unit = "" if row["is_share"] else f", {self.currency}"
                ends = [row.get(end) for end in ENDS]
                yield [name, outcome + unit, None, *ends, str(pill_of(row)["label"])]
                if "unadjusted" in row:
                    plain = [row["unadjusted"].get(end) for end in ENDS]
                    label = _("%(outcome)s, the year before not taken off") % {"outcome": outcome}
                    yield [name, label + unit, None, *plain, ""]

    def _counts(self, name: str, tally: Mapping[str, Any]) -> Iterator[list[Value]]:
        labels = {
            "people": _("People written to"),
            "sent": pgettext("funnel of a campaign", "Sent"),
            "bounced": _("Bounced"),
            "opened": _("Opened"),
            "clicked": pgettext("funnel of a campaign", "Clicked"),
            "replied": pgettext("funnel of a campaign", "Replied"),
            "converted": _("Reached the goal"),
            "unsubscribed": pgettext("campaign", "Unsubscribed"),
        }
        for key in COUNTED:
            yield [name, labels[key], tally[key], *[None] * len(ENDS), ""]
