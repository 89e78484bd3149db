"""What the core itself declares."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.changes.jobs import register_jobs
from core.jobs.kinds import JobKind, job_kinds
from core.registries import (
    Command,
    NavigationEntry,
    Permission,
    commands,
    navigation,
    permission_registry,
)

if TYPE_CHECKING:
    from core.models import User


def register() -> None:
    """Called once, when the apps are ready."""
    permission_registry.register(
        Permission("core.job.view", _("See job runs")),
        Permission("core.custom_field.manage", _("Say what custom fields mean")),
        Permission("core.bin.empty", _("Delete records of the bin for good")),
        Permission("core.currency.manage", _("Manage currencies and exchange rates")),
        Permission("core.settings.manage", _("Manage settings, users and roles")),
        Permission("core.sample.load", _("Load the sample company")),
        Permission("core.sample.remove", _("Remove the sample company")),
    )
    navigation.register(
        NavigationEntry("home", _("Home"), "home", "home", "top", 10, on_phone=True),
        NavigationEntry(
            "inbox",
            _("Inbox"),
            "inbox",
            "notification_list",
            "top",
            20,
            count=_unread,
            is_hot=True,
        ),
        NavigationEntry(
            "jobs",
            _("Jobs"),
            "stack-2",
            "job_list",
            "understand",
            90,
            permission="core.job.view",
            count=_running,
        ),
        NavigationEntry("settings", _("Settings"), "settings", "settings_profile", "foot", 20),
    )
    commands.register(
        Command("core.settings", _("Change your preferences"), "settings", "settings_profile"),
    )
    job_kinds.register(
        JobKind(
            "core.custom_field_index",
            _("Index of a custom field"),
            "core.jobs.custom_field_indexes.CustomFieldIndexJob",
            permission="core.custom_field.manage",
            describe=_index_title,
        ),
        JobKind(
            "core.search_rebuild",
            _("Search index"),
            "core.search.rebuild.SearchRebuildJob",
            permission="core.settings.manage",
            can_run_now=True,
        ),
    )
    register_jobs()


def _index_title(scope: dict[str, Any]) -> str:
    return gettext("Index of the field “%(field)s”") % {"field": scope.get("label", "")}


def _unread(user: "User") -> int:
    from core.models import Notification  # noqa: PLC0415  # needs loaded models

    return Notification.objects.filter(user=user, read_at=None).count()


def _running(_user: "User") -> int:
    from core.models import JobRun  # noqa: PLC0415  # needs loaded models

    return JobRun.objects.active().count()
