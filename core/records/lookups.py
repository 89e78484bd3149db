"""Finding the row that somebody means: records by name, users, tags."""

from typing import Any

from django.db.models import Q, QuerySet

from core import permissions
from core.models import Tag, User
from core.registries import record_types
from core.text import comparable

MOST_SUGGESTIONS = 10
USERS, TAGS = "core.user", "core.tag"


def is_known(target: str) -> bool:
    return target in record_types or target in (USERS, TAGS)


def may_look_up(target: str, user: User) -> bool:
    """Users and tags are known to everybody who is signed in."""
    return target in (USERS, TAGS) or permissions.access_of(user).may(f"{target}.view")


def lookup_rows(target: str, user: User) -> QuerySet[Any]:
    """The rows that may be chosen."""
    if target == USERS:
        return User.objects.filter(is_active=True)
    if target == TAGS:
        return Tag.objects.all()
    model: Any = record_types[target].model
    rows: QuerySet[Any] = model.objects.visible_to(user).for_list()
    return rows


def name_of(row: Any, user: User) -> str:
    """What the row is called before the user."""
    if isinstance(row, User):
        return row.display_name
    if isinstance(row, Tag):
        return row.name
    name: str = row.name_for(permissions.access_of(user))
    return name


def _name_of_type(target: str) -> tuple[str, str]:
    """The column with the compared name and the field that rules hide it by.

    What has no name of its own is called after the record it links to.
    """
    if target == USERS:
        return "name", ""
    if target == TAGS:
        return "name_key", ""
    kind = record_types[target]
    for field in kind.fields:
        if field.compared == "name_key":
            return field.compared, kind.rule_of(field)
        if field.order.endswith("name_key"):
            return field.order, f"{field.target}.name"
    return kind.fields[0].value_path, kind.rule_of(kind.fields[0])


def _is_hidden(rule: str, user: User) -> bool:
    return bool(rule) and not permissions.access_of(user).sees(rule)


def suggestions(target: str, text: str, user: User) -> list[Any]:
    """The first rows whose name has the text, those that begin with it before the others."""
    rows = lookup_rows(target, user)
    column, rule = _name_of_type(target)
    if _is_hidden(rule, user):
        return []
    key = comparable(text.replace("\0", ""))
    is_folded = column.endswith("_key")
    begins = Q(**{f"{column}__{'startswith' if is_folded else 'istartswith'}": key})
    if not key:
        return list(rows.order_by("-pk")[:MOST_SUGGESTIONS])
    found = list(rows.filter(begins).order_by(column)[:MOST_SUGGESTIONS])
    if len(found) < MOST_SUGGESTIONS:
        within = Q(**{f"{column}__{'contains' if is_folded else 'icontains'}": key})
        more = rows.filter(within).exclude(pk__in=[row.pk for row in found])
        found += list(more.order_by(column)[: MOST_SUGGESTIONS - len(found)])
    return found


def called(target: str, text: str, user: User) -> list[Any]:
    """The rows of exactly this name, two at most."""
    rows = lookup_rows(target, user)
    column, rule = _name_of_type(target)
    if _is_hidden(rule, user):
        return []
    how = column if column.endswith("_key") else f"{column}__iexact"
    return list(rows.filter(**{how: comparable(text)}).order_by("pk")[:2])
