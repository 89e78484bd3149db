"""What the core itself declares."""

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import audit_words
from core.changes.jobs import register_jobs
from core.exports.archive.declared import register_archive
from core.jobs.kinds import JobKind, job_kinds
from core.registries import (
    Command,
    NavigationEntry,
    Panel,
    Permission,
    PermissionGroup,
    SettingsSection,
    StartStep,
    commands,
    navigation,
    panels,
    permission_groups,
    permission_registry,
    record_types,
    settings_sections,
    start_steps,
)

if TYPE_CHECKING:
    from core.models import User
    from core.permissions import Access


AUDIT = "core.audit.view"


def register() -> None:
    """Called once, when the apps are ready."""
    _register_permissions()
    register_archive()
    _register_navigation()
    _register_settings()
    _register_company_settings()
    _register_people()
    commands.register(
        Command("core.settings", _("Change your preferences"), "settings", "settings_profile"),
        Command(
            "core.invite", _("Invite colleagues"), "user-plus", "user_invite", "core.user.manage"
        ),
    )
    _register_jobs()
    _register_start()
    _register_panels()
    audit_words.register()


def _register_permissions() -> None:
    permission_groups.register(PermissionGroup("core", _("Administration")))
    permission_registry.register(
        Permission("core.job.view", _("See job runs")),
        Permission("core.api_token.create", _("Make API tokens of one's own")),
        Permission("core.api_token.manage", _("See and revoke everybody's API tokens")),
        Permission("core.custom_field.manage", _("Say what custom fields mean")),
        Permission("core.archive.export", _("Export everything, whatever other rights say")),
        Permission("core.audit.view", _("Read the audit log and who exported what")),
        Permission("core.layout.manage", _("Arrange record pages")),
        Permission("core.tag.manage", _("Manage tags")),
        Permission("core.bin.empty", _("Delete records of the bin for good")),
        Permission("core.currency.manage", _("Manage currencies and exchange rates")),
        Permission("core.settings.manage", _("Manage settings")),
        Permission("core.user.manage", _("Manage users and teams")),
        Permission("core.role.manage", _("Manage roles")),
        Permission("core.webhook.manage", _("Have other systems told by webhooks")),
        Permission("core.sample.load", _("Load the sample company")),
        Permission("core.sample.remove", _("Remove the sample company")),
    )


def _register_navigation() -> None:
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
            "quality",
            _("Data quality"),
            "checklist",
            "data_quality",
            "understand",
            80,
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


def _register_settings() -> None:
    own = "own"
    settings_sections.register(
        SettingsSection("profile", _("Profile"), "user-circle", "settings_profile", own, 10),
        SettingsSection("email", _("E-mail addresses"), "mail", "account_email", own, 20),
        SettingsSection("password", _("Password"), "key", "account_change_password", own, 30),
        SettingsSection("mfa", _("Two-step log-in"), "shield-lock", "mfa_index", own, 40),
        SettingsSection("sessions", _("Sessions"), "device-laptop", "usersessions_list", own, 50),
        SettingsSection(
            "connections", _("Connections"), "plug", "socialaccount_connections", own, 60
        ),
        SettingsSection(
            "tokens",
            _("API tokens"),
            "key",
            "token_list",
            own,
            70,
            is_for=_has_tokens,
        ),
        SettingsSection(
            "currencies",
            _("Currencies"),
            "coins",
            "currency_list",
            "company",
            30,
            "core.currency.manage",
        ),
        SettingsSection(
            "fields",
            _("Custom fields"),
            "forms",
            "custom_field_list",
            "data",
            10,
            "core.custom_field.manage",
        ),
        SettingsSection(
            "webhooks",
            _("Webhooks"),
            "webhook",
            "webhook_list",
            "system",
            20,
            "core.webhook.manage",
        ),
        SettingsSection("bin", _("Bin"), "trash", "bin_list", "data", 80, is_for=_has_bin),
    )


def _register_company_settings() -> None:
    """What a company sets up for everybody, and how its installation is."""
    manage = "core.settings.manage"
    settings_sections.register(
        SettingsSection(
            "company",
            pgettext_lazy("settings", "Company"),
            "building",
            "company_settings",
            "company",
            10,
            manage,
        ),
        SettingsSection(
            "layouts",
            _("Layouts"),
            "layout-sidebar-right",
            "layout_list",
            "data",
            15,
            "core.layout.manage",
        ),
        SettingsSection("tags", _("Tags"), "tags", "tag_list", "data", 30, "core.tag.manage"),
        SettingsSection(
            "schedules",
            _("Schedules"),
            "calendar-time",
            "schedule_list",
            "system",
            20,
            manage,
        ),
        SettingsSection("system", _("System"), "gauge", "system_page", "system", 10, manage),
        SettingsSection("audit", _("Audit log"), "history", "audit_list", "system", 30, AUDIT),
        SettingsSection(
            "privacy",
            _("Exports and log-ins"),
            "file-export",
            "privacy_exports",
            "system",
            40,
            AUDIT,
        ),
    )


