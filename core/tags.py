"""Tags by their names."""

import re
from collections.abc import Iterable

from core.models import Tag
from core.text import comparable

SEPARATORS = re.compile(r"[,;，；、\n]")
LONGEST_NAME = 60


def names_in(text: str) -> list[str]:
    """The names in a line, separated by commas."""
    return [name.strip() for name in SEPARATORS.split(text) if comparable(name, 80)]


def tags_called(names: Iterable[str], *, is_making: bool) -> list[Tag]:
    """The tags of these names, however they are written; missing ones are made, if wanted."""
    keys = {comparable(name, 80): name[:LONGEST_NAME] for name in names}
    if is_making:
        Tag.objects.bulk_create(
            (Tag(name=name, name_key=key) for key, name in keys.items()), ignore_conflicts=True
        )
    return list(Tag.objects.filter(name_key__in=keys))
