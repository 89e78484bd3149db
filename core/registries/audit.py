"""What the acts of the audit log are called."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from core.registries.base import Registry


@dataclass(frozen=True)
class AuditAction:
    """An act that services record under this key; without a label people read the key."""

    key: str
    label: Promise


@dataclass(frozen=True)
class AuditedType:
    """A model (`key`) that the log speaks of though it is no record type, such as `core.role`."""

    key: str


@dataclass(frozen=True)
class TrailWords:
    """How the trail of a record tells a value that no field of the record type has (`key`: the full name).

    `tell` puts it into words for a user; what is not theirs to read has words that say so.
    """

    key: str
    label: Promise
    tell: Callable[[Any, Any], str]


trail_words: Registry[TrailWords] = Registry("Words of the trail")
audited_types: Registry[AuditedType] = Registry("Audited type")
audit_actions: Registry[AuditAction] = Registry("Audit action")
