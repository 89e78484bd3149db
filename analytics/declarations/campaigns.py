"""What analytics declares of campaigns: what they changed, and for whom messages change most."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.jobs.kinds import JobKind, job_kinds
from core.registries import (
    AuditAction,
    AuditedType,
    Command,
    Panel,
    audit_actions,
    audited_types,
    commands,
    panels,
)


def register_campaigns() -> None:
    """The report of a campaign, and what computes it."""
    job_kinds.register(
        JobKind(
            "analytics.campaign_effects",
            _("Effects of campaigns"),
            "analytics.jobs.campaign_effects.CampaignEffectsJob",
            permission="marketing.campaign.edit",
            can_run_now=True,
            describe=_effects_title,
            follows=("marketing.sample_campaigns",),
            result_url=_effects_url,
            counts={
                "campaigns": pgettext_lazy("job", "Campaigns"),
                "decided": _("Tests decided"),
            },
        ),
    )
    job_kinds.register(
        JobKind(
            "analytics.campaign_uplift",
            _("Uplift of messages"),
            "analytics.jobs.campaign_uplift.CampaignUpliftJob",
            permission="marketing.campaign.edit",
            can_run_now=True,
            follows=("marketing.sample_campaigns",),
            is_long=True,
            result_url=lambda _scope: reverse("campaign_comparison"),
            is_background=True,
        )
    )
    job_kinds.register(
        JobKind(
            "analytics.past_campaign",
            _("Import of a past campaign"),
            "analytics.jobs.past_campaigns.PastCampaignJob",
            permission="",
            describe=_past_title,
            result_url=lambda scope: reverse("past_campaign_detail", args=[scope["trial"]]),
            counts={"people": pgettext_lazy("job", "People")},
        )
    )
    audited_types.register(AuditedType("analytics.campaignfile"))
    audit_actions.register(
        AuditAction("past_campaign.upload", _("File of a past campaign uploaded")),
        AuditAction("past_campaign.start", _("Past campaign imported")),
        AuditAction("past_campaign.undo", _("Import of a past campaign taken back")),
        AuditAction("past_campaign.delete", _("File of a past campaign deleted")),
    )
    _register_pages()


def _register_pages() -> None:
    from analytics.pages.campaign_report import report_panel  # noqa: PLC0415  # needs loaded models

    panels.register(
        Panel(
            "analytics.campaign_report",
            place="marketing.campaign.report",
            template="analytics/campaigns/report.html",
            context=report_panel,
            permission="marketing.campaign.view",
            order=10,
        )
    )
    commands.register(
        Command(
            "analytics.campaign_comparison",
            _("Compare campaigns"),
            "chart-bar",
            "campaign_comparison",
            "marketing.campaign.view",
        ),
        Command(
            "analytics.past_campaign",
            _("Import a past campaign"),
            "file-import",
            "past_campaign_list",
            "marketing.campaign.create",
        ),
        Command(
            "analytics.test_planner",
            _("How many people a test needs"),
            "flask",
            "test_planner",
            "marketing.campaign.view",
        ),
    )


def _past_title(scope: dict[str, Any]) -> str:
    return gettext("Import of %(file)s") % {"file": scope.get("file", "")}


def _effects_title(scope: dict[str, Any]) -> str:
    return (
        gettext("Effect of one campaign")
        if "campaign" in scope
        else gettext("Effects of campaigns")
    )


def _effects_url(scope: dict[str, Any]) -> str:
    if "campaign" in scope:
        return reverse("campaign_detail", args=[scope["campaign"]])
    return reverse("campaign_comparison")
