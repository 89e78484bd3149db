"""What sales declares to the core."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.jobs.kinds import JobKind, job_kinds
from core.lists import lists
from core.records import record_pages
from core.registries import (
    AuditAction,
    AuditedType,
    BaseAmounts,
    ChangeRules,
    Command,
    EventKind,
    NavigationEntry,
    Panel,
    Permission,
    PermissionGroup,
    SettingsSection,
    StartStep,
    archive_tables,
    audit_actions,
    audited_types,
    base_amounts,
    change_rules,
    commands,
    event_kinds,
    navigation,
    panels,
    permission_groups,
    permission_registry,
    quality_rules,
    record_types,
    row_rules,
    settings_sections,
    start_steps,
)
from crm.choices import seeded_label
from crm.declarations.duplicates import register_duplicates
from crm.declarations.imports import register_imports
from crm.declarations.leads import register_leads
from crm.declarations.scores import register_scores
from crm.declarations.triage import register_triage
from crm.declarations.words import AUDIT_WORDS
from crm.record_types import ARCHIVE_TABLES, QUALITY_RULES, RECORD_TYPES

RECORD_ACTIONS = {
    "view": _("See"),
    "create": _("Create"),
    "edit": _("Edit"),
    "assign": _("Assign"),
    "delete": _("Delete"),
    "export": _("Export"),
}


def register() -> None:
    """Called once, when the apps are ready."""
    _register_records()
    archive_tables.register(*ARCHIVE_TABLES)
    _register_navigation()
    _register_settings()
    register_imports()
    _register_jobs()
    _register_pipeline_jobs()
    register_duplicates()
    _register_merges()
    _register_ties()
    _register_commands()
    _register_changes()
    register_scores()
    register_leads()
    register_triage()
    from crm.pages import RECORD_PAGES  # noqa: PLC0415  # needs loaded models
    from crm.tables import LISTS  # noqa: PLC0415

    lists.register(*LISTS)
    record_pages.register(*RECORD_PAGES)
    event_kinds.register(
        EventKind("crm.deal.stage_changed", _("Stage changed"), "crm.deal", "stage")
    )
    _register_home()
    _register_start()
    audit_actions.register(*(AuditAction(key, label) for key, label in AUDIT_WORDS.items()))
    audited_types.register(
        AuditedType("crm.pipeline"),
        AuditedType("crm.stage"),
        AuditedType("crm.closereason"),
        AuditedType("crm.competitor"),
    )


def _register_records() -> None:
    record_types.register(*RECORD_TYPES)
    quality_rules.register(*QUALITY_RULES)
    permission_groups.register(PermissionGroup("crm", _("Records")))
    permission_registry.register(
        *(
            Permission(f"{kind.key}.{action}", label, has_reach=True)
            for kind in RECORD_TYPES
            for action, label in RECORD_ACTIONS.items()
        ),
        Permission("crm.import.use", _("Import files")),
        Permission("crm.duplicates.use", _("Find and merge duplicates")),
        Permission("crm.pipeline.manage", _("Manage pipelines and stages")),
    )


def _register_changes() -> None:
    from crm.services.activities import (  # noqa: PLC0415  # needs loaded models
        follow_activity_edit,
    )
    from crm.services.deals import follow_deal_edit  # noqa: PLC0415
    from crm.services.rows import ROW_RULES  # noqa: PLC0415

    change_rules.register(
        ChangeRules("crm.deal", follow=follow_deal_edit, related=("stage",)),
        ChangeRules("crm.activity", follow=follow_activity_edit),
    )
    row_rules.register(*ROW_RULES)


def _register_navigation() -> None:
    from crm.queries.open_tasks import due_count  # noqa: PLC0415  # needs loaded models

    navigation.register(
        NavigationEntry(
            "tasks",
            _("Tasks"),
            "checkbox",
            "task_list",
            "top",
            30,
            "crm.activity.view",
            count=due_count,
        ),
        _list_entry("contacts", "crm.contact", "sell", 30, on_phone=True),
        _list_entry("companies", "crm.company", "sell", 40),
        _list_entry("leads", "crm.lead", "sell", 50, on_phone=True),
        _list_entry("deals", "crm.deal", "sell", 54, on_phone=True),
        _list_entry("activities", "crm.activity", "sell", 56),
        _list_entry("products", "crm.product", "sell", 58),
        NavigationEntry(
            "imports",
            _("Imports"),
            "upload",
            "import_list",
            "sell",
            60,
            "crm.import.use",
            takes_files=True,
        ),
        NavigationEntry(
            "duplicates",
            _("Duplicates"),
            "copy",
            "duplicate_list",
            "sell",
            62,
            "crm.duplicates.use",
        ),
        NavigationEntry(
            "funnel", _("Funnel"), "filter", "deal_funnel", "understand", 25, "crm.deal.view"
        ),
        _list_entry("groups", "crm.group", "market", 40),
        _list_entry("events", "crm.event", "market", 50),
    )


def _register_settings() -> None:
    settings_sections.register(
        SettingsSection(
            "pipelines",
            _("Pipelines"),
            "layout-kanban",
            "pipeline_list",
            "data",
            20,
            "crm.pipeline.manage",
        ),
        SettingsSection(
            "closing",
            _("Reasons and competitors"),
            "trophy",
            "closing_list",
            "data",
            22,
            "crm.pipeline.manage",
        ),
        SettingsSection(
            "sample",
            _("Sample company"),
            "flask",
            "sample_data",
            "data",
            90,
            "core.sample.remove",
        ),
    )


def _list_entry(
    key: str, record_type: str, group: str, order: int, *, on_phone: bool = False
) -> NavigationEntry:
    """The way to the list of a record type."""
    kind = record_types[record_type]
    return NavigationEntry(
        key, kind.plural, kind.icon, kind.list_url, group, order, f"{kind.key}.view", on_phone
    )


def _register_commands() -> None:
    commands.register(
        Command(
            "crm.contact_create", _("New contact"), "plus", "contact_create", "crm.contact.create"
        ),
        Command(
            "crm.company_create", _("New company"), "plus", "company_create", "crm.company.create"
        ),
        Command("crm.lead_create", _("New lead"), "plus", "lead_create", "crm.lead.create"),
        Command("crm.deal_create", _("New deal"), "plus", "deal_create", "crm.deal.create"),
        Command(
            "crm.activity_create",
            _("New activity"),
            "plus",
            "activity_create",
            "crm.activity.create",
        ),
        Command("crm.event_create", _("New event"), "plus", "event_create", "crm.event.create"),
        Command("crm.group_create", _("New group"), "plus", "group_create", "crm.group.create"),
        Command(
            "crm.product_create", _("New product"), "plus", "product_create", "crm.product.create"
        ),
        Command("crm.import", _("Import a file"), "upload", "import_list", "crm.import.use"),
    )


def _register_jobs() -> None:
    job_kinds.register(
        JobKind(
            "crm.deal_amounts",
            _("Recalculate deals in the base currency"),
            "crm.jobs.deal_amounts.DealAmountsJob",
            permission="core.currency.manage",
            counts={"changed": pgettext_lazy("deals", "Changed")},
        ),
        JobKind(
            "crm.sample_company",
            _("Load the sample company"),
            "crm.jobs.sample_company.SampleCompanyJob",
            permission="core.sample.load",
            result_url=lambda _scope: reverse("start"),
        ),
        JobKind(
            "crm.sample_removal",
            _("Remove the sample company"),
            "crm.jobs.sample_removal.SampleRemovalJob",
            permission="core.sample.remove",
            counts={"removed": pgettext_lazy("records", "Removed")},
        ),
    )
    from crm.services.deal_amounts import recalculate  # noqa: PLC0415  # needs loaded models

    base_amounts.register(BaseAmounts("crm.deal", recalculate))


def _register_merges() -> None:
    from crm.queries.duplicates import duplicates_panel  # noqa: PLC0415  # needs loaded models
    from crm.queries.merges import merged_into  # noqa: PLC0415

    for kind in ("crm.contact", "crm.company"):
        place, right = f"{kind}.insight", "crm.duplicates.use"
        panels.register(
            Panel(
                f"{kind}.duplicates",
                place,
                "crm/panels/duplicates.html",
                duplicates_panel,
                right,
                80,
            ),
            Panel(f"{kind}.merged", place, "crm/panels/merged.html", merged_into, right, 90),
        )


def _register_ties() -> None:
    from crm.queries.acquaintances import known_at, known_by  # noqa: PLC0415  # needs loaded models

    right = "crm.contact.view"
    panels.register(
        _panel("known_by", "crm.contact.insight", known_by, right, 60),
        _panel("known_at", "crm.company.insight", known_at, right, 60),
    )


def _register_start() -> None:
    from crm.queries import start  # noqa: PLC0415  # needs loaded models
    from crm.queries.sample import sample_state  # noqa: PLC0415

    start_steps.register(
        StartStep(
            "leads",
            _("Bring in your leads"),
            _(
                "A CSV file from another system or a fair is enough; the columns are matched for you."
            ),
            "upload",
            _("Import a file"),
            "import_list",
            20,
            start.own_leads,
            permission="crm.import.use",
            remark=start.count_of_leads,
        ),
        StartStep(
            "deal",
            _("Add your first deal"),
            _("Say what it is worth and when it should close; home then tells you what waits."),
            "layout-kanban",
            _("New deal"),
            "deal_create",
            50,
            start.own_deals,
            permission="crm.deal.create",
        ),
    )
    panels.register(
        Panel(
            "crm.sample",
            place="core.start",
            template="crm/panels/sample.html",
            context=lambda _record, _user: sample_state(),
            permission="core.sample.load",
        )
    )


def _register_home() -> None:
    from crm.queries import home, home_figures, home_work  # noqa: PLC0415  # needs loaded models

    panels.register(
        _panel("figures", "core.home.top", home_figures.figures, "crm.lead.view", 10),
        _panel("managing", "core.home", home.managing, "crm.deal.view", 5),
        _panel("call_first", "core.home", home.call_first, "crm.lead.view", 10),
        _panel("stuck_deals", "core.home", home_work.stuck_deals, "crm.deal.view", 20),
        _panel("closing_deals", "core.home", home_work.closing_deals, "crm.deal.view", 30),
        _panel("my_day", "core.home.side", home_work.my_day, "crm.activity.view", 10),
        _panel("newcomers", "core.home.side", home_work.newcomers, "crm.lead.view", 20),
    )


def _panel(
    name: str, place: str, context: Callable[[Any, Any], Any], permission: str, order: int
) -> Panel:
    return Panel(f"crm.{name}", place, f"crm/panels/{name}.html", context, permission, order)


def _register_pipeline_jobs() -> None:
    job_kinds.register(
        JobKind(
            "crm.stage_removal",
            _("Move the deals of a stage"),
            "crm.jobs.stage_removals.StageRemovalJob",
            permission="crm.pipeline.manage",
            describe=_removal_title,
            counts={"moved": pgettext_lazy("deals", "Moved")},
        ),
    )


def _removal_title(scope: dict[str, Any]) -> str:
    return gettext("Move the deals of “%(stage)s”") % {"stage": seeded_label(scope["name"])}
