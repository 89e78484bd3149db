"""Addresses of analytics."""

from django.urls import path

from analytics.views import (
    campaign_files,
    campaigns,
    customer_segments,
    customers,
    file_trials,
    forecasts,
    lead_score_comparisons,
    lead_score_versions,
    lead_scores,
    lifecycle,
    points_rules,
    quarters,
    series_trials,
    suggestions,
    win_probability,
)

urlpatterns = [
    path("campaigns/compare/", campaigns.campaign_comparison, name="campaign_comparison"),
    path("campaigns/planner/", campaigns.test_planner, name="test_planner"),
    path("campaigns/<int:pk>/winner/", campaigns.campaign_winner, name="campaign_winner"),
    path("campaigns/<int:pk>/measure/", campaigns.campaign_measure, name="campaign_measure"),
    path("campaigns/past/", campaign_files.past_campaign_list, name="past_campaign_list"),
    path(
        "campaigns/past/<int:pk>/",
        campaign_files.past_campaign_detail,
        name="past_campaign_detail",
    ),
    path(
        "campaigns/past/<int:pk>/columns/",
        campaign_files.past_campaign_columns,
        name="past_campaign_columns",
    ),
    path(
        "campaigns/past/<int:pk>/undo/",
        campaign_files.past_campaign_undo,
        name="past_campaign_undo",
    ),
    path(
        "campaigns/past/<int:pk>/delete/",
        campaign_files.past_campaign_delete,
        name="past_campaign_delete",
    ),
    path("scoring/", lead_scores.lead_score_model, name="lead_score_model"),
    path("scoring/leads/<int:pk>/", lead_scores.lead_score_more, name="lead_score_more"),
    path("scoring/field/", lead_scores.lead_score_field, name="lead_score_field"),
    path("scoring/points/", points_rules.points_rules, name="points_rules"),
    path("scoring/points/new/", points_rules.points_rule_create, name="points_rule_create"),
    path("scoring/points/limits/", points_rules.points_limits, name="points_limits"),
    path("scoring/points/starters/", points_rules.points_starters, name="points_starters"),
    path("scoring/points/<int:pk>/", points_rules.points_rule_edit, name="points_rule_edit"),
    path(
        "scoring/points/<int:pk>/enable/",
        points_rules.points_rule_enable,
        name="points_rule_enable",
    ),
    path(
        "scoring/points/<int:pk>/delete/",
        points_rules.points_rule_delete,
        name="points_rule_delete",
    ),
    path("scoring/groups/", lead_scores.lead_score_groups, name="lead_score_groups"),
    path("scoring/compare/", lead_score_comparisons.lead_score_compare, name="lead_score_compare"),
    path(
        "scoring/compare/start/",
        lead_score_comparisons.lead_score_compare_start,
        name="lead_score_compare_start",
    ),
    path(
        "scoring/roll-back/", lead_score_versions.lead_score_roll_back, name="lead_score_roll_back"
    ),
    path(
        "scoring/versions/<int:number>/promote/",
        lead_score_versions.lead_score_version_promote,
        name="lead_score_version_promote",
    ),
    path(
        "scoring/versions/<int:number>/retire/",
        lead_score_versions.lead_score_version_retire,
        name="lead_score_version_retire",
    ),
    path("forecast/quarter/", quarters.quarter_forecast, name="quarter_forecast"),
    path("forecast/quarter/<str:quarter>/call/", quarters.quarter_call, name="quarter_call"),
    path("forecast/quarter/<str:quarter>/quotas/", quarters.quarter_quotas, name="quarter_quotas"),
    path("forecast/deals/", win_probability.win_probability_model, name="win_probability_model"),
    path("customers/value/", customers.customer_value, name="customer_value"),
    path("customers/cohorts/", customers.customer_cohorts, name="customer_cohorts"),
    path("forecast/", forecasts.forecast, name="forecast"),
    path("forecast/file/", forecasts.forecast_export, name="forecast_export"),
    path("forecast/target/", forecasts.forecast_target, name="forecast_target"),
    path("customers/segments/", customer_segments.customer_segments, name="customer_segments"),
    path("customers/cells/", customer_segments.customer_cells, name="customer_cells"),
    path("customers/moves/", customer_segments.customer_moves, name="customer_moves"),
    path(
        "customers/segments/model/",
        customer_segments.customer_segment_model,
        name="customer_segment_model",
    ),
    path(
        "customers/segments/options/",
        customer_segments.customer_segment_options,
        name="customer_segment_options",
    ),
    path(
        "customers/segments/<int:pk>/",
        customer_segments.customer_segment_detail,
        name="customer_segment_detail",
    ),
    path(
        "customers/segments/<int:pk>/edit/",
        customer_segments.customer_segment_edit,
        name="customer_segment_edit",
    ),
    path("scoring/try/", file_trials.trial_list, name="trial_list"),
    path("scoring/try/<int:pk>/", file_trials.trial_detail, name="trial_detail"),
    path("scoring/try/<int:pk>/columns/", file_trials.trial_columns, name="trial_columns"),
    path("scoring/try/<int:pk>/again/", file_trials.trial_again, name="trial_again"),
    path("scoring/try/<int:pk>/delete/", file_trials.trial_delete, name="trial_delete"),
    path("scoring/try/<int:pk>/import/", file_trials.trial_import, name="trial_import"),
    path("scoring/try/<int:pk>/chances/", file_trials.trial_predictions, name="trial_predictions"),
    path("forecast/files/", series_trials.series_list, name="series_list"),
    path("forecast/files/<int:pk>/", series_trials.series_detail, name="series_detail"),
    path("forecast/files/<int:pk>/columns/", series_trials.series_columns, name="series_columns"),
    path("forecast/files/<int:pk>/again/", series_trials.series_again, name="series_again"),
    path("forecast/files/<int:pk>/delete/", series_trials.series_delete, name="series_delete"),
    path("forecast/files/<int:pk>/csv/", series_trials.series_forecasts, name="series_forecasts"),
    path("home/next/", suggestions.home_next, name="home_next"),
    path("customers/lifecycle/", lifecycle.lifecycle, name="lifecycle"),
    path("customers/lifecycle/terms/", lifecycle.life_terms, name="life_terms"),
    path("customers/lifecycle/stages/", lifecycle.life_stage_list, name="life_stage_list"),
    path("customers/lifecycle/stages/new/", lifecycle.life_stage_create, name="life_stage_create"),
    path("customers/lifecycle/stages/<int:pk>/", lifecycle.life_stage_edit, name="life_stage_edit"),
    path(
        "customers/lifecycle/stages/<int:pk>/move/",
        lifecycle.life_stage_move,
        name="life_stage_move",
    ),
    path(
        "customers/lifecycle/stages/<int:pk>/enable/",
        lifecycle.life_stage_enable,
        name="life_stage_enable",
    ),
    path(
        "customers/lifecycle/stages/<int:pk>/delete/",
        lifecycle.life_stage_delete,
        name="life_stage_delete",
    ),
    path(
        "customers/next/<int:pk>/accept/", suggestions.suggestion_accept, name="suggestion_accept"
    ),
    path(
        "customers/next/<int:pk>/snooze/", suggestions.suggestion_snooze, name="suggestion_snooze"
    ),
    path(
        "customers/next/<int:pk>/refuse/", suggestions.suggestion_refuse, name="suggestion_refuse"
    ),
    path(
        "customers/next/answers/<int:answer_pk>/undo/",
        suggestions.suggestion_undo,
        name="suggestion_undo",
    ),
]
