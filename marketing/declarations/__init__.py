"""What marketing declares to the core and adds to pages below."""

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import permissions
from core.jobs.kinds import JobKind, job_kinds
from core.lists import lists
from core.records import record_pages
from core.registries import (
    AuditAction,
    ChangeFollower,
    ChangeKind,
    ChangeRules,
    Command,
    NavigationEntry,
    Panel,
    Permission,
    PermissionGroup,
    SettingsSection,
    TrailWords,
    archive_tables,
    audit_actions,
    change_followers,
    change_kinds,
    change_rules,
    commands,
    navigation,
    panels,
    permission_groups,
    permission_registry,
    record_types,
    row_rules,
    settings_sections,
    trail_words,
)
from marketing.declarations.consent import register_consent
from marketing.record_types import (
    ARCHIVE_TABLES,
    CONSENT_BEHAVIOURS,
    CONSENT_OF_LEADS,
    IN_SEGMENTS,
    PEOPLE_IN_SEGMENT,
    RECORD_TYPES,
    UPLIFT,
)

ACTIONS = {
    "view": _("See"),
    "create": _("Create"),
    "edit": _("Edit"),
    "assign": _("Assign"),
    "delete": _("Delete"),
    "export": _("Export"),
}


def register() -> None:
    """Called once, when the apps are ready."""
    record_types.register(*RECORD_TYPES)
    record_types.add_fields("crm.contact", IN_SEGMENTS, *CONSENT_BEHAVIOURS, *UPLIFT)
    record_types.add_fields("crm.lead", *CONSENT_OF_LEADS)
    record_types.add_fields("crm.company", PEOPLE_IN_SEGMENT)
    permissions.COUNTS_ALL["marketing.segment.size"] = "crm.contact.view"
    _register_rights()
    archive_tables.register(*ARCHIVE_TABLES)
    _register_pages()
    _register_settings()
    _register_changes()
    _register_list_changes()
    register_consent()
    _register_sending()
    job_kinds.register(
        JobKind(
            "marketing.segments",
            _("Members of segments"),
            "marketing.jobs.segments.SegmentsJob",
            permission="marketing.segment.edit",
            can_run_now=True,
            follows=("crm.sample_company",),
            describe=_job_title,
            counts={
                "joined": pgettext_lazy("segment", "Joined"),
                "left": pgettext_lazy("segment", "Left"),
            },
        ),
        JobKind(
            "marketing.sample_segments",
            _("Segments of the sample company"),
            "marketing.jobs.sample_segments.SampleSegmentsJob",
            permission="marketing.segment.edit",
            follows=("crm.sample_company",),
        ),
        JobKind(
            "marketing.sample_campaigns",
            _("Campaigns of the sample company"),
            "marketing.jobs.sample_campaigns.SampleCampaignsJob",
            permission="marketing.campaign.edit",
            follows=("marketing.sample_consents",),
        ),
    )


def _register_rights() -> None:
    permission_groups.register(PermissionGroup("marketing", _("Marketing")))
    permission_registry.register(
        *(
            Permission(f"{kind.key}.{action}", label, has_reach=True)
            for kind in RECORD_TYPES
            for action, label in ACTIONS.items()
        ),
        Permission("marketing.campaign.approve", _("Approve campaigns")),
        Permission("marketing.campaign.send", _("Send campaigns")),
    )


def _job_title(scope: dict[str, object]) -> str:
    if "segment" in scope:
        return gettext("Members of one segment")
    if "reads" in scope:
        return gettext("Members of segments that ask for what was just computed")
    return gettext("Members of segments")


def _register_pages() -> None:
    from marketing.pages import campaigns, segments, web_forms  # noqa: PLC0415  # needs loaded models
    from marketing.queries.segments import segments_of  # noqa: PLC0415
    from marketing.tables import LISTS  # noqa: PLC0415

    lists.register(*LISTS)
    record_pages.register(*segments.RECORD_PAGES, *campaigns.RECORD_PAGES, *web_forms.RECORD_PAGES)
    navigation.register(
        NavigationEntry(
            "campaigns",
            _("Campaigns"),
            "send",
            "campaign_list",
            "market",
            10,
            "marketing.campaign.view",
        ),
        NavigationEntry(
            "segments",
            _("Segments"),
            "category",
            "segment_list",
            "market",
            20,
            "marketing.segment.view",
        ),
    )
    _register_commands()
    panels.register(
        Panel(
            "marketing.segments",
            "crm.contact.insight",
            "marketing/panels/segments.html",
            segments_of,
            "crm.contact.view",
            50,
            is_later=True,
        )
    )


