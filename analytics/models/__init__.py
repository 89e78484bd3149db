"""What analytics keeps beside model versions and job runs."""

from analytics.models.campaign_files import CampaignFile
from analytics.models.campaigns import CampaignEffect
from analytics.models.cohorts import Cohort
from analytics.models.file_trials import FileTrial
from analytics.models.forecasts import ForecastSeries, ForecastTarget
from analytics.models.lead_score_fields import ComparedGroup, LeadFieldDecision
from analytics.models.lifecycle import LifecycleTally, LifecycleTerms, SuggestionAnswer
from analytics.models.points_rules import PointsBook, PointsRule
from analytics.models.quarters import QuarterForecast, Quota, Submission
from analytics.models.segment_options import SegmentOptions, StaleSegment
from analytics.models.series_trials import SeriesTrial
from analytics.models.stale_scores import StaleOutlook, StaleScore
from analytics.models.tried_files import TriedFile

__all__ = [
    "CampaignEffect",
    "CampaignFile",
    "Cohort",
    "ComparedGroup",
    "FileTrial",
    "ForecastSeries",
    "ForecastTarget",
    "LeadFieldDecision",
    "LifecycleTally",
    "LifecycleTerms",
    "PointsBook",
    "PointsRule",
    "QuarterForecast",
    "Quota",
    "SegmentOptions",
    "SeriesTrial",
    "StaleOutlook",
    "StaleScore",
    "StaleSegment",
    "Submission",
    "SuggestionAnswer",
    "TriedFile",
]
