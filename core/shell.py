"""The frame around every page: navigation, counters, who is signed in."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest  # noqa: TID251  # a context processor takes the request
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from core import permissions
from core.company import Company, company
from core.models import User
from core.queries.start import frame_of
from core.registries import (
    SETTINGS_GROUPS,
    NavigationEntry,
    SettingsSection,
    navigation,
    settings_sections,
)

GROUPS = {
    "top": "",
    "sell": _("Sell"),
    "market": _("Market"),
    "understand": _("Understand"),
    "foot": "",
}
START = _("Getting started")
TAB_BAR_SIZE = 4


@dataclass(frozen=True)
class Entry:
    """A navigation entry as the template draws it."""

    key: str
    label: Any
    icon: str
    url: str
    count: int | str | None = None
    hot: bool = False


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor; nothing is read from the database before a template asks."""
    return {
        "shell": SimpleLazyObject(lambda: _build(request)),
        "access": SimpleLazyObject(lambda: _access(request)),
        "settings_groups": SimpleLazyObject(lambda: _settings_groups(_access(request))),
        "our_company": SimpleLazyObject(lambda: company_of(request)),
    }


def company_of(request: HttpRequest) -> Company:
    """The company for this request: with the frame of a user's page, or read once for a visitor."""
    user: Any = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return frame_of(user).company
    known: Company | None = getattr(request, "visited_company", None)
    if known is None:
        known = company()
        request.visited_company = known  # type: ignore[attr-defined]  # once per request
    return known


def _access(request: HttpRequest) -> permissions.Access:
    user: Any = getattr(request, "user", None)
    is_visitor = user is None or not user.is_authenticated
    return permissions.Access() if is_visitor else permissions.access_of(user)


def _settings_groups(access: permissions.Access) -> list[dict[str, Any]]:
    """The sections of the settings that the user may open, in their groups."""
    shown = sorted(
        (entry for entry in settings_sections if entry.opens_for(access)), key=lambda e: e.order
    )
    groups = [
        {"label": label, "sections": [_section(e) for e in shown if e.group == key]}
        for key, label in SETTINGS_GROUPS.items()
    ]
    return [group for group in groups if group["sections"]]


def _section(entry: SettingsSection) -> Entry:
    return Entry(entry.key, entry.label, entry.icon, reverse(entry.url_name))


def _build(request: HttpRequest) -> dict[str, Any]:
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"groups": [], "foot": [], "tabbar": [], "unread": 0}
    access = permissions.access_of(user)
    shown = [e for e in navigation if not e.permission or access.may(e.permission)]
    places = list(GROUPS)
    shown.sort(key=lambda e: (places.index(e.group), e.order))
    counts = {e.key: e.count(user) for e in shown if e.count}
    return {
        "groups": [
            {"label": label, "entries": _entries(shown, group, counts)}
            for group, label in GROUPS.items()
            if group != "foot"
        ],
        "foot": [*_start(user), *_entries(shown, "foot", counts)],
        "tabbar": [_entry(e, counts) for e in shown if e.on_phone][:TAB_BAR_SIZE],
        "unread": counts.get("inbox", 0),
        "active": "start" if request.path == reverse("start") else _active(request, shown),
    }


def _start(user: User) -> list[Entry]:
    """Getting started, with how far it is, until it is done or hidden."""
    if user.hides_start:
        return []
    progress = frame_of(user)
    if progress.is_complete:
        return []
    count = f"{progress.done}/{progress.total}"
    return [Entry("start", START, "circle-dashed-check", reverse("start"), count)]


def _entries(shown: list[NavigationEntry], group: str, counts: dict[str, int]) -> list[Entry]:
    return [_entry(e, counts) for e in shown if e.group == group]


def _entry(entry: NavigationEntry, counts: dict[str, int]) -> Entry:
    return Entry(
        entry.key,
        entry.label,
        entry.icon,
        reverse(entry.url_name),
        counts.get(entry.key) or None,
        hot=entry.is_hot,
    )


def _active(request: HttpRequest, shown: list[NavigationEntry]) -> str:
    """The entry whose address is the longest beginning of the page's."""
    matches = [
        (len(url), e.key) for e in shown if request.path.startswith(url := reverse(e.url_name))
    ]
    exact_home = [(size, key) for size, key in matches if size > 1 or request.path == "/"]
    return max(exact_home, default=(0, ""))[1]
