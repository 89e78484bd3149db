"""Records that are probably the same: the queue, what is said about them, merging."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.base import ApiView, body_of, user_of
from core.api.described import (
    FLAG,
    ID,
    IDEMPOTENCY,
    NUMBER,
    TEXT,
    WRITE_FAILS,
    Json,
    described,
    listed,
    query,
    thing,
)
from core.api.idempotency import once
from core.api.problems import InvalidError
from core.ids import is_id
from core.models import ChangeSet, User
from core.services.jobs import start_run
from core.tasks import wake
from crm.queries.compared import COMPARED
from crm.queries.duplicates import duplicates_told, search_at_work, types_for
from crm.queries.merges import MERGE, may_unmerge
from crm.services.duplicate_pairs import RIGHT, dismiss_by_number
from crm.services.merging.merging import MOST, merge_records
from crm.services.merging.undoing import undo_merge

TYPE: Json = {"enum": list(COMPARED)}
IDS: Json = {"type": "array", "items": ID, "minItems": 1, "maxItems": 200}
SHARE: Json = {"type": "number", "minimum": 0, "maximum": 1}
PAIR = thing(
    {
        "id": ID,
        "type": TYPE,
        "records": {"type": "array", "items": ID, "minItems": 2, "maxItems": 2},
        "probability": SHARE,
        "reasons": {
            "type": "array",
            "items": thing({"text": TEXT, "speaks_for": FLAG}),
        },
    }
)


def _type_in(given: Any, user: User) -> str:
    """A record type that is searched for duplicates and that the user may see."""
    known = [each.key for each in types_for(user)]
    if given not in known:
        raise InvalidError({"type": [_("Name one of: %(names)s.") % {"names": ", ".join(known)}]})
    return str(given)


def _ids_in(body: Json, name: str, most: int = 200) -> list[int]:
    given = body.get(name)
    if not isinstance(given, list) or not 1 <= len(given) <= most or not all(map(is_id, given)):
        raise InvalidError({name: [_("Give a list of numbers.")]})
    return [int(each) for each in given]


class Duplicates(ApiView):
    """The open pairs of which the caller may see both records, the likeliest first."""

    rights = {"GET": RIGHT}

    @described(
        "Possible duplicates",
        query=(
            query("type", "The record type.", TYPE),
            query("min_probability", "Only pairs at least as likely.", SHARE),
            query("after", "What `next` of the page before says."),
        ),
        answers={200: listed(PAIR)},
    )
    def get(self, request: Request) -> Response:
        user = user_of(request)
        object_type = _type_in(request.query_params.get("type", "crm.contact"), user)
        least = _share(request.query_params.get("min_probability", "0"))
        token = request.query_params.get("after", "")
        pairs, following = duplicates_told(object_type, user, least=least, token=token)
        return Response({"results": pairs, "next": following or None})


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise InvalidError({"min_probability": [_("Give a number from 0 to 1.")]})
    return share


class DuplicatesDismiss(ApiView):
    """Pairs that are not the same."""

    rights = {"POST": RIGHT}

    @described(
        "Say that pairs are not duplicates",
        description="They return when one of their records changes. Pairs that are not open are left out.",
        takes=thing({"type": TYPE, "ids": IDS}),
        headers=(IDEMPOTENCY,),
        answers={200: thing({"dismissed": NUMBER})},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request) -> Response:
        body, user = body_of(request), user_of(request)
        object_type = _type_in(body.get("type"), user)
        count = dismiss_by_number(
            object_type=object_type, pairs=_ids_in(body, "ids"), by=user, at=timezone.now()
        )
        return Response({"dismissed": count})


class DuplicatesSearch(ApiView):
    """The search, on demand; while one is at work, it is the answer."""

    rights = {"POST": RIGHT}

    @described(
        "Search for duplicates now",
        description="Answers the number of the run; follow it under /jobs/.",
        headers=(IDEMPOTENCY,),
        answers={201: thing({"run": ID})},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request) -> Response:
        run = search_at_work()
        if run is None:
            user, now = user_of(request), timezone.now()
            run = start_run(kind="crm.duplicate_keys", by=user, as_of=now)
            wake(run.pk)
        return Response({"run": run.pk}, status=201)


class Merge(ApiView):
    """Several records become one."""

    rights = {"POST": RIGHT}

    @described(
        "Merge records",
        description=(
            "The losers go into the bin, what points to them moves. `winners` says by field from which of "
            "the records the value is taken; other fields stay as the survivor has them."
        ),
        takes=thing(
            {
                "type": TYPE,
                "survivor": ID,
                "losers": {**IDS, "maxItems": MOST - 1},
                "winners": {"type": "object", "additionalProperties": ID},
            },
            required=["type", "survivor", "losers"],
        ),
        headers=(IDEMPOTENCY,),
        answers={200: thing({"survivor": ID, "change": ID})},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request) -> Response:
        body, user = body_of(request), user_of(request)
        object_type = _type_in(body.get("type"), user)
        survivor = body.get("survivor")
        if not isinstance(survivor, int) or not is_id(survivor):
            raise InvalidError({"survivor": [_("Give the number of a record.")]})
        change = merge_records(
            kind=COMPARED[object_type].kind,
            survivor=survivor,
            losers=_ids_in(body, "losers", MOST - 1),
            winners=_winners(body.get("winners", {})),
            by=user,
            at=timezone.now(),
        )
        return Response({"survivor": survivor, "change": change.pk})


def _winners(given: Any) -> Mapping[str, int]:
    if not isinstance(given, dict) or not all(is_id(pk) for pk in given.values()):
        raise InvalidError({"winners": [_("Give the number of a record for each field.")]})
    return {str(name): int(pk) for name, pk in given.items()}


class MergeUndo(ApiView):
    """A merge is taken back."""

    rights = {"POST": RIGHT}

    @described(
        "Undo a merge",
        description="`change` is the number that merging answered. What was changed since stays.",
        headers=(IDEMPOTENCY,),
        answers={200: thing({"survivor_left": FLAG, "links_left": NUMBER})},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        change = get_object_or_404(ChangeSet, pk=pk, action=MERGE)
        if not may_unmerge(change, user_of(request)):
            raise Http404
        done = undo_merge(change_set=change, by=user_of(request), at=timezone.now())
        return Response({"survivor_left": done.survivor_left, "links_left": done.links_left})
