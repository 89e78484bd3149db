"""What the acts of the audit log are called."""

from dataclasses import dataclass

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


audited_types: Registry[AuditedType] = Registry("Audited type")
audit_actions: Registry[AuditAction] = Registry("Audit action")
