"""Analytics in the admin panel."""

from typing import Any, ClassVar

from django.contrib import admin

from analytics.models import (
    CampaignEffect,
    CampaignFile,
    Cohort,
    ComparedGroup,
    FileTrial,
    ForecastSeries,
    ForecastTarget,
    LeadFieldDecision,
    LifecycleTally,
    LifecycleTerms,
    PointsBook,
    PointsRule,
    QuarterForecast,
    Quota,
    SegmentOptions,
    SeriesTrial,
    StaleOutlook,
    StaleScore,
    StaleSegment,
    Submission,
    SuggestionAnswer,
)
from core.admin.base import PanelAdmin


@admin.register(PointsBook)
class PointsBookAdmin(PanelAdmin):
    group = "understand"
    icon = "grid_view"
    list_display: ClassVar[Any] = ("object_type", "fit_limit", "engagement_limit", "total_limit")
    has_name = False
    is_small = True
    changed_in = "points_limits"


@admin.register(PointsRule)
class PointsRuleAdmin(PanelAdmin):
    group = "understand"
    icon = "rule"
    list_display: ClassVar[Any] = ("name", "group", "points", "behaviour", "is_enabled")
    list_filter: ClassVar[Any] = ("group", "is_enabled")
    words: ClassVar[Any] = ("name",)
    is_small = True
    changed_in = "points_rules"
    changed_at = ("points_rule_edit", "pk")


@admin.register(LeadFieldDecision)
class LeadFieldDecisionAdmin(PanelAdmin):
    group = "understand"
    icon = "rule"
    is_small = True
    changed_in = "lead_score_model"
    list_display: ClassVar[Any] = ("field", "known_when", "decided_by", "decided_at")
    list_filter: ClassVar[Any] = ("known_when",)


@admin.register(ComparedGroup)
class ComparedGroupAdmin(PanelAdmin):
    group = "understand"
    icon = "balance"
    is_small = True
    changed_in = "lead_score_groups"
    list_display: ClassVar[Any] = ("field", "named_by", "named_at")


@admin.register(CampaignFile)
class CampaignFileAdmin(PanelAdmin):
    group = "market"
    icon = "upload_file"
    changed_in, changed_at = "past_campaign_list", ("past_campaign_detail", "pk")
    list_display: ClassVar[Any] = ("file_name", "name", "rows", "run", "created_by", "created_at")
    joined: ClassVar[Any] = ("run", "created_by")
    numbers: ClassVar[Any] = ("pk", "created_by_id")


@admin.register(FileTrial)
class FileTrialAdmin(PanelAdmin):
    group = "understand"
    icon = "experiment"
    changed_in, changed_at = "trial_list", ("trial_detail", "pk")
    list_display: ClassVar[Any] = ("file_name", "target", "rows", "run", "created_by", "created_at")
    joined: ClassVar[Any] = ("run", "created_by")
    numbers: ClassVar[Any] = ("pk", "created_by_id")


@admin.register(SeriesTrial)
class SeriesTrialAdmin(PanelAdmin):
    group = "understand"
    icon = "show_chart"
    changed_in, changed_at = "series_list", ("series_detail", "pk")
    list_display: ClassVar[Any] = (
        "file_name",
        "value_column",
        "rows",
        "run",
        "created_by",
        "created_at",
    )
    joined: ClassVar[Any] = ("run", "created_by")
    numbers: ClassVar[Any] = ("pk", "created_by_id")


@admin.register(Cohort)
class CohortAdmin(PanelAdmin):
    group = "understand"
    icon = "calendar_view_month"
    has_name = False
    is_small = True
    list_display: ClassVar[Any] = ("kind", "month", "size", "as_of", "run")
    list_filter: ClassVar[Any] = ("kind",)
    joined: ClassVar[Any] = ("run",)


@admin.register(StaleScore)
class StaleScoreAdmin(PanelAdmin):
    group = "understand"
    icon = "update"
    has_name = False
    list_display: ClassVar[Any] = ("lead", "since")
    joined: ClassVar[Any] = ("lead__contact", "lead__company")


