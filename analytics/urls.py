"""Addresses of analytics."""

from django.urls import path

from analytics.views import file_trials, lead_scores

urlpatterns = [
    path("scoring/", lead_scores.lead_score_model, name="lead_score_model"),
    path("scoring/field/", lead_scores.lead_score_field, name="lead_score_field"),
    path("scoring/try/", file_trials.trial_list, name="trial_list"),
    path("scoring/try/<int:pk>/", file_trials.trial_detail, name="trial_detail"),
    path("scoring/try/<int:pk>/columns/", file_trials.trial_columns, name="trial_columns"),
    path("scoring/try/<int:pk>/again/", file_trials.trial_again, name="trial_again"),
    path("scoring/try/<int:pk>/delete/", file_trials.trial_delete, name="trial_delete"),
    path("scoring/try/<int:pk>/import/", file_trials.trial_import, name="trial_import"),
    path("scoring/try/<int:pk>/chances/", file_trials.trial_predictions, name="trial_predictions"),
]
