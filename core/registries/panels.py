"""Panels: an app above fills a named place on a page below."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core import permissions
from core.registries.base import Registry

if TYPE_CHECKING:
    from core.models.users import User


@dataclass(frozen=True)
class Panel:
    """A template and its context for one place, such as `crm.lead.insight`."""

    key: str
    place: str
    template: str
    context: Callable[[Any, "User"], dict[str, Any] | None]
    permission: str
    order: int = 0


panels: Registry[Panel] = Registry("Panel")


@dataclass(frozen=True)
class FilledPanel:
    """A panel with its context, ready for the template."""

    template: str
    context: dict[str, Any]


def filled_panels(place: str, record: Any, user: "User") -> list[FilledPanel]:
    """The panels of a place that the user may see and that have something to say."""
    access = permissions.access_of(user)
    wanted = sorted(
        (panel for panel in panels if panel.place == place and access.may(panel.permission)),
        key=lambda panel: panel.order,
    )
    filled = ((panel, panel.context(record, user)) for panel in wanted)
    return [
        FilledPanel(panel.template, context) for panel, context in filled if context is not None
    ]
