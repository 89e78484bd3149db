"""The public data sets that lie beside the repository, where they lie there."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
DATA = REPOSITORY.parent / "shared" / "data"


def data_file(name: str) -> Path:
    """The file, such as `x-education/leads.csv`; the test is skipped where it is missing."""
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"The public data set {name} is not at {path}.")
    return path
