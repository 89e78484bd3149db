"""The cells of lists."""

from typing import TYPE_CHECKING

from django import template
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from core.lists.cells import Cell, Line

register = template.Library()


@register.simple_tag
def cells(line: "Line") -> SafeString:
    """{% cells line %}: the row's values, each in its <td>."""
    from core.lists.drawing import drawn  # noqa: PLC0415  # it stands on the tags of ui

    return SafeString("".join(f"{c.column.td}{drawn(c, line)}</td>" for c in line.cells))


@register.simple_tag
def value(cell: "Cell", line: "Line") -> SafeString:
    """{% value cell line %}: one value as lists draw it."""
    from core.lists.drawing import drawn  # noqa: PLC0415  # it stands on the tags of ui

    return drawn(cell, line)
