"""Finding the row that somebody means: records by name, users, tags."""

from typing import Any

from django.db.models import Q, QuerySet

from core import permissions
from core.choices import FieldType
from core.lists.definition import lists
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


def _name_of_type(target: str, user: User) -> tuple[str, Q] | None:
    """The column with the compared name and the rows on which it may be read; none where it is hidden.

    What has no name of its own is called after the record it links to.
    """
    if target == USERS:
        return "name", Q()
    if target == TAGS:
        return "name_key", Q()
    kind, access = record_types[target], permissions.access_of(user)
    named = lists[target].name_field if target in lists else kind.fields[0].name
    field = kind.field[named]
    if not access.sees(kind.rule_of(field)):
        return None
    if field.type != FieldType.LINK:
        return field.compared or field.value_path, Q()
    beyond = record_types[field.target]
    if not access.sees(beyond.field_name("name")):
        return None
    reached = permissions.related_row_condition(beyond.model, user, field.value_path)
    return field.order, reached


def suggestions(target: str, text: str, user: User) -> list[Any]:
    """The first rows whose name has the text, those that begin with it before the others."""
    rows = lookup_rows(target, user)
    found_name = _name_of_type(target, user)
    if found_name is None:
        return []
    column, reached = found_name
    key = comparable(text.replace("\0", ""))
    is_folded = column.endswith("_key")
    begins = Q(**{f"{column}__{'startswith' if is_folded else 'istartswith'}": key})
    if not key:
        return list(rows.order_by("-pk")[:MOST_SUGGESTIONS])
    rows = rows.filter(reached)
    found = list(rows.filter(begins).order_by(column)[:MOST_SUGGESTIONS])
    if len(found) < MOST_SUGGESTIONS:
        within = Q(**{f"{column}__{'contains' if is_folded else 'icontains'}": key})
        more = rows.filter(within).exclude(pk__in=[row.pk for row in found])
        found += list(more.order_by(column)[: MOST_SUGGESTIONS - len(found)])
    return found


def called(target: str, text: str, user: User) -> list[Any]:
    """The rows of exactly this name, two at most."""
    found_name = _name_of_type(target, user)
    if found_name is None:
        return []
    column, reached = found_name
    rows = lookup_rows(target, user).filter(reached)
    how = column if column.endswith("_key") else f"{column}__iexact"
    return list(rows.filter(**{how: comparable(text)}).order_by("pk")[:2])
