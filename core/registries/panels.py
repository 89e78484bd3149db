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
    """A template and its context for one place, such as `crm.lead.insight`.

    One that is read `later` stands in a part of its own, so that the page of a record does not wait for it.
    """

    key: str
    place: str
    template: str
    context: Callable[[Any, "User"], dict[str, Any] | None]
    permission: str
    order: int = 0
    is_later: bool = False


panels: Registry[Panel] = Registry("Panel")


@dataclass(frozen=True)
class FilledPanel:
    """A panel with its context, ready for the template."""

    template: str
    context: dict[str, Any]


def panels_of(place: str, user: "User", *, is_later: bool = False) -> list[Panel]:
    """The panels of a place that the user may see, in their order; those of the page, or those read later."""
    access = permissions.access_of(user)
    wanted = (panel for panel in panels if panel.place == place and panel.is_later == is_later)
    return sorted(
        (panel for panel in wanted if access.may(panel.permission)), key=lambda panel: panel.order
    )


def filled_panels(
    place: str, record: Any, user: "User", *, is_later: bool = False
) -> list[FilledPanel]:
    """Those of them that have something to say."""
    wanted = panels_of(place, user, is_later=is_later)
    filled = ((panel, panel.context(record, user)) for panel in wanted)
    return [
        FilledPanel(panel.template, context) for panel, context in filled if context is not None
    ]
