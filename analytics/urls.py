"""Addresses of analytics."""

from django.urls import path

from analytics.views import lead_scores, points_rules

urlpatterns = [
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
]
