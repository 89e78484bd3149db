"""Facts about people, permissions, jobs, model versions, audit, notifications, custom fields."""

from core.models.audit import AuditEvent
from core.models.custom_fields import CustomField
from core.models.jobs import JobPartition, JobRun, JobStep
from core.models.model_versions import ModelArtifact, ModelVersion
from core.models.notifications import Notification
from core.models.records import OwnedQuerySet, OwnedRecord
from core.models.roles import FieldRule, Grant, Role
from core.models.users import Team, User

__all__ = [
    "AuditEvent",
    "CustomField",
    "FieldRule",
    "Grant",
    "JobPartition",
    "JobRun",
    "JobStep",
    "ModelArtifact",
    "ModelVersion",
    "Notification",
    "OwnedQuerySet",
    "OwnedRecord",
    "Role",
    "Team",
    "User",
]
