"""The public data sets that lie beside the repository, where they lie there."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
DATA = REPOSITORY.parent / "shared" / "data"

# Filled in by the sales people of X Education after contact.
LATE_FIELDS = (
    "Tags",
    "Lead Quality",
    "Lead Profile",
    "Last Notable Activity",
    "Asymmetrique Activity Index",
    "Asymmetrique Profile Index",
    "Asymmetrique Activity Score",
    "Asymmetrique Profile Score",
)


def data_file(name: str) -> Path:
    """The file, such as `x-education/leads.csv`; the test is skipped where it is missing."""
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"The public data set {name} is not at {path}.")
    return path
