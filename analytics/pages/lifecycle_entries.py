"""What the lifecycle declares: rights, its place in the navigation, jobs, panels, the trail, the archive."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.jobs.kinds import JobKind, job_kinds
from core.registries import (
    ArchiveTable,
    AuditAction,
    AuditedType,
    ChangeFollower,
    NavigationEntry,
    Panel,
    Permission,
    archive_tables,
    audit_actions,
    audited_types,
    change_followers,
    navigation,
    panels,
    permission_registry,
)

VIEW, RUN = "analytics.lifecycle.view", "analytics.lifecycle.run"
AUDIT_WORDS = {
    "life.stage.create": _("Lifecycle stage added"),
    "life.stage.change": _("Lifecycle stage changed"),
    "life.stage.move": _("Lifecycle stages put in order"),
    "life.stage.delete": _("Lifecycle stage deleted"),
    "life.terms": _("Terms of the lifecycle changed"),
    "suggestion.accepted": _("Suggestion accepted"),
    "suggestion.snoozed": _("Suggestion put off"),
    "suggestion.refused": _("Suggestion called not useful"),
    "suggestion.undo": _("Answer to a suggestion taken back"),
}


def register_lifecycle() -> None:
    """Called once, when the apps are ready."""
    from analytics.queries.suggestions import (  # noqa: PLC0415  # needs loaded models
        company_next,
        contact_next,
        home_next,
    )
    from analytics.services.lives import TYPES, note_stale_lives  # noqa: PLC0415

    change_followers.register(ChangeFollower("analytics.stale_lives", TYPES, note_stale_lives))
    permission_registry.register(
        Permission(VIEW, _("See the lifecycle")),
        Permission(RUN, _("Work out the lifecycle anew")),
        Permission("analytics.lifecycle.manage", _("Set lifecycle stages and costs")),
    )
    navigation.register(
        NavigationEntry("lifecycle", _("Lifecycle"), "route", "lifecycle", "understand", 20, VIEW)
    )
    _register_jobs()
    audit_actions.register(*(AuditAction(key, label) for key, label in AUDIT_WORDS.items()))
    audited_types.register(
        AuditedType("crm.lifestage"),
        AuditedType("analytics.lifecycleterms"),
        AuditedType("analytics.suggestionanswer"),
    )
    archive_tables.register(
        ArchiveTable("life_stages", "crm.LifeStage"),
        ArchiveTable("lifecycle_terms", "analytics.LifecycleTerms"),
        ArchiveTable("suggestion_answers", "analytics.SuggestionAnswer"),
    )
    panels.register(
        _panel("contact", "crm.contact.insight", contact_next, "crm.contact.view"),
        _panel("company", "crm.company.insight", company_next, "crm.company.view"),
        Panel(
            "analytics.home_next",
            "core.home",
            "analytics/panels/home_next.html",
            home_next,
            "crm.contact.view",
            15,
        ),
    )


def _panel(name: str, place: str, context: object, permission: str) -> Panel:
    template = "analytics/panels/life.html"
    return Panel(f"analytics.life_{name}", place, template, context, permission, 5, is_later=True)  # type: ignore[arg-type]  # as declared


def _register_jobs() -> None:
    job_kinds.register(
        JobKind(
            "analytics.lifecycle",
            _("Lifecycle"),
            "analytics.jobs.lifecycle.LifecycleJob",
            permission=RUN,
            can_run_now=True,
            follows=("crm.file_import", "crm.sample_company"),
            is_long=True,
            result_url=lambda _scope: reverse("lifecycle"),
            counts={"moved": pgettext_lazy("lifecycle", "Contacts with another way")},
            is_background=True,
        ),
        JobKind(
            "analytics.lifecycle_scores",
            _("Lifecycle of contacts and companies"),
            "analytics.jobs.lifecycle_scores.LifecycleScoresJob",
            permission=RUN,
            follows=("analytics.lifecycle",),
            is_long=True,
            result_url=lambda _scope: reverse("lifecycle"),
            is_background=True,
        ),
    )
