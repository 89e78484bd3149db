"""Segments of customers by a model: who sees, runs and names them, and when they are looked at anew."""

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

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

VIEW, RUN = "analytics.customer_segments.view", "analytics.customer_segments.run"


def register_customer_segments() -> None:
    permission_registry.register(
        Permission(VIEW, _("See customer segments")),
        Permission(RUN, _("Find customer segments anew")),
        Permission("analytics.customer_segments.name", _("Name customer segments")),
    )
    navigation.register(
        NavigationEntry(
            "customer_segments",
            _("Customer segments"),
            "users-group",
            "customer_segments",
            "understand",
            20,
            VIEW,
        )
    )
    _register_job()
    _register_panel()
    audited_types.register(
        AuditedType("crm.customersegment"), AuditedType("analytics.segmentoptions")
    )
    audit_actions.register(
        AuditAction("customer_segment.name", _("Customer segment named")),
        AuditAction("customer_segment.options", _("Options of the customer segments changed")),
    )
    archive_tables.register(ArchiveTable("segment_options", "analytics.SegmentOptions"))


def _register_job() -> None:
    job_kinds.register(
        JobKind(
            "analytics.customer_segments",
            _("Customer segments"),
            "analytics.jobs.customer_segments.CustomerSegmentsJob",
            permission=RUN,
            can_run_now=True,
            describe=_title,
            follows=("crm.file_import", "crm.sample_company"),
            is_long=True,
            result_url=lambda _scope: reverse("customer_segments"),
            counts={
                "assigned": _("Contacts in a segment"),
                "with_cell": _("Contacts in an RFM cell"),
            },
            is_background=True,
        )
    )


def _register_panel() -> None:
    from analytics.queries.customer_segments import segment_panel  # noqa: PLC0415  # needs models
    from analytics.services.stale_segments import (  # noqa: PLC0415  # needs loaded models
        TYPES,
        note_stale_segments,
    )

    change_followers.register(
        ChangeFollower("analytics.stale_segments", TYPES, note_stale_segments)
    )
    panels.register(
        Panel(
            "analytics.customer_segment",
            place="crm.contact.insight",
            template="analytics/panels/customer_segment.html",
            context=segment_panel,
            permission="crm.contact.view",
            order=20,
            is_later=True,
        )
    )


def _title(scope: dict[str, object]) -> str:
    trains = scope.get("trains", True)
    return gettext("Customer segments") if trains else gettext("Segments of all contacts")
