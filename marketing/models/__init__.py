"""The models of marketing."""

from marketing.models.segments import Segment, SegmentMember, SegmentSize, StaleMembership

__all__ = ["Segment", "SegmentMember", "SegmentSize", "StaleMembership"]
