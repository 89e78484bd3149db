"""What analytics keeps."""

from analytics.models.points_rules import PointsBook, PointsRule

__all__ = ["PointsBook", "PointsRule"]
