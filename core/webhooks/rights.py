"""With whose rights a message was written; it is shown and sent only while they still hold."""

from collections.abc import Mapping, Sequence
from typing import Any

from core import permissions
from core.choices import Reach
from core.models import User, WebhookDelivery
from core.registries import record_types
from core.webhooks.kinds import DELETED, TEST, verb_of


def rights_of(user: User) -> dict[str, Any]:
    """What decides what the user is told, in a form that can be kept beside the message."""
    access = permissions.access_of(user)
    views = (f"{kind.key}.view" for kind in record_types)
    return {
        "user": user.pk,
        "team": user.team_id,
        "reach": {right: access.reach(right) for right in views if access.may(right)},
        "hidden": sorted(access.hidden_fields),
    }


def still_told(deliveries: Sequence[WebhookDelivery], user: User) -> set[int]:
    """The numbers of those of which the user may know all today: rights shrink, owners change."""
    if permissions.access_of(user).is_administrator:
        return {delivery.pk for delivery in deliveries}
    covered = [each for each in deliveries if each.kind == TEST or _covers(user, each.rights)]
    reached = _reached(covered, user)
    return {
        each.pk
        for each in covered
        # Of a deleted record only the number is told, and that it was deleted is still to be told.
        if each.kind == TEST
        or verb_of(each.kind) == DELETED
        or (each.object_type, each.object_id) in reached
    }


def _covers(user: User, then: Mapping[str, Any]) -> bool:
    """Whether the user may see at least as much as whoever the message was written for."""
    if not then:
        return False
    access = permissions.access_of(user)
    is_same = (then["user"], then["team"]) == (user.pk, user.team_id)
    return access.hidden_fields <= set(then["hidden"]) and all(
        (access.reach(right) or 0) >= (reach if is_same else Reach.ALL)
        for right, reach in then["reach"].items()
    )


def _reached(deliveries: Sequence[WebhookDelivery], user: User) -> set[tuple[str, int | None]]:
    """The records of the deliveries that the user reaches, those of the bin too."""
    found: set[tuple[str, int | None]] = set()
    for key in {each.object_type for each in deliveries} & {kind.key for kind in record_types}:
        model = record_types[key].model
        rows = model._base_manager.filter(permissions.reach_condition(model, user))
        ids = {each.object_id for each in deliveries if each.object_type == key}
        found |= {(key, pk) for pk in rows.filter(pk__in=ids).values_list("pk", flat=True)}
    return found