def _register_people() -> None:
    people = "people"
    settings_sections.register(
        SettingsSection("users", _("Users"), "users", "user_list", people, 10, "core.user.manage"),
        SettingsSection(
            "teams", _("Teams"), "users-group", "team_list", people, 20, "core.user.manage"
        ),
        SettingsSection(
            "roles", _("Roles"), "shield-check", "role_list", people, 30, "core.role.manage"
        ),
        SettingsSection(
            "rights", _("Who may what"), "user-search", "rights", people, 40, "core.settings.manage"
        ),
    )


def _has_tokens(access: "Access") -> bool:
    return any(access.may(f"core.api_token.{action}") for action in ("create", "manage"))


def _has_bin(access: "Access") -> bool:
    return any(access.may(f"{kind.key}.delete") for kind in record_types)


def _register_jobs() -> None:
    job_kinds.register(
        JobKind(
            "core.custom_field_index",
            _("Index of a custom field"),
            "core.chores.custom_field_indexes.CustomFieldIndexJob",
            permission="core.custom_field.manage",
            describe=_index_title,
            is_background=True,
        ),
        JobKind(
            "core.tag_replacement",
            _("Merge or delete tags"),
            "core.chores.tag_replacements.TagReplacementJob",
            permission="core.tag.manage",
            describe=_tags_title,
            counts={"changed": pgettext_lazy("records", "Changed")},
        ),
        JobKind(
            "core.data_quality",
            _("Data quality"),
            "core.chores.quality.DataQualityJob",
            permission="core.settings.manage",
            can_run_now=True,
            result_url=lambda _scope: reverse("data_quality"),
            counts={
                "records": pgettext_lazy("data quality", "Records counted"),
                "faults": pgettext_lazy("data quality", "Records with a wrong address or number"),
            },
            is_background=True,
        ),
        JobKind(
            "core.search_rebuild",
            _("Search index"),
            "core.chores.search.SearchRebuildJob",
            permission="core.settings.manage",
            can_run_now=True,
            is_background=True,
        ),
    )
    _register_jobs_of_people()
    register_jobs()


def _register_jobs_of_people() -> None:
    job_kinds.register(
        JobKind(
            "core.team_dissolve",
            _("Dissolve a team"),
            "core.chores.teams.DissolveTeamJob",
            permission="core.user.manage",
            describe=_dissolve_title,
            counts={"moved": pgettext_lazy("records", "Moved")},
        )
    )


def _dissolve_title(scope: dict[str, Any]) -> str:
    return gettext("Dissolve the team “%(team)s”") % {"team": scope.get("name", "")}


def _index_title(scope: dict[str, Any]) -> str:
    return gettext("Index of the field “%(field)s”") % {"field": scope.get("label", "")}


def _tags_title(scope: dict[str, Any]) -> str:
    names = ", ".join(scope.get("names", []))
    if scope.get("into") is None:
        return gettext("Delete the tag “%(tags)s”") % {"tags": names}
    return gettext("Merge tags: %(tags)s") % {"tags": names}


def _unread(user: "User") -> int:
    from core.queries.start import frame_of  # noqa: PLC0415  # needs loaded models

    return frame_of(user).unread


def _running(user: "User") -> int:
    from core.queries.start import frame_of  # noqa: PLC0415  # needs loaded models

    return frame_of(user).running


def _register_start() -> None:
    from core.queries import start_evidence  # noqa: PLC0415  # needs loaded models

    start_steps.register(
        StartStep(
            "company",
            _("Name your company"),
            _("The name appears in the navigation and on everything you send."),
            "building",
            _("Name the company"),
            "company_settings",
            10,
            start_evidence.named_company,
            permission="core.settings.manage",
        ),
        StartStep(
            "team",
            _("Invite the team"),
            _(
                "Colleagues see what their role and their team allow. You can switch them off later."
            ),
            "user-plus",
            _("Invite somebody"),
            "user_invite",
            30,
            start_evidence.colleagues,
            permission="core.user.manage",
            remark=start_evidence.count_of_colleagues,
        ),
        StartStep(
            "view",
            _("Save a view"),
            _("Filter a list by what you look for every day, and keep it as a view."),
            "bookmark",
            _("Open the contacts"),
            "contact_list",
            60,
            start_evidence.own_views,
        ),
    )


def _register_panels() -> None:
    from core.queries.jobs import running_jobs  # noqa: PLC0415  # needs loaded models

    panels.register(
        Panel(
            "core.jobs",
            place="core.home.side",
            template="core/home/jobs.html",
            context=lambda _home, user: running_jobs(user),
            permission="core.job.view",
            order=90,
        )
    )
