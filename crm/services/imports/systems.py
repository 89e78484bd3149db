"""Which system a file comes from, told by its columns."""

from collections.abc import Sequence

from core.text import comparable

HUBSPOT, SALESFORCE, PIPEDRIVE, LINKEDIN = "hubspot", "salesforce", "pipedrive", "linkedin"
LABELS = {
    HUBSPOT: "HubSpot",
    SALESFORCE: "Salesforce",
    PIPEDRIVE: "Pipedrive",
    LINKEDIN: "LinkedIn",
}
# Salesforce exports what lies in its bin as well.
DELETED_COLUMN = "IsDeleted"

_NOTE = "note - "
_PIPEDRIVE = (
    "person - ",
    "deal - ",
    "organization - ",
    "lead - ",
    "activity - ",
    "product - ",
    _NOTE,
)
_HUBSPOT = frozenset(
    {
        "record id",
        "record id - contact",
        "record id - company",
        "record id - deal",
    }
)
_SALESFORCE = frozenset({"systemmodstamp", "isdeleted", "masterrecordid"})
_LINKEDIN = frozenset({"connected on", "verbunden am"})


def system_of(columns: Sequence[str]) -> str:
    """The system that writes such columns; empty where none is known."""
    names = {comparable(column) for column in columns}
    if any(name.startswith(_PIPEDRIVE) for name in names):
        return PIPEDRIVE
    if names & _SALESFORCE:
        return SALESFORCE
    if names & _HUBSPOT:
        return HUBSPOT
    return LINKEDIN if names & _LINKEDIN else ""


def has_notes(file_name: str, columns: Sequence[str]) -> bool:
    """Whether these are notes, which Pipedrive numbers by themselves, beside the activities."""
    is_called_so = comparable(file_name).startswith(("note.", "notes"))
    return is_called_so or any(comparable(column).startswith(_NOTE) for column in columns)


def is_deleted(cells: Sequence[str], place: int) -> bool:
    return place < len(cells) and cells[place].strip().casefold() in {"1", "true"}
