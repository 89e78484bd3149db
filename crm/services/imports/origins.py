"""How records that have no column for it say which import wrote them."""

from crm.models import FileImport


def origin_of(file_import: FileImport) -> str:
    return f"import:{file_import.pk}"
