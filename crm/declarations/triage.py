"""New leads are worked off: three changes of many at once, their words, and the target."""

from functools import partial

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.registries import (
    AuditAction,
    AuditedType,
    ChangeKind,
    SettingsSection,
    audit_actions,
    audited_types,
    change_kinds,
    settings_sections,
)


def register_triage() -> None:
    _register_changes()
    _register_later()
    audit_actions.register(
        AuditAction("lead.qualify", pgettext_lazy("event", "Qualified")),
        AuditAction("lead.disqualify", pgettext_lazy("event", "Disqualified")),
        AuditAction("lead.recycle", pgettext_lazy("event", "Put off until a day")),
        AuditAction("lead.return", pgettext_lazy("event", "Came back as planned")),
        AuditAction("response.target", _("Target of the response time changed")),
    )
    audited_types.register(AuditedType("crm.responsetarget"))
    settings_sections.register(
        SettingsSection(
            "response",
            _("Response time"),
            "hourglass",
            "response_target",
            "data",
            23,
            "crm.assignment.manage",
        )
    )


def _register_changes() -> None:
    from crm.forms.triage import (  # noqa: PLC0415  # needs loaded models
        DisqualifyForm,
        QualifyForm,
    )
    from crm.services.triage import (  # noqa: PLC0415
        COLUMNS,
        DisqualifyLeads,
        QualifyLeads,
    )

    of_leads = partial(ChangeKind, columns=COLUMNS, record_type="crm.lead", rule="status")
    change_kinds.register(
        of_leads(
            QualifyLeads.key,
            QualifyLeads,
            title=pgettext_lazy("bulk change", "qualify"),
            done=_("%(count)s %(records)s qualified."),
            label=pgettext_lazy("verb", "Qualify"),
            icon="check",
            question=_("Qualify %(count)s %(records)s"),
            note=_("Worth a colleague's time: the status becomes “Qualified”."),
            form=QualifyForm,
            hotkey="q",
        ),
        of_leads(
            DisqualifyLeads.key,
            DisqualifyLeads,
            title=pgettext_lazy("bulk change", "disqualify"),
            done=_("%(count)s %(records)s disqualified."),
            label=pgettext_lazy("verb", "Not a fit"),
            icon="user-off",
            question=_("Disqualify %(count)s %(records)s"),
            note=_("The status becomes “Not a fit”; the reason stays on the lead."),
            form=DisqualifyForm,
            hotkey="u",
        ),
    )


def _register_later() -> None:
    from crm.forms.triage import RecycleForm  # noqa: PLC0415
    from crm.services.triage import COLUMNS, RecycleLeads  # noqa: PLC0415

    change_kinds.register(
        ChangeKind(
            RecycleLeads.key,
            RecycleLeads,
            columns=COLUMNS,
            record_type="crm.lead",
            rule="status",
            title=pgettext_lazy("bulk change", "put off"),
            done=_("%(count)s %(records)s put off."),
            label=pgettext_lazy("verb", "Later"),
            icon="calendar-due",
            question=_("Put off %(count)s %(records)s"),
            note=_(
                "Out of the inbox until that day. Then the status becomes “New” by itself, the response clock begins anew, and the owner is told."
            ),
            form=RecycleForm,
            hotkey="r",
        ),
    )
