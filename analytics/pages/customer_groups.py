"""What customers come to by source, owner and industry, each with its list."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.queries.lifetime_value import GROUPS, SEGMENT, amount
from core import permissions
from core.conditions import Criterion, to_parameter
from core.models import User
from core.permissions import Access
from core.registries import record_types
from marketing.models import Segment

SHOWN = 8
CENTS = 100


def groups_of(user: User, result: Mapping[str, Any], currency: str) -> list[dict[str, Any]]:
    """Each cut that may be seen, with its largest parts."""
    access = permissions.access_of(user)
    kind = record_types["crm.contact"]
    titles = {"source": _("By source"), "owner": _("By owner"), "industry": _("By industry")}
    found = []
    for name in GROUPS:
        field = kind.field[name]
        if not access.sees(kind.rule_of(field)) or not _may_hop(name, access):
            continue
        parts = _parts(name, result)
        if len(parts) > 1:
            found.append(
                {
                    "title": titles[name],
                    "label": str(field.label),
                    "name": name,
                    "rows": _rows(name, parts, currency),
                }
            )
    return [*found, *_by_segment(user, result, currency)]


def _may_hop(name: str, access: Access) -> bool:
    """The industry is that of the company."""
    if name != "industry":
        return True
    return access.sees("crm.contact.company") and access.sees("crm.company.industry")


def _by_segment(user: User, result: Mapping[str, Any], currency: str) -> list[dict[str, Any]]:
    """Of the segments that somebody may see; they overlap, so that nothing is left for others."""
    if not permissions.access_of(user).may("marketing.segment.view"):
        return []
    parts = _parts(SEGMENT, result)
    numbers = [int(part["key"]) for part in parts]
    seen = {row.pk: row for row in Segment.objects.visible_to(user).filter(pk__in=numbers)}
    shown = [part for part in parts if int(part["key"]) in seen][:SHOWN]
    most = max((part["value"] for part in shown), default=0)
    access = permissions.access_of(user)
    rows = [
        {
            **_told(part, currency, most),
            "label": seen[int(part["key"])].name_for(access),
            "url": seen[int(part["key"])].get_absolute_url(),
        }
        for part in shown
    ]
    label = str(record_types["marketing.segment"].label)
    found = {"title": _("By segment"), "label": label, "name": SEGMENT, "rows": rows}
    return [found] if rows else []


def _parts(name: str, result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Key, customers, value ahead and what was bought of each part, the largest first."""
    prefix = f"{name}_customers:"
    found = [
        {
            "key": key.removeprefix(prefix),
            "customers": count,
            "value": result.get(f"{name}_value:{key.removeprefix(prefix)}", 0) / CENTS,
            "bought": result.get(f"{name}_bought:{key.removeprefix(prefix)}", 0) / CENTS,
        }
        for key, count in result.items()
        if key.startswith(prefix)
    ]
    return sorted(found, key=lambda part: (-part["value"], -part["bought"], part["key"]))


def _rows(name: str, parts: list[dict[str, Any]], currency: str) -> list[dict[str, Any]]:
    shown, rest = parts[:SHOWN], parts[SHOWN:]
    labels = _labels(name, [part["key"] for part in shown])
    most = max((part["value"] for part in parts), default=0)
    rows = [
        {
            **_told(part, currency, most),
            "label": labels.get(part["key"]) or _("None"),
            "url": _url(name, part["key"]),
        }
        for part in shown
    ]
    if rest:
        whole = {key: sum(part[key] for part in rest) for key in ("customers", "value", "bought")}
        rows.append({**_told(whole, currency, most), "label": _("All others"), "url": ""})
    return rows


def _told(part: Mapping[str, Any], currency: str, most: float) -> dict[str, Any]:
    return {
        "customers": part["customers"],
        "value": amount(part["value"], currency),
        "bought": amount(part["bought"], currency),
        "each": amount(part["value"] / part["customers"], currency),
        "share": min(100, round(100 * part["value"] / most)) if most else 0,
    }


def _labels(name: str, keys: list[str]) -> dict[str, str]:
    if name != "owner":
        return {key: key for key in keys}
    people = User.objects.in_bulk([int(key) for key in keys if key])
    return {str(pk): person.display_name for pk, person in people.items()}


def _url(name: str, key: str) -> str:
    """The contacts of the part who have bought."""
    value: Any = key if name != "owner" else [key]
    test = Criterion(name, "is", value) if key else Criterion(name, "empty")
    bought = Criterion("purchases", "at_least", 1)
    given = "&".join(f"if={quote(to_parameter(each))}" for each in (test, bought))
    return f"{reverse('contact_list')}?{given}&sort=-value_ahead"