def _register_commands() -> None:
    commands.register(
        Command(
            "marketing.campaign_create",
            _("New campaign"),
            "plus",
            "campaign_create",
            "marketing.campaign.create",
        ),
        Command(
            "marketing.campaign_calendar",
            _("Calendar of campaigns"),
            "calendar-event",
            "campaign_calendar",
            "marketing.campaign.view",
        ),
        Command(
            "marketing.message_templates",
            _("Templates of messages"),
            "template",
            "message_list",
            "marketing.campaign.view",
        ),
        Command(
            "marketing.segment_create",
            _("New segment"),
            "plus",
            "segment_create",
            "marketing.segment.create",
        ),
    )


def _register_settings() -> None:
    settings_sections.register(
        SettingsSection(
            "websites",
            _("Websites"),
            "world",
            "website_settings",
            "company",
            40,
            "core.settings.manage",
        )
    )
    audit_actions.register(
        AuditAction("website.add", _("Website added")),
        AuditAction("website.remove", _("Website removed")),
    )


def _register_changes() -> None:
    from marketing.services.messages.leftovers import CAMPAIGN, forget_leftovers  # noqa: PLC0415
    from marketing.services.rows import ROW_RULES  # noqa: PLC0415  # needs loaded models
    from marketing.services.segments import note_changed, note_new  # noqa: PLC0415
    from marketing.services.stale_memberships import TYPES, note_stale  # noqa: PLC0415

    change_followers.register(
        ChangeFollower("marketing.stale_memberships", TYPES, note_stale),
        ChangeFollower("marketing.leftovers", frozenset({CAMPAIGN}), forget_leftovers),
    )
    change_rules.register(ChangeRules("marketing.segment", written=note_changed, created=note_new))
    row_rules.register(*ROW_RULES)


def _register_sending() -> None:
    settings_sections.register(
        SettingsSection(
            "mail",
            _("Sending e-mail"),
            "send",
            "mail_settings",
            "company",
            40,
            "core.settings.manage",
        )
    )
    audit_actions.register(
        AuditAction("campaign.ask", _("Asked for approval")),
        AuditAction("campaign.approve", _("Approved")),
        AuditAction("campaign.schedule", pgettext_lazy("event", "Scheduled")),
        AuditAction("campaign.start", pgettext_lazy("event", "Begun")),
        AuditAction("campaign.pause", pgettext_lazy("event", "Paused")),
        AuditAction("campaign.resume", pgettext_lazy("event", "Gone on")),
        AuditAction("campaign.cancel", pgettext_lazy("event", "Cancelled")),
        AuditAction("campaign.take_back", _("Back to draft")),
        AuditAction("campaign.again", _("Sent again to whom it was not known of")),
        AuditAction("campaign_mail.change", _("Mail settings changed")),
        AuditAction("campaign_mail.door", _("New address for returned messages")),
        AuditAction("campaign_mail.test", _("Mail server tried")),
    )


def _register_list_changes() -> None:
    from marketing.forms.segments import AddToListForm, RemoveFromListForm  # noqa: PLC0415
    from marketing.pages.segments import condition_in_words, number_in_words  # noqa: PLC0415
    from marketing.services.list_changes import AddToList, RemoveFromList  # noqa: PLC0415

    change_kinds.register(
        ChangeKind(
            AddToList.key,
            AddToList,
            record_type="crm.contact",
            rule="segments",
            permission="marketing.segment.edit",
            title=pgettext_lazy("bulk change", "add to a list"),
            done=_("%(count)s %(records)s put on the list."),
            label=_("Add to list"),
            icon="playlist-add",
            question=_("Put %(count)s %(records)s on a list"),
            note=_("Who is on the list already stays there once."),
            form=AddToListForm,
        ),
        ChangeKind(
            RemoveFromList.key,
            RemoveFromList,
            record_type="crm.contact",
            rule="segments",
            permission="marketing.segment.edit",
            title=pgettext_lazy("bulk change", "take off a list"),
            done=_("%(count)s %(records)s taken off the list."),
            label=_("Take off list"),
            icon="minus",
            question=_("Take %(count)s %(records)s off a list"),
            note=_("The contacts themselves stay as they are."),
            form=RemoveFromListForm,
        ),
    )
    trail_words.register(
        TrailWords("marketing.segment.condition", _("Condition"), condition_in_words),
        TrailWords("marketing.segment.contacts", _("Contacts"), number_in_words),
        TrailWords("marketing.campaign.message", _("Message"), lambda value, _user: str(value)),
    )
    audit_actions.register(
        AuditAction("marketing.campaign.winner", _("Winner of the test chosen")),
        AuditAction("message.write", _("Message written")),
        AuditAction(AddToList.key, _("Contacts put on the list")),
        AuditAction(RemoveFromList.key, _("Contacts taken off the list")),
    )