@admin.register(QuarterForecast)
class QuarterForecastAdmin(PanelAdmin):
    group = "understand"
    icon = "trending_up"
    has_name = False
    list_display: ClassVar[Any] = ("quarter", "scope", "day", "won", "likely", "run")
    list_filter: ClassVar[Any] = ("quarter",)
    joined: ClassVar[Any] = ("run",)


@admin.register(Quota)
class QuotaAdmin(PanelAdmin):
    group = "understand"
    icon = "flag"
    has_name = False
    is_small = True
    changed_in = "quarter_forecast"
    list_display: ClassVar[Any] = ("quarter", "user", "team", "amount")
    list_filter: ClassVar[Any] = ("quarter",)
    joined: ClassVar[Any] = ("user", "team")


@admin.register(Submission)
class SubmissionAdmin(PanelAdmin):
    group = "understand"
    icon = "campaign"
    has_name = False
    changed_in = "quarter_forecast"
    list_display: ClassVar[Any] = ("quarter", "user", "amount", "at")
    list_filter: ClassVar[Any] = ("quarter",)
    joined: ClassVar[Any] = ("user",)


@admin.register(StaleOutlook)
class StaleOutlookAdmin(PanelAdmin):
    group = "understand"
    icon = "update"
    has_name = False
    list_display: ClassVar[Any] = ("deal", "since")
    joined: ClassVar[Any] = ("deal",)


@admin.register(StaleSegment)
class StaleSegmentAdmin(PanelAdmin):
    group = "understand"
    icon = "update"
    has_name = False
    list_display: ClassVar[Any] = ("contact", "since")
    joined: ClassVar[Any] = ("contact",)


@admin.register(SegmentOptions)
class SegmentOptionsAdmin(PanelAdmin):
    group = "understand"
    icon = "tune"
    is_small = True
    changed_in = "customer_segment_options"
    list_display: ClassVar[Any] = ("__str__", "reads_profile", "reads_text", "changed_at")


@admin.register(ForecastSeries)
class ForecastSeriesAdmin(PanelAdmin):
    group = "understand"
    icon = "show_chart"
    has_name = False
    list_display: ClassVar[Any] = (
        "measure",
        "grain",
        "cut",
        "key",
        "chosen",
        "as_of",
        "is_current",
    )
    list_filter: ClassVar[Any] = ("measure", "grain", "cut", "is_current")


@admin.register(ForecastTarget)
class ForecastTargetAdmin(PanelAdmin):
    group = "understand"
    icon = "flag"
    has_name = False
    is_small = True
    changed_in = "forecast"
    list_display: ClassVar[Any] = (
        "measure",
        "cut",
        "key",
        "period",
        "starts_on",
        "amount",
        "set_by",
    )
    list_filter: ClassVar[Any] = ("measure", "period")
    joined: ClassVar[Any] = ("set_by",)


@admin.register(LifecycleTerms)
class LifecycleTermsAdmin(PanelAdmin):
    group = "understand"
    icon = "payments"
    has_name = False
    is_small = True
    changed_in = "life_terms"
    list_display: ClassVar[Any] = (
        "discount",
        "email_cost",
        "call_cost",
        "meeting_cost",
        "offer_cost",
        "changed_at",
    )


@admin.register(LifecycleTally)
class LifecycleTallyAdmin(PanelAdmin):
    group = "understand"
    icon = "functions"
    has_name = False
    list_display: ClassVar[Any] = ("run", "first")
    joined: ClassVar[Any] = ("run",)


@admin.register(SuggestionAnswer)
class SuggestionAnswerAdmin(PanelAdmin):
    group = "understand"
    icon = "thumbs_up_down"
    has_name = False
    list_display: ClassVar[Any] = ("contact", "action", "answer", "reason", "by", "at")
    list_filter: ClassVar[Any] = ("answer", "action")
    joined: ClassVar[Any] = ("contact", "by")


@admin.register(CampaignEffect)
class CampaignEffectAdmin(PanelAdmin):
    group = "market"
    icon = "query_stats"
    has_name = False
    list_display: ClassVar[Any] = ("campaign", "verdict", "lift", "sent", "revenue", "as_of")
    list_filter: ClassVar[Any] = ("verdict",)
    joined: ClassVar[Any] = ("campaign",)
