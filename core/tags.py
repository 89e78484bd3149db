"""Tags by their names."""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from core.errors import Refused
from core.models import Tag
from core.models.tags import LONGEST_NAME, tag_key

SEPARATORS = re.compile(r"[,;，；、\n]")
MOST_TAGS = 30  # of one record


def names_in(text: str) -> list[str]:
    """The names in a line, separated by commas."""
    return [name.strip() for name in SEPARATORS.split(text) if tag_key(name)]


def checked_names(names: Iterable[str]) -> list[str]:
    """Each name once, however it is written; refuses what is too much for a record."""
    found = {tag_key(name): name.strip() for name in reversed(list(names))}
    found.pop("", None)
    if len(found) > MOST_TAGS or any(len(name) > LONGEST_NAME for name in found.values()):
        words = {"most": MOST_TAGS, "longest": LONGEST_NAME}
        raise Refused(_("At most %(most)s tags of %(longest)s characters each.") % words)
    return list(found.values())


def tags_called(names: Iterable[str], *, is_making: bool) -> list[Tag]:
    """The tags of these names, however they are written; missing ones are made, if wanted."""
    keys = {tag_key(name): name[:LONGEST_NAME] for name in names}
    if is_making:
        Tag.objects.bulk_create(
            (Tag(name=name, name_key=key) for key, name in keys.items()), ignore_conflicts=True
        )
    return list(Tag.objects.filter(name_key__in=keys))
