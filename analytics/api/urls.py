"""Addresses of analytics in the API."""

from django.urls import path

from analytics.api import points_rules

urlpatterns = [
    path("points-rules/", points_rules.PointsRules.as_view(), name="api_points_rules"),
    path("points-rules/<int:pk>/", points_rules.PointsRuleDetail.as_view(), name="api_points_rule"),
]
