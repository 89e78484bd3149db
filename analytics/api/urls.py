"""Addresses of analytics in the API."""

from django.urls import path

from analytics.api import (
    campaigns,
    customer_segments,
    customers,
    forecasts,
    lifecycle,
    points_rules,
    quarters,
)
from analytics.api import lead_score_versions as versions
from crm.tables import CONTACTS

urlpatterns = [
    path(
        "campaigns/<int:pk>/effect/",
        campaigns.CampaignEffectView.as_view(),
        name="api_campaign_effect",
    ),
    path(
        "campaigns/comparison/",
        campaigns.CampaignComparison.as_view(),
        name="api_campaign_comparison",
    ),
    path("campaigns/test-plan/", campaigns.TestPlanner.as_view(), name="api_test_plan"),
    path("campaigns/measure/", campaigns.CampaignMeasuring.as_view(), name="api_campaign_measure"),
    path("quarters/<str:quarter>/", quarters.QuarterOutlook.as_view(), name="api_quarter"),
    path(
        "quarters/<str:quarter>/calls/", quarters.QuarterCalls.as_view(), name="api_quarter_calls"
    ),
    path(
        "quarters/<str:quarter>/quotas/",
        quarters.QuarterQuotas.as_view(),
        name="api_quarter_quotas",
    ),
    path("customer-segments/", customer_segments.Segments.as_view(), name="api_customer_segments"),
    path(
        "customer-segments/<int:pk>/",
        customer_segments.SegmentDetail.as_view(),
        name="api_customer_segment_detail",
    ),
    path(
        "customer-segments/run/",
        customer_segments.SegmentRun.as_view(),
        name="api_customer_segment_run",
    ),
    path(
        "contacts/<int:pk>/segment/",
        customer_segments.ContactSegmentView.as_view(definition=CONTACTS),
        name="api_contact_segment",
    ),
    path("customers/value/", customers.CustomerOverview.as_view(), name="api_customer_overview"),
    path("customers/cohorts/", customers.CustomerCohorts.as_view(), name="api_customer_cohorts"),
    path("customers/run/", customers.CustomerComputing.as_view(), name="api_customer_computing"),
    path("customers/<int:pk>/", customers.CustomerValue.as_view(), name="api_customer_value"),
    path("forecasts/", forecasts.SeriesList.as_view(), name="api_forecasts"),
    path("forecasts/<int:pk>/", forecasts.SeriesDetail.as_view(), name="api_forecast_detail"),
    path("forecasts/run/", forecasts.Forecasting.as_view(), name="api_forecasting"),
    path("forecasts/targets/", forecasts.Targets.as_view(), name="api_forecast_targets"),
    path("points-rules/", points_rules.PointsRules.as_view(), name="api_points_rules"),
    path("points-rules/<int:pk>/", points_rules.PointsRuleDetail.as_view(), name="api_points_rule"),
    path("lead-score/versions/", versions.Versions.as_view(), name="api_versions"),
    path(
        "lead-score/versions/<int:number>/", versions.Version.as_view(), name="api_version_detail"
    ),
    path(
        "lead-score/versions/<int:number>/promote/",
        versions.VersionPromote.as_view(),
        name="api_version_promote",
    ),
    path("lifecycle/", lifecycle.LifecyclePolicy.as_view(), name="api_lifecycle"),
    path("lifecycle/stages/", lifecycle.LifeStages.as_view(), name="api_life_stages"),
    path("lifecycle/stages/<int:pk>/", lifecycle.LifeStageDetail.as_view(), name="api_life_stage"),
    path(
        "contacts/<int:pk>/next-action/",
        lifecycle.ContactNext.as_view(),
        name="api_contact_next",
    ),
    path(
        "lifecycle/answers/<int:pk>/undo/",
        lifecycle.AnswerUndo.as_view(),
        name="api_suggestion_undo",
    ),
]
