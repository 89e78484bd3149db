"""Facts that every app stands on: people, permissions, jobs, views, tags, files, audit …"""

from core.models.api import ApiToken, ExternalKey, GivenAnswer
from core.models.archives import Archive
from core.models.attachments import Attachment
from core.models.audit import AuditEvent
from core.models.change_sets import ChangeSet
from core.models.currencies import ExchangeRate
from core.models.custom_fields import CustomField
from core.models.derived import DerivedValue
from core.models.installations import Installation
from core.models.jobs import JobPartition, JobRun, JobStep
from core.models.layouts import RecordLayout
from core.models.model_versions import ModelArtifact, ModelVersion
from core.models.notifications import Notification
from core.models.quality import QualityCount
from core.models.recent import RecentRecord
from core.models.records import OwnedQuerySet, OwnedRecord, bin_index
from core.models.roles import FieldRule, Grant, Role
from core.models.sample_data import SampleData
from core.models.saved_views import SavedView, ViewFavourite
from core.models.search import SearchEntry, SearchWord
from core.models.tags import Tag
from core.models.users import Team, User
from core.models.webhooks import Webhook, WebhookDelivery, WebhookEvent

__all__ = [
    "ApiToken",
    "Archive",
    "Attachment",
    "AuditEvent",
    "ChangeSet",
    "CustomField",
    "DerivedValue",
    "ExchangeRate",
    "ExternalKey",
    "FieldRule",
    "GivenAnswer",
    "Grant",
    "Installation",
    "JobPartition",
    "JobRun",
    "JobStep",
    "ModelArtifact",
    "ModelVersion",
    "Notification",
    "OwnedQuerySet",
    "OwnedRecord",
    "QualityCount",
    "RecentRecord",
    "RecordLayout",
    "Role",
    "SampleData",
    "SavedView",
    "SearchEntry",
    "SearchWord",
    "Tag",
    "Team",
    "User",
    "ViewFavourite",
    "Webhook",
    "WebhookDelivery",
    "WebhookEvent",
    "bin_index",
]
