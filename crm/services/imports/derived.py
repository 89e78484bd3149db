"""Values that an import works out: how each came about is kept beside the record."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from core.rows.derived import Derived, note_derived
from crm.models import Company, FileImport

WEBSITE, EMAIL, PEOPLE = "import.website", "import.email", "import.people"
DEAL_NAME, LIST_PRICE = "import.deal_name", "import.list_price"
CLOSE_DAY, LOST_UNTOLD = "import.close_day", "import.lost_untold"


def note_of_import(
    file_import: FileImport, values: Iterable[Derived], *, object_type: str, at: datetime
) -> None:
    note_derived(object_type, values, detail=file_import.file_name[:200], at=at)


def domains_told(
    file_import: FileImport, made: Mapping[str, Company], domains: Mapping[str, str]
) -> list[Derived]:
    """The domains that companies of this import were given by the addresses of their people."""
    told = {
        company.pk: domain
        for text, company in made.items()
        if (domain := domains.get(text))
        and company.imported_by_id == file_import.pk
        and company.domain == domain
    }
    return [Derived(pk, "domain", domain, PEOPLE) for pk, domain in told.items()]
