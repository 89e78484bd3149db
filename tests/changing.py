"""Bulk changes as tests write them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from core.changes import AddTags, RemoveTags, SetField
from core.models import ChangeSet, Tag, User
from core.services.records import change_records


def tag_records(*, rows: QuerySet[Any], tags: Sequence[Tag], by: User, at: datetime) -> ChangeSet:
    change = AddTags(tuple(tag.pk for tag in tags))
    return change_records(rows=rows, change=change, by=by, at=at)


def untag_records(*, rows: QuerySet[Any], tags: Sequence[Tag], by: User, at: datetime) -> ChangeSet:
    change = RemoveTags(tuple(tag.pk for tag in tags))
    return change_records(rows=rows, change=change, by=by, at=at)


def edit_records(
    *, rows: QuerySet[Any], field: str, value: Any, by: User, at: datetime
) -> ChangeSet:
    """One field of any kind, built in or `custom_<key>`, gets one value, as JSON keeps it."""
    return change_records(rows=rows, change=SetField(field, value), by=by, at=at)
