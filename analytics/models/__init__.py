"""What analytics keeps beside model versions and job runs."""

from analytics.models.lead_score_fields import ComparedGroup, LeadFieldDecision
from analytics.models.points_rules import PointsBook, PointsRule

__all__ = ["ComparedGroup", "LeadFieldDecision", "PointsBook", "PointsRule"]
