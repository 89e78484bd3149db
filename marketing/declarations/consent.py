"""What marketing declares about consent and web forms."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.jobs.kinds import JobKind, job_kinds
from core.registries import (
    AuditAction,
    AuditedType,
    ChangeKind,
    Command,
    MergeRule,
    NavigationEntry,
    Panel,
    Permission,
    SettingsSection,
    audit_actions,
    audited_types,
    change_kinds,
    commands,
    merge_rules,
    navigation,
    panels,
    permission_registry,
    settings_sections,
)


def register_consent() -> None:
    """Called once, by the declarations of marketing."""
    permission_registry.register(
        Permission("marketing.consent.view", _("See consents and the suppression list")),
        Permission("marketing.consent.edit", _("Note consents; change the suppression list")),
        Permission("marketing.settings.manage", _("Set up purposes, limits and senders")),
    )
    _register_changes()
    _register_imports()
    _register_columns()
    _register_pages()
    _register_web_forms()
    job_kinds.register(
        JobKind(
            "marketing.sample_consents",
            _("Consents of the sample company"),
            "marketing.jobs.sample_consents.SampleConsentsJob",
            permission="marketing.settings.manage",
            follows=("marketing.sample_segments",),
        )
    )


def _register_changes() -> None:
    from marketing.forms.consents import NoteConsentForm  # noqa: PLC0415
    from marketing.services.consent_changes import NoteConsent  # noqa: PLC0415
    from marketing.services.merging import keep_stricter, keep_written  # noqa: PLC0415

    change_kinds.register(
        ChangeKind(
            NoteConsent.key,
            NoteConsent,
            record_type="crm.contact",
            rule="email",
            permission="marketing.consent.edit",
            title=pgettext_lazy("bulk change", "note a consent"),
            done=_("Consent noted for %(count)s %(records)s."),
            label=_("Note consent"),
            icon="shield-check",
            question=_("Note a consent for %(count)s %(records)s"),
            note=_("Whoever has withdrawn a consent stays so: only that person can give it again."),
            form=NoteConsentForm,
        )
    )
    merge_rules.register(
        MergeRule("marketing.consent", "crm.contact", keep_stricter),
        MergeRule("marketing.recipient", "crm.contact", keep_written),
    )
    audited_types.register(
        AuditedType("marketing.purpose"),
        AuditedType("marketing.message"),
        AuditedType("marketing.suppression"),
        AuditedType("marketing.marketingoptions"),
    )
    audit_actions.register(
        AuditAction(NoteConsent.key, _("Consent noted")),
        AuditAction("webform.take", _("Answer of a web form taken from spam")),
        AuditAction("consent.limit", _("Limit of messages noted")),
        AuditAction("suppression.add", _("Addresses suppressed")),
        AuditAction("suppression.remove", _("Address no longer suppressed")),
        AuditAction("purpose.save", _("Purpose of messages saved")),
        AuditAction("purpose.archive", _("Purpose of messages archived or brought back")),
        AuditAction("marketing.options", _("Options of marketing changed")),
    )


def _register_imports() -> None:
    from crm.services.imports.beside import columns_beside  # noqa: PLC0415  # needs loaded models
    from marketing.services.imported_consents import CONSENT_COLUMNS  # noqa: PLC0415

    columns_beside.register(CONSENT_COLUMNS)


def _register_columns() -> None:
    from core.lists.told import told_columns  # noqa: PLC0415
    from marketing.queries.consent_columns import TOLD_CONSENT  # noqa: PLC0415

    told_columns.register(TOLD_CONSENT)


def _register_pages() -> None:
    from marketing.queries.consent_panel import place_of  # noqa: PLC0415  # needs loaded models

    settings_sections.register(
        SettingsSection(
            "messages",
            _("Messages and consent"),
            "mail",
            "message_settings",
            "company",
            40,
            "marketing.settings.manage",
        ),
        SettingsSection(
            "suppressions",
            _("Suppression list"),
            "ban",
            "suppression_list",
            "company",
            45,
            "marketing.consent.view",
        ),
    )
    panels.register(
        Panel(
            "marketing.consents",
            "crm.contact.insight",
            "marketing/panels/consents.html",
            place_of,
            "crm.contact.view",
            45,
            is_later=True,
        )
    )


def _register_web_forms() -> None:
    navigation.register(
        NavigationEntry(
            "webforms",
            _("Web forms"),
            "forms",
            "webform_list",
            "market",
            30,
            "marketing.webform.view",
        )
    )
    commands.register(
        Command(
            "marketing.webform_create",
            _("New web form"),
            "plus",
            "webform_create",
            "marketing.webform.create",
        )
    )
