"""The pages of a campaign: its tabs, the steps of its editor, and what its state is called."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import permissions
from core.forms.records import RecordForm
from core.models import User
from core.permissions import Access
from core.records import Pill, RecordPage
from marketing.cells import state_pill
from marketing.models import Campaign
from marketing.services.campaigns.drafts import keep_campaign


@dataclass(frozen=True)
class Step:
    """A page of the editor."""

    key: str
    label: Promise
    url_name: str


# In the order in which one goes through them.
STEPS: Sequence[Step] = (
    Step("audience", pgettext_lazy("campaign", "Audience"), "campaign_edit"),
    Step("content", pgettext_lazy("campaign", "Content"), "campaign_content"),
    Step("test", pgettext_lazy("campaign", "Test"), "campaign_test"),
    Step("schedule", pgettext_lazy("campaign", "Schedule"), "campaign_schedule"),
)


def editor_context(campaign: Campaign, current: str) -> dict[str, Any]:
    """What the frame of the editor shows: the steps, and the page after this one."""
    steps = [
        {
            "key": step.key,
            "label": step.label,
            "url": reverse(step.url_name, args=[campaign.pk]),
            "is_current": step.key == current,
        }
        for step in STEPS
    ]
    place = next(number for number, step in enumerate(STEPS) if step.key == current)
    return {
        "campaign": campaign,
        "steps": steps,
        "done": [step["key"] for step in steps[:place]],
        "next_step": steps[place + 1] if place + 1 < len(steps) else None,
    }


@dataclass(frozen=True)
class CampaignTab:
    """A page of a campaign that is not being written any more."""

    key: str
    label: Promise
    url_name: str
    is_shown: Callable[[Campaign, User], bool] = lambda _campaign, _user: True


TABS: Sequence[CampaignTab] = (
    CampaignTab("report", pgettext_lazy("campaign", "Report"), "campaign_detail"),
    CampaignTab("links", pgettext_lazy("campaign", "Links"), "campaign_links"),
    CampaignTab("sending", pgettext_lazy("campaign", "Sending"), "campaign_sending"),
    CampaignTab("recipients", pgettext_lazy("campaign", "Recipients"), "campaign_recipients"),
    CampaignTab("settings", pgettext_lazy("campaign", "Settings"), "campaign_about"),
)


def campaign_context(campaign: Campaign, user: User, current: str) -> dict[str, Any]:
    """What the frame of a campaign's pages shows."""
    may_edit = permissions.reaches(Campaign, user, campaign, "edit")
    return {
        "campaign": campaign,
        "pill": state_pill(campaign),
        "tabs": [
            {
                "label": tab.label,
                "url": reverse(tab.url_name, args=[campaign.pk]),
                "is_current": tab.key == current,
            }
            for tab in TABS
            if tab.is_shown(campaign, user)
        ],
        "may_edit": may_edit and campaign.is_changeable,
        "may_create": permissions.access_of(user).may("marketing.campaign.create"),
    }


def _pills(campaign: Campaign, access: Access) -> Sequence[Pill]:
    return [state_pill(campaign)] if access.sees("marketing.campaign.state") else []


def _bar(campaign: Campaign, access: Access) -> Mapping[str, Any]:
    return {"may_create": access.may("marketing.campaign.create"), "campaign": campaign}


CAMPAIGN_PAGE = RecordPage(
    "marketing.campaign",
    create_url="campaign_create",
    edit_url="campaign_edit",
    first=("name",),
    save=keep_campaign,
    form=RecordForm,
    new_title=_("New campaign"),
    edit_title=_("Edit campaign"),
    saved=_("The campaign is saved."),
    pills=_pills,
    is_square=True,
    is_open=lambda campaign: campaign.is_changeable,
)

RECORD_PAGES = (CAMPAIGN_PAGE,)
