"""The cells of lists."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from core.lists.cells import Cell, Line

register = template.Library()


@register.simple_tag
def rows(lines: "Sequence[Line]", *, with_boxes: object) -> SafeString:
    """{% rows lines with_boxes=bulk_actions %}: the rows of a list, each with a box to select it."""
    from core.lists.drawing import drawn_row  # noqa: PLC0415  # it stands on the tags of ui

    select = _("Select %(name)s") if with_boxes else ""
    return SafeString("".join(drawn_row(line, select) for line in lines))


@register.simple_tag
def value(cell: "Cell", line: "Line") -> SafeString:
    """{% value cell line %}: one value as lists draw it."""
    from core.lists.drawing import drawn  # noqa: PLC0415  # it stands on the tags of ui

    return drawn(cell, line)
