"""What sales declares to the core."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.jobs.kinds import JobKind, job_kinds
from core.lists import lists
from core.records import record_pages
from core.registries import (
    BaseAmounts,
    ChangeRules,
    Command,
    NavigationEntry,
    Panel,
    Permission,
    base_amounts,
    change_rules,
    commands,
    navigation,
    panels,
    permission_registry,
    record_types,
)
from crm.record_types import RECORD_TYPES

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
    _register_navigation()
    _register_jobs()
    _register_commands()
    _register_changes()
    from crm.pages import RECORD_PAGES  # noqa: PLC0415  # needs loaded models
    from crm.queries.home import call_first  # noqa: PLC0415  # needs loaded models
    from crm.tables import LISTS  # noqa: PLC0415

    lists.register(*LISTS)

    record_pages.register(*RECORD_PAGES)

    panels.register(
        Panel(
            "crm.call_first",
            place="core.home",
            template="crm/panels/call_first.html",
            context=call_first,
            permission="crm.lead.view",
            order=10,
        )
    )


def _register_records() -> None:
    record_types.register(*RECORD_TYPES)
    permission_registry.register(
        *(
            Permission(f"{kind.key}.{action}", label, has_reach=True)
            for kind in record_types
            for action, label in RECORD_ACTIONS.items()
        ),
        Permission("crm.lead.import", _("Import leads")),
    )


def _register_changes() -> None:
    from crm.services.leads import (  # noqa: PLC0415  # needs loaded models
        contacts_taken_along,
        follow_lead_edit,
    )

    change_rules.register(
        ChangeRules("crm.lead", follow=follow_lead_edit, taken_along=contacts_taken_along),
        ChangeRules("crm.deal", related=("stage",)),
    )


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
            "crm.lead.import",
            takes_files=True,
        ),
        _list_entry("groups", "crm.group", "market", 40),
        _list_entry("events", "crm.event", "market", 50),
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
        Command("crm.import", _("Import leads"), "upload", "import_list", "crm.lead.import"),
    )


def _register_jobs() -> None:
    job_kinds.register(
        JobKind(
            "crm.lead_import",
            _("Import leads"),
            "crm.jobs.lead_imports.LeadImportJob",
            permission="crm.lead.import",
            describe=_import_title,
            result_url=lambda scope: reverse("import_detail", args=[scope["import"]]),
            counts={
                "created": pgettext_lazy("import", "Created"),
                "updated": pgettext_lazy("import", "Updated"),
                "refused": pgettext_lazy("import", "Refused"),
            },
        ),
        JobKind(
            "crm.deal_amounts",
            _("Reckon deals in the base currency"),
            "crm.jobs.deal_amounts.DealAmountsJob",
            permission="core.currency.manage",
            counts={"changed": pgettext_lazy("deals", "Changed")},
        ),
        JobKind(
            "crm.sample_company",
            _("Load the sample company"),
            "crm.jobs.sample_company.SampleCompanyJob",
            permission="core.sample.load",
        ),
    )
    from crm.services.deal_amounts import recalculate  # noqa: PLC0415  # needs loaded models

    base_amounts.register(BaseAmounts("crm.deal", recalculate))


def _import_title(scope: dict[str, Any]) -> str:
    return gettext("Import %(file)s") % {"file": scope.get("file", "")}
