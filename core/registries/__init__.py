"""What the apps declare in `ready()` and the pages below loop over."""

from core.registries.amounts import BaseAmounts, base_amounts
from core.registries.archives import ArchiveTable, archive_tables, tables_in_order
from core.registries.audit import (
    AuditAction,
    AuditedType,
    TrailWords,
    audit_actions,
    audited_types,
    trail_words,
)
from core.registries.base import OfRecordTypes, Registry
from core.registries.changes import (
    ChangeFollower,
    ChangeKind,
    ChangeRules,
    change_followers,
    change_kinds,
    change_rules,
    tell_followers,
)
from core.registries.commands import Command, commands
from core.registries.derivations import Derivation, derivations
from core.registries.events import EventKind, event_kinds
from core.registries.merging import MergeRule, merge_rules
from core.registries.navigation import NavigationEntry, navigation
from core.registries.panels import Panel, panels
from core.registries.permissions import (
    Permission,
    PermissionGroup,
    permission_groups,
    permission_registry,
)
from core.registries.quality import QualityCheck, QualityRules, quality_rules
from core.registries.records import RecordType, record_types
from core.registries.roles import RoleSeed, role_seeds
from core.registries.rows import RowRules, row_rules, rules_for_rows
from core.registries.settings import SETTINGS_GROUPS, SettingsSection, settings_sections
from core.registries.start import StartStep, start_steps

__all__ = [
    "SETTINGS_GROUPS",
    "ArchiveTable",
    "AuditAction",
    "AuditedType",
    "BaseAmounts",
    "ChangeFollower",
    "ChangeKind",
    "ChangeRules",
    "Command",
    "Derivation",
    "EventKind",
    "MergeRule",
    "NavigationEntry",
    "OfRecordTypes",
    "Panel",
    "Permission",
    "PermissionGroup",
    "QualityCheck",
    "QualityRules",
    "RecordType",
    "Registry",
    "RoleSeed",
    "RowRules",
    "SettingsSection",
    "StartStep",
    "TrailWords",
    "archive_tables",
    "audit_actions",
    "audited_types",
    "base_amounts",
    "change_followers",
    "change_kinds",
    "change_rules",
    "commands",
    "derivations",
    "event_kinds",
    "merge_rules",
    "navigation",
    "panels",
    "permission_groups",
    "permission_registry",
    "quality_rules",
    "record_types",
    "role_seeds",
    "row_rules",
    "rules_for_rows",
    "settings_sections",
    "start_steps",
    "tables_in_order",
    "tell_followers",
    "trail_words",
]
