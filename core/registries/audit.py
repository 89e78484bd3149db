"""What the acts of the audit log are called."""

from dataclasses import dataclass

from django.utils.functional import Promise

from core.registries.base import Registry


@dataclass(frozen=True)
class AuditAction:
    """An act that services record under this key; without a label people read the key."""

    key: str
    label: Promise


audit_actions: Registry[AuditAction] = Registry("Audit action")
