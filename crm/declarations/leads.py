"""What happens to leads on their way: what follows their changes, assignment, conversion."""

from django.utils.translation import gettext_lazy as _

from core.registries import (
    AuditAction,
    AuditedType,
    ChangeRules,
    Permission,
    SettingsSection,
    audit_actions,
    audited_types,
    change_rules,
    permission_registry,
    settings_sections,
)

AUDIT_WORDS = {
    "convert": _("Converted to a deal"),
    "assignment.rule.create": _("Assignment rule added"),
    "assignment.rule.change": _("Assignment rule changed"),
    "assignment.rule.move": _("Assignment rules put in order"),
    "assignment.rule.delete": _("Assignment rule deleted"),
    "assignment.person": _("What somebody can take of new leads changed"),
    "assignment.away": _("Days off entered"),
    "assignment.back": _("Days off taken away"),
}
TYPES = ("crm.assignmentrule", "crm.assignmentperson", "crm.dayoff")


def register_leads() -> None:
    from crm.services.lead_scores import (  # noqa: PLC0415  # needs loaded models
        follow_hand_scores,
    )
    from crm.services.leads import (  # noqa: PLC0415
        begin_leads,
        contacts_taken_along,
        follow_lead_edit,
    )

    change_rules.register(
        ChangeRules(
            "crm.lead",
            follow=follow_lead_edit,
            taken_along=contacts_taken_along,
            written=follow_hand_scores,
            created=begin_leads,
        )
    )
    permission_registry.register(Permission("crm.assignment.manage", _("Say who gets new leads")))
    settings_sections.register(
        SettingsSection(
            "assignment",
            _("Assignment of leads"),
            "user-share",
            "assignment_list",
            "data",
            22,
            "crm.assignment.manage",
        )
    )
    audit_actions.register(*(AuditAction(key, label) for key, label in AUDIT_WORDS.items()))
    audited_types.register(*(AuditedType(key) for key in TYPES))
