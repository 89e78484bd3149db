"""What the export of everything takes of sales, in the order in which an import can read it."""

from core.registries import ArchiveTable

NAME_KEY = ("name_key",)


def _of_records(
    key: str, model: str, left_out: tuple[str, ...] = (), several: tuple[str, ...] = ()
) -> ArchiveTable:
    return ArchiveTable(key, model, ("imported_by", *left_out), ("tags", *several))


ARCHIVE_TABLES = (
    ArchiveTable("pipelines", "crm.Pipeline"),
    ArchiveTable("stages", "crm.Stage"),
    ArchiveTable("close_reasons", "crm.CloseReason"),
    ArchiveTable("competitors", "crm.Competitor"),
    _of_records("companies", "crm.Company", NAME_KEY),
    _of_records("contacts", "crm.Contact", (*NAME_KEY, "email_key")),
    ArchiveTable("acquaintances", "crm.Acquaintance", ("imported_by",)),
    _of_records("leads", "crm.Lead"),
    ArchiveTable("assignment_rules", "crm.AssignmentRule"),
    ArchiveTable("assignment_people", "crm.AssignmentPerson"),
    ArchiveTable("days_off", "crm.DayOff"),
    ArchiveTable("response_targets", "crm.ResponseTarget"),
    _of_records("products", "crm.Product", NAME_KEY),
    _of_records("deals", "crm.Deal", NAME_KEY),
    ArchiveTable("deal_contacts", "crm.DealContact"),
    ArchiveTable("deal_lines", "crm.DealLine"),
    ArchiveTable("quotes", "crm.Quote"),
    ArchiveTable("quote_lines", "crm.QuoteLine"),
    ArchiveTable("quote_sequences", "crm.QuoteSequence"),
    ArchiveTable("stage_changes", "crm.StageChange"),
    _of_records("groups", "crm.Group", NAME_KEY),
    ArchiveTable("memberships", "crm.Membership"),
    _of_records("events", "crm.Event", NAME_KEY),
    ArchiveTable("participations", "crm.Participation"),
    _of_records("activities", "crm.Activity", several=("guests",)),
    ArchiveTable("interactions", "crm.Interaction"),
)
