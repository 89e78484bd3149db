"""Tags by their names."""

import re

from core.models import Tag
from core.text import comparable

SEPARATORS = re.compile(r"[,;，；、\n]")
LONGEST_NAME = 60


def tags_called(text: str, *, is_making: bool) -> list[Tag]:
    """The tags of these names, separated by commas; those that are missing are made, if wanted."""
    names = {
        comparable(name, 80): name.strip()[:LONGEST_NAME]
        for name in SEPARATORS.split(text)
        if comparable(name, 80)
    }
    if is_making:
        Tag.objects.bulk_create(
            (Tag(name=name, name_key=key) for key, name in names.items()), ignore_conflicts=True
        )
    return list(Tag.objects.filter(name_key__in=names))
