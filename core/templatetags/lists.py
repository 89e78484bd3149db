"""The cells of lists."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from core.lists.cells import Cell, Line

register = template.Library()


@register.simple_tag
def rows(
    lines: "Sequence[Line]",
    *,
    with_boxes: object,
    buttons: Any = None,
    access: Any = None,
) -> SafeString:
    """{% rows lines with_boxes=bulk_actions %}: the rows of a list, each with a box to select it.

    With `buttons` (and whose `access`) each ends with those that its row offers.
    """
    from core.lists.drawing import drawn_row  # noqa: PLC0415  # it stands on the tags of ui

    select = _("Select %(name)s") if with_boxes else ""
    if buttons is None:
        return SafeString("".join(drawn_row(line, select) for line in lines))
    offered = (buttons.actions(line.row, access) for line in lines)
    rows = (drawn_row(line, select, each) for line, each in zip(lines, offered, strict=True))
    return SafeString("".join(rows))


@register.simple_tag
def value(cell: "Cell", line: "Line") -> SafeString:
    """{% value cell line %}: one value as lists draw it."""
    from core.lists.drawing import drawn  # noqa: PLC0415  # it stands on the tags of ui

    return drawn(cell, line)
