"""Addresses of marketing in the API."""

from django.urls import path

from marketing.api import segments

urlpatterns = [
    path("segments/count/", segments.SegmentCount.as_view(), name="api_segment_count"),
    path(
        "segments/<int:pk>/condition/",
        segments.SegmentCondition.as_view(),
        name="api_segment_condition",
    ),
    path(
        "segments/<int:pk>/members/", segments.SegmentMembers.as_view(), name="api_segment_members"
    ),
    path(
        "segments/<int:pk>/reconcile/",
        segments.SegmentReconcile.as_view(),
        name="api_segment_reconcile",
    ),
]
