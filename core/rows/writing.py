"""What holds for all rows of one writing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.models import ChangeSet, Team, User
from core.registries import RecordType
from core.rows.fields import RowFields


@dataclass(frozen=True)
class Writing:
    """One writing: of which records, by whom, when, and whose new ones are.

    `change_set` is the change that all of it is a part of, so that it can be put back as a whole;
    `marks` are columns of every new record.
    """

    kind: RecordType
    by: User
    at: datetime
    fields: RowFields
    owner: User | None
    team: Team | None
    change_set: ChangeSet | None = None
    marks: Mapping[str, Any] = field(default_factory=dict)
