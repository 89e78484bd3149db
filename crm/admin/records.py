"""The models of customers and sales in the admin panel."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.admin.base import PanelAdmin
from core.admin.filters import BinFilter
from core.admin.records import KEPT_BY_US, RecordAdmin
from crm.models import (
    Acquaintance,
    Activity,
    AssignmentPerson,
    AssignmentRule,
    CloseReason,
    CommonName,
    Company,
    CompanyQuality,
    Competitor,
    Contact,
    ContactQuality,
    DayOff,
    Deal,
    DealContact,
    DealLine,
    DealOutlook,
    DuplicateCandidate,
    DuplicateKey,
    DuplicatePair,
    Event,
    FileImport,
    Group,
    ImportBatch,
    Interaction,
    Lead,
    LeadArrival,
    LeadConversion,
    LeadScore,
    Membership,
    MergedRecord,
    Participation,
    Pipeline,
    Product,
    RefusedRow,
    Stage,
    StageChange,
)


@admin.register(Contact)
class ContactAdmin(RecordAdmin):
    icon = "person_book"
    list_display: ClassVar[Any] = ("__str__", "email", "company", "owner", "team", "created_at")
    list_filter: ClassVar[Any] = (BinFilter, "lifecycle_stage")
    readonly_fields: ClassVar[Any] = (*KEPT_BY_US, "touched_at")


@admin.register(Company)
class CompanyAdmin(RecordAdmin):
    icon = "domain"
    list_display: ClassVar[Any] = ("name", "kind", "industry", "owner", "team", "created_at")
    list_filter: ClassVar[Any] = (BinFilter, "kind")
    readonly_fields: ClassVar[Any] = (*KEPT_BY_US, "touched_at")


@admin.register(Lead)
class LeadAdmin(RecordAdmin):
    icon = "filter_alt"
    list_display: ClassVar[Any] = ("__str__", "status", "source", "owner", "team", "created_at")
    list_filter: ClassVar[Any] = (BinFilter, "status")
    joined: ClassVar[Any] = ("contact", "company")
    readonly_fields: ClassVar[Any] = (*KEPT_BY_US, "touched_at", "closed_at", "imported_by")


@admin.register(Deal)
class DealAdmin(RecordAdmin):
    """Another stage counts as a move; status and worth follow."""

    icon = "handshake"
    list_display: ClassVar[Any] = ("name", "stage", "amount", "currency", "owner", "close_on")
    list_filter: ClassVar[Any] = (BinFilter, "status", "kind")
    readonly_fields: ClassVar[Any] = (
        *KEPT_BY_US,
        "pipeline",
        "status",
        "base_amount",
        "stage_entered_at",
        "closed_at",
        "touched_at",
    )


@admin.register(Product)
class ProductAdmin(RecordAdmin):
    icon = "package_2"
    list_display: ClassVar[Any] = ("name", "sku", "category", "price", "currency", "is_active")
    list_filter: ClassVar[Any] = (BinFilter, "is_active")


@admin.register(Activity)
class ActivityAdmin(RecordAdmin):
    """What was done is logged, and what lies ahead planned, in the product: it tells people."""

    icon = "event_note"
    may_add = False
    hidden: ClassVar[Any] = ("tags", "guests")
    list_display: ClassVar[Any] = ("__str__", "kind", "at", "done_at", "contact", "owner")
    list_filter: ClassVar[Any] = (BinFilter, "kind", "priority")
    readonly_fields: ClassVar[Any] = (*KEPT_BY_US, "done_at", "reminded_at")


@admin.register(Group)
class GroupAdmin(RecordAdmin):
    icon = "diversity_3"
    list_display: ClassVar[Any] = ("name", "kind", "owner", "team", "created_at")
    list_filter: ClassVar[Any] = (BinFilter, "kind")


@admin.register(Event)
class EventAdmin(RecordAdmin):
    icon = "celebration"
    list_display: ClassVar[Any] = ("name", "kind", "starts_at", "group", "owner")
    list_filter: ClassVar[Any] = (BinFilter, "kind")


class PartAdmin(PanelAdmin):
    """A part of a record, written with it."""

    group = "records"
    has_name = False


@admin.register(DealContact)
class DealContactAdmin(PartAdmin):
    icon = "group_add"
    list_display: ClassVar[Any] = ("deal", "contact", "role")
    numbers: ClassVar[Any] = ("pk", "deal_id", "contact_id")


@admin.register(DealLine)
class DealLineAdmin(PartAdmin):
    icon = "receipt_long"
    list_display: ClassVar[Any] = ("deal", "product", "quantity", "unit_price", "discount_rate")
    numbers: ClassVar[Any] = ("pk", "deal_id", "product_id")


@admin.register(StageChange)
class StageChangeAdmin(PartAdmin):
    icon = "move_down"
    list_display: ClassVar[Any] = ("deal", "from_stage", "to_stage", "at", "by")
    numbers: ClassVar[Any] = ("pk", "deal_id")


@admin.register(Membership)
class MembershipAdmin(PartAdmin):
    icon = "card_membership"
    list_display: ClassVar[Any] = ("group", "contact", "role", "joined_on")
    numbers: ClassVar[Any] = ("pk", "group_id", "contact_id")


@admin.register(Acquaintance)
class AcquaintanceAdmin(PartAdmin):
    icon = "handshake"
    list_display: ClassVar[Any] = ("user", "contact", "source", "since")
    list_filter: ClassVar[Any] = ("source",)
    numbers: ClassVar[Any] = ("pk", "user_id", "contact_id")


@admin.register(Participation)
class ParticipationAdmin(PartAdmin):
    icon = "confirmation_number"
    list_display: ClassVar[Any] = ("event", "contact", "attendance", "role")
    list_filter: ClassVar[Any] = ("attendance",)
    numbers: ClassVar[Any] = ("pk", "event_id", "contact_id")


@admin.register(Interaction)
class InteractionAdmin(PartAdmin):
    icon = "ads_click"
    list_display: ClassVar[Any] = ("at", "kind", "contact", "subject", "channel")
    list_filter: ClassVar[Any] = ("kind",)
    numbers: ClassVar[Any] = ("pk", "contact_id")


@admin.register(FileImport)
class LeadImportAdmin(PartAdmin):
    changed_in, changed_at = "import_list", ("import_detail", "pk")
    icon = "upload_file"
    hidden: ClassVar[Any] = ("file",)
    has_name = True
    list_display: ClassVar[Any] = ("file_name", "created_by", "owner", "run", "created_at")


@admin.register(ImportBatch)
class ImportBatchAdmin(PartAdmin):
    icon = "folder_zip"
    has_name = True
    list_display: ClassVar[Any] = ("file_name", "source", "created_by", "created_at")


@admin.register(RefusedRow)
class RefusedRowAdmin(PartAdmin):
    icon = "block"
    said_as: ClassVar[Any] = {"reason": "told"}
    list_display: ClassVar[Any] = ("file_import", "row_number", "told")
    numbers: ClassVar[Any] = ("pk", "file_import_id")

    @admin.display(description=_("reason"))
    def told(self, row: RefusedRow) -> str:
        return row.reason_text


@admin.register(DuplicatePair)
class DuplicatePairAdmin(PartAdmin):
    icon = "content_copy"
    list_display: ClassVar[Any] = ("object_type", "one_id", "other_id", "probability", "state")
    list_filter: ClassVar[Any] = ("state",)
    numbers: ClassVar[Any] = ("pk", "one_id", "other_id")


@admin.register(MergedRecord)
class MergedRecordAdmin(PartAdmin):
    icon = "merge"
    list_display: ClassVar[Any] = ("object_type", "loser_id", "survivor_id", "at", "undone_at")
    numbers: ClassVar[Any] = ("pk", "loser_id", "survivor_id")


@admin.register(LeadConversion)
class LeadConversionAdmin(PartAdmin):
    icon = "published_with_changes"
    list_display: ClassVar[Any] = ("lead", "deal", "company", "contact", "at", "undone_at")
    joined: ClassVar[Any] = ("lead__contact", "lead__company")
    numbers: ClassVar[Any] = ("pk", "lead_id", "deal_id")


class SearchAdmin(PartAdmin):
    """What the search for duplicates writes for itself and empties again."""

    may_add = False


@admin.register(DuplicateKey)
class DuplicateKeyAdmin(SearchAdmin):
    icon = "key"
    list_display: ClassVar[Any] = ("object_type", "object_id", "is_name", "key")
    numbers: ClassVar[Any] = ("pk", "object_id")


@admin.register(DuplicateCandidate)
class DuplicateCandidateAdmin(SearchAdmin):
    icon = "compare_arrows"
    list_display: ClassVar[Any] = ("object_type", "one_id", "other_id")
    numbers: ClassVar[Any] = ("pk", "one_id", "other_id")


@admin.register(CommonName)
class CommonNameAdmin(SearchAdmin):
    icon = "groups"
    list_display: ClassVar[Any] = ("key", "count")
    numbers: ClassVar[Any] = ("pk",)


@admin.register(LeadScore)
class LeadScoreAdmin(PanelAdmin):
    group = "understand"
    icon = "speed"
    list_display: ClassVar[Any] = (
        "lead",
        "score",
        "grade",
        "probability",
        "cell",
        "version",
        "as_of",
    )
    list_filter: ClassVar[Any] = ("grade", "cell")
    joined: ClassVar[Any] = ("lead__contact", "lead__company")
    has_name = False


@admin.register(DealOutlook)
class DealOutlookAdmin(PanelAdmin):
    group = "understand"
    icon = "speed"
    list_display: ClassVar[Any] = (
        "deal",
        "probability",
        "has_signal",
        "closes_on",
        "stale",
        "version",
        "as_of",
    )
    list_filter: ClassVar[Any] = ("has_signal", "stale")
    joined: ClassVar[Any] = ("deal", "version")
    has_name = False


@admin.register(ContactQuality)
class ContactQualityAdmin(PanelAdmin):
    group = "understand"
    icon = "rule"
    list_display: ClassVar[Any] = ("record", "email", "email_meant", "phone", "mobile")
    list_filter: ClassVar[Any] = ("email", "phone")
    joined: ClassVar[Any] = ("record",)
    has_name = False


@admin.register(CompanyQuality)
class CompanyQualityAdmin(PanelAdmin):
    group = "understand"
    icon = "rule"
    list_display: ClassVar[Any] = ("record", "email", "email_meant", "phone")
    list_filter: ClassVar[Any] = ("email", "phone")
    joined: ClassVar[Any] = ("record",)
    has_name = False


class SettingAdmin(PanelAdmin):
    group = "company"
    is_small = True


@admin.register(Pipeline)
class PipelineAdmin(SettingAdmin):
    changed_in, changed_at = "pipeline_list", ("pipeline_edit", "pk")
    icon = "view_kanban"
    list_display: ClassVar[Any] = ("__str__", "position", "is_archived")
    words: ClassVar[Any] = ("name__icontains",)


@admin.register(Stage)
class StageAdmin(SettingAdmin):
    changed_in, changed_at = "pipeline_list", ("stage_edit", "pk")
    icon = "flag"
    list_display: ClassVar[Any] = ("__str__", "pipeline", "kind", "probability", "position")
    list_filter: ClassVar[Any] = ("pipeline", "kind")
    words: ClassVar[Any] = ("name__icontains",)


@admin.register(CloseReason)
class CloseReasonAdmin(SettingAdmin):
    changed_in, changed_at = "closing_list", ("reason_edit", "pk")
    icon = "rule"
    list_display: ClassVar[Any] = ("__str__", "kind", "position", "is_archived")
    list_filter: ClassVar[Any] = ("kind",)
    words: ClassVar[Any] = ("name__icontains",)


@admin.register(Competitor)
class CompetitorAdmin(SettingAdmin):
    changed_in, changed_at = "closing_list", ("competitor_edit", "pk")
    icon = "swords"
    list_display: ClassVar[Any] = ("__str__", "is_archived")
    words: ClassVar[Any] = ("name__icontains",)


@admin.register(AssignmentRule)
class AssignmentRuleAdmin(SettingAdmin):
    changed_in, changed_at = "assignment_list", ("assignment_edit", "pk")
    icon = "assignment_ind"
    list_display: ClassVar[Any] = ("name", "person", "team", "strategy", "position", "is_enabled")
    words: ClassVar[Any] = ("name__icontains",)


@admin.register(AssignmentPerson)
class AssignmentPersonAdmin(SettingAdmin):
    changed_in, changed_at = "assignment_list", ("assignment_person", "pk")
    icon = "inbox"
    has_name = False
    list_display: ClassVar[Any] = ("user", "takes_leads", "capacity", "country")
    joined: ClassVar[Any] = ("user",)


@admin.register(DayOff)
class DayOffAdmin(SettingAdmin):
    icon = "beach_access"
    has_name = False
    list_display: ClassVar[Any] = ("user", "first_on", "last_on")
    joined: ClassVar[Any] = ("user",)


@admin.register(LeadArrival)
class LeadArrivalAdmin(PanelAdmin):
    group = "records"
    icon = "move_to_inbox"
    may_add = False
    has_name = False
    list_display: ClassVar[Any] = ("lead", "since", "answered_at", "rule", "owner")
    joined: ClassVar[Any] = ("lead__contact", "lead__company")
