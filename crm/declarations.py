"""What sales declares to the core."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.jobs.kinds import JobKind, job_kinds
from core.registries import (
    BaseAmounts,
    Command,
    NavigationEntry,
    Panel,
    Permission,
    base_amounts,
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
    from crm.queries.home import call_first  # noqa: PLC0415  # needs loaded models

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
        NavigationEntry(
            "contacts",
            _("Contacts"),
            "users",
            "contact_list",
            "sell",
            30,
            "crm.contact.view",
            on_phone=True,
        ),
        NavigationEntry(
            "companies", _("Companies"), "building", "company_list", "sell", 40, "crm.company.view"
        ),
        NavigationEntry(
            "leads",
            _("Leads"),
            "target-arrow",
            "lead_list",
            "sell",
            50,
            "crm.lead.view",
            on_phone=True,
        ),
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
    )
    from crm.services.deal_amounts import recalculate  # noqa: PLC0415  # needs loaded models

    base_amounts.register(BaseAmounts("crm.deal", recalculate))


def _import_title(scope: dict[str, Any]) -> str:
    return gettext("Import %(file)s") % {"file": scope.get("file", "")}
