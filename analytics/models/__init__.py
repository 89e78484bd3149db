"""What analytics keeps beside model versions and job runs."""

from analytics.models.lead_score_fields import ComparedGroup, LeadFieldDecision

__all__ = ["ComparedGroup", "LeadFieldDecision"]
