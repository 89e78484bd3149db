"""Addresses of parts of a record's page."""

from typing import Any

from django.urls import reverse


def insight_url(record: Any) -> str:
    """What the apps above have found out about the record, read after its page."""
    return reverse("record_insight", args=[record._meta.label_lower, record.pk])
