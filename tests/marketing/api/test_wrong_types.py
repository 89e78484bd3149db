"""Every member of every body that marketing takes by program, in turn as something else: told, never a fault."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from core.models import User
from core.registries import record_types
from tests.core.api.callers import Caller
from tests.factories import ContactFactory, PurposeFactory, SegmentFactory
from tests.house.addresses import Address, addresses
from tests.marketing.campaigns import draft, owner, people, purpose

pytestmark = pytest.mark.django_db

Body = dict[str, Any]
WRITES = ("post", "patch", "put")
ODD: list[Any] = [
    *(None, True, False, 0, -1, 2**63, 10**30, 0.5, 1e308),
    *("", " ", "x", "x" * 5_000, "²", "\x00", "\ud800", "{{", "2026-02-31T25:61", "24:60"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    *([], [[]], [None], [{}], ["x"] * 3, {}, {"id": 1}, {"x": []}, {"": None}, {"and": [{}]}),
]
TURNS = 15  # the values take turns, unless all are asked for
CONDITION = {"field": "job_title", "operator": "is", "value": ["Buyer"]}
ALL = {"id": "abcd1", "spacing": "airy", "phones": False, "condition": CONDITION}
LINK = "https://example.org/{{given_name}}"
BLOCKS = [
    {"kind": "heading", "text": "Hi", "level": "1", **ALL},
    {"kind": "text", "html": "<div>Hi {{given_name|you}}</div>"},
    {"kind": "image", "image": None, "alt": "A picture", "url": LINK},
    {"kind": "button", "text": "Go", "url": LINK},
    {"kind": "columns", "title1": "One", "text1": "First"},
    {"kind": "quote", "text": "Well", "by": "Ann"},
]


def _word() -> Body:
    said = {"contact": ContactFactory().pk, "purpose": PurposeFactory().pk, "channel": "email"}
    return {**said, "state": "granted", "details": "Shop", "at": "2026-01-01T00:00:00Z"}


def _plan() -> Body:
    return {
        "purpose": purpose().pk,
        "segments": [SegmentFactory(owner=owner()).pk],
        "excluded": [SegmentFactory(owner=owner()).pk],
        "condition": CONDITION,
        "held_out_percent": 10,
        "goal": "won",
        "goal_days": 20,
        "cost": "12.50",
        "sender_name": "Ann",
        "sender_address": "ann@example.com",
        "reply_to": "ann@example.com",
        "test_percent": 20,
        "decision": "hand",
        "test_metric": "click",
        "test_hours": 4,
        "begins_at": "2030-01-01T08:00:00Z",
        "is_local": True,
        "window_from": "09:00",
        "window_to": "17:00",
        "weekdays": [0, 1],
        "per_minute": 60,
    }


def _purpose() -> Body:
    said = {"name": "Fairs", "public_names": {"en": "Fairs"}, "description": "Where we are"}
    return {**said, "is_confirmed": True}


def _setup() -> Body:
    return {
        "fields": [{"name": "email", "required": True}],
        "purposes": [PurposeFactory().pk],
        "consent_text": "Yes",
        "is_confirmed": True,
        "intro": "Hello",
        "button": "Go",
        "redirect_url": "https://example.com/thanks",
        "websites": ["https://example.com"],
    }


# A body that is taken, by the name of the address.
GOOD: dict[str, Callable[[], Body]] = {
    "api_campaign_plan": _plan,
    "api_campaign_sending": lambda: {"step": "schedule", "why": "It is time"},
    "api_campaign_winner": lambda: {"variant": "A"},
    "api_purposes": _purpose,
    "api_purpose_detail": lambda: {**_purpose(), "is_archived": False},
    "api_consents": lambda: {"words": [_word()]},
    "api_suppressions": lambda: {"add": ["a@b.de"], "remove": ["c@d.de"], "details": "Asked"},
    "api_webform_setup": _setup,
    "api_messages": lambda: {"name": "News", "starter": "welcome"},
    "api_message_text": lambda: {"subject": "a", "preview": "b", "body": BLOCKS, "version": 1},
    "api_segment_count": lambda: {"condition": CONDITION},
    "api_segment_members": lambda: {
        "add": [ContactFactory().pk],
        "remove": [ContactFactory().pk],
    },
    "api_segment_reconcile": dict,
    "api_campaign_create": lambda: {"name": "Spring"},
    "api_segment_create": lambda: {"name": "A", "kind": "dynamic", "condition": CONDITION},
    "api_webform_create": lambda: {"name": "News", "title": "News"},
}
# What is refused as the campaign stands: no variant is chosen in a draft.
REFUSED = {"api_campaign_winner"}


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a body: members, and those of members."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for key, each in inner:
        yield from _places(each, (*path, key))


def _with(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    if not path:
        return other
    made = dict(value) if isinstance(value, dict) else list(value)
    made[path[0]] = _with(value[path[0]], path[1:], other)
    return made


def _without(value: Any, path: tuple[Any, ...]) -> Any:
    made = dict(value) if isinstance(value, dict) else list(value)
    if path[1:]:
        made[path[0]] = _without(value[path[0]], path[1:])
    else:
        del made[path[0]]
    return made


def _ends() -> Iterator[tuple[str, str, Address]]:
    for address in addresses():
        cls = getattr(address.view, "cls", None)
        if not address.is_api or cls is None or not cls.__module__.startswith("marketing."):
            continue
        for method in WRITES:
            if hasattr(cls, method):
                yield address.name, method, address


ENDS = list(_ends())
KINDS = [kind for kind in record_types if kind.key.startswith("marketing.")]


class Sender:
    """Sends; nothing that is written stays."""

    def __init__(self, user: User) -> None:
        self.caller = Caller(user)
        self.caller.client.raise_request_exception = False

    def __call__(self, method: str, path: str, body: Any) -> HttpResponse:
        with transaction.atomic():
            answer = getattr(self.caller, method)(path, body)
            transaction.set_rollback(True)
        return answer


def _faults(send: Sender, method: str, path: str, good: Body, turn: int | None) -> list[Any]:
    found = []
    for number, place in enumerate(_places(good)):
        odd = ODD if turn is None else ODD[(number + turn) % TURNS :: TURNS]
        tried = [(value, _with(good, place, value)) for value in odd]
        for value, body in [*tried, ("missing", _without(good, place))]:
            status = send(method, path, body).status_code
            if status >= 500 or status in (401, 403, 404, 429):
                found.append((place, value, status))
    return found


def _path(address: Address) -> str:
    if address.name == "api_campaign_sending":
        people(2, purpose())
        return f"campaigns/{draft().pk}/sending/"
    if address.name == "api_segment_reconcile":
        segment = SegmentFactory(owner=owner(), kind="dynamic", condition=CONDITION)
        return f"segments/{segment.pk}/reconcile/"
    return address.url(owner()).removeprefix("/api/v1/")


def test_each_end_point_has_a_body_that_holds_all_its_members() -> None:
    names = {f"api_{kind.key.partition('.')[2]}_create" for kind in KINDS}
    assert {name for name, _method, _address in ENDS} | names == GOOD.keys()
    for name, method, address in ENDS:
        operation = getattr(address.view.cls, method).operation  # type: ignore[attr-defined]
        known = set((operation.takes or {}).get("properties", {}))
        assert GOOD[name]().keys() >= known, name


@pytest.mark.parametrize(
    "turn",
    [pytest.param(0, id="some"), pytest.param(None, id="all", marks=pytest.mark.acceptance)],
)
@pytest.mark.parametrize(("name", "method", "address"), ENDS, ids=[name for name, *_ in ENDS])
def test_no_member_of_another_kind_is_a_fault(
    name: str, method: str, address: Address, turn: int | None
) -> None:
    send, path, good = Sender(owner()), _path(address), GOOD[name]()
    taken = send(method, path, good)
    assert (taken.status_code < 300) != (name in REFUSED), taken.content
    assert _faults(send, method, path, good, turn) == []


@pytest.mark.parametrize(
    "turn",
    [pytest.param(1, id="some"), pytest.param(None, id="all", marks=pytest.mark.acceptance)],
)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
def test_no_field_of_another_kind_is_a_fault(kind: Any, turn: int | None) -> None:
    noun = kind.key.partition(".")[2]
    send, good = Sender(owner()), GOOD[f"api_{noun}_create"]()
    path = reverse(f"api_{noun}_list").removeprefix("/api/v1/")
    taken = send("post", path, good)
    assert taken.status_code == 201, taken.content
    fields = {field.name: None for field in kind.fields if field.is_own and not field.via}
    whole = {**fields, **good}
    assert _faults(send, "post", path, whole, turn) == []
