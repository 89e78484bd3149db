"""Addresses of analytics."""

from django.urls import path

from analytics.views import lead_score_comparisons, lead_score_versions, lead_scores

urlpatterns = [
    path("scoring/", lead_scores.lead_score_model, name="lead_score_model"),
    path("scoring/field/", lead_scores.lead_score_field, name="lead_score_field"),
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
]
