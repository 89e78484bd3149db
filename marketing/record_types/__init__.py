"""The record types of marketing, and the fields that it adds to others."""

from marketing.record_types.segments import ARCHIVE_TABLES, IN_SEGMENTS, SEGMENT

RECORD_TYPES = (SEGMENT,)

__all__ = ["ARCHIVE_TABLES", "IN_SEGMENTS", "RECORD_TYPES"]
