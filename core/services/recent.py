"""Remembering what somebody opened: one row a record, the oldest forgotten."""

from datetime import datetime

from core.models import OwnedRecord, RecentRecord, User
from core.upsert import upsert

KEPT = 50


def remember_opened(*, record: OwnedRecord, by: User, at: datetime) -> None:
    if by.viewed_by is not None:
        return  # somebody else opened it
    upsert(
        RecentRecord,
        [(by.pk, record._meta.label_lower, record.pk, at)],
        fields=["user", "object_type", "object_id", "seen_at"],
        key=["user", "object_type", "object_id"],
        newer_by="seen_at",
    )


def forget_oldest(*, by: User) -> None:
    if by.viewed_by is not None:
        return
    mine = RecentRecord.objects.filter(user=by)
    mine.filter(pk__in=mine.order_by("-seen_at", "-pk").values("pk")[KEPT:]).delete()
