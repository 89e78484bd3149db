"""What is asked of the records of a type: conditions, words, order, place, fields, size."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from core.api.problems import SECONDS, ProblemError, wrong_parameter
from core.api.reading import chosen_names
from core.ids import number_in
from core.lists import ListDefinition, ListState
from core.lists.counts import Total, total_of
from core.lists.keyset import Page, Position, fetch_page
from core.lists.parts import MOST_PARTS
from core.models import User
from core.telling.records import RecordReader
from core.time_limits import at_most

USUAL, LARGEST = 50, 500
PARAMETERS = ("if", "q", "sort", "view", "fields", "after", "size", "count")
BODY = ("condition", "q", "sort", "view", "fields", "after", "size", "count")
TRUE, FALSE = ("true", "1"), ("false", "0", "")


@dataclass(frozen=True)
class Asked:
    """One question."""

    state: ListState
    fields: list[str] | None
    after: str
    size: int
    counts: bool


def from_address(definition: ListDefinition, user: User, query: MultiValueDict[str, str]) -> Asked:
    """`?if=status:is:new&sort=-created&fields=status,company.industry&size=100`."""
    _refuse_unknown(query.keys(), PARAMETERS)
    state = _state(definition, user, query.getlist("if"), query)
    return Asked(
        state,
        _fields(state, query.get("fields") or ""),
        query.get("after") or "",
        _size(query.get("size") or ""),
        _flag(query.get("count") or ""),
    )


def from_body(definition: ListDefinition, user: User, body: Mapping[str, Any]) -> Asked:
    """The same with the condition as JSON."""
    _refuse_unknown(body.keys(), BODY)
    condition = body.get("condition")
    given = [json.dumps(condition)] if condition else []
    texts = {name: _text_of(body, name) for name in ("q", "sort", "view", "after")}
    fields = body.get("fields") or []
    if not isinstance(fields, list) or not all(isinstance(name, str) for name in fields):
        raise wrong_parameter("fields", _("Give the fields as a list of texts."))
    state = _state(definition, user, given, texts)
    count = body.get("count", False)
    if not isinstance(count, bool):
        raise wrong_parameter("count", _("Say true or false."))
    size = _size(str(body.get("size", "")))
    return Asked(state, _fields(state, fields), texts["after"], size, count)


def _refuse_unknown(given: Any, known: tuple[str, ...]) -> None:
    for name in given:
        if name not in known:
            words = {"name": name[:60], "known": ", ".join(known)}
            raise wrong_parameter(
                str(name), _("“%(name)s” is not known here. There are: %(known)s.") % words
            )


def _text_of(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name, "")
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        raise wrong_parameter(name, _("Write a text."))
    return "" if value is None else str(value)


def _state(
    definition: ListDefinition, user: User, conditions: list[str], given: Mapping[str, Any]
) -> ListState:
    """The state of the list as its page would have it; but what it leaves out is refused here."""
    query = QueryDict(mutable=True)
    if conditions:
        query.setlist("if", conditions)
    for name in ("q", "sort", "view"):
        if given.get(name):
            query[name] = str(given[name])
    if len(conditions) > MOST_PARTS:
        raise wrong_parameter("if", _("Give %(most)s conditions at most.") % {"most": MOST_PARTS})
    state = ListState(definition, user, query)
    if query.get("view") and state.saved is None:
        raise wrong_parameter("view", _("There is no such view."))
    if state.refused:
        name = "view" if state.is_blocked else "if"
        raise wrong_parameter(name, state.refused[0].refusal)
    sort = query.get("sort", "")
    if sort and state.sort_column(sort.removeprefix("-")) is None:
        sentence = _("The records cannot be sorted by “%(name)s”.") % {"name": sort[:80]}
        raise wrong_parameter("sort", sentence)
    return state


def _fields(state: ListState, given: str | list[str]) -> list[str] | None:
    return chosen_names(state.kind, given, state.view) if given else None


def _size(text: str) -> int:
    if not text:
        return USUAL
    size = number_in(text, LARGEST)
    if not size:
        raise wrong_parameter("size", _("Ask for 1 to %(most)s at once.") % {"most": LARGEST})
    return size


def _flag(text: str) -> bool:
    if text.lower() not in (*TRUE, *FALSE):
        raise wrong_parameter("count", _("Say true or false."))
    return text.lower() in TRUE


def page_of(asked: Asked) -> dict[str, Any]:
    """The answer: one page of records, where the next one begins, and how many there are."""
    state = asked.state
    reader = RecordReader(state.kind, state.view, asked.fields, is_listed=True)
    with at_most(SECONDS):
        rows = state.rows()
        page = _fetch(asked, reader, rows)
        answer: dict[str, Any] = {
            "results": reader.read(page.rows),
            "next": _token(state, page.next_token),
            "previous": _token(state, page.previous_token),
        }
        if asked.counts:
            answer["count"] = _count(total_of(rows))
    return answer


def _fetch(asked: Asked, reader: RecordReader, rows: Any) -> Page:
    state = asked.state
    return fetch_page(
        reader.rows(rows),
        sort=state.order,
        descending=state.is_descending,
        size=asked.size,
        token=_place(state, asked.after),
    )


def _order_name(state: ListState) -> str:
    return f"{'-' if state.is_descending else ''}{state.sort.key if state.sort else ''}"


def _token(state: ListState, token: str) -> str | None:
    """A place holds for one order only."""
    return f"{token}.{_order_name(state)}" if token else None


def _place(state: ListState, given: str) -> str:
    if not given:
        return ""
    token, _dot, order = given.partition(".")
    if order != _order_name(state) or Position.from_token(token) is None:
        raise ProblemError(
            400,
            "invalid",
            _("This place is of another list or order. Begin again without “after”."),
            errors={"after": [_("Use what “next” or “previous” of an answer said.")]},
        )
    return token


def _count(total: Total) -> dict[str, Any]:
    return {
        "number": total.number,
        "is_estimate": total.is_about,
        "is_more": total.is_more,
    }
