"""Addresses of analytics."""

from django.urls import path

from analytics.views import lead_scores

urlpatterns = [
    path("scoring/", lead_scores.lead_score_model, name="lead_score_model"),
    path("scoring/leads/<int:pk>/", lead_scores.lead_score_more, name="lead_score_more"),
    path("scoring/field/", lead_scores.lead_score_field, name="lead_score_field"),
]
