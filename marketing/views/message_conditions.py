"""For whom a block of a letter is shown."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from core.conditions import Viewpoint, from_json
from core.errors import Refused
from core.filters.builder import Builder
from core.filters.drafts import Branch, Line, draft_from, draft_of
from core.pages import UNPROCESSABLE, leave_for, target_of
from core.permissions import requires, user_of
from marketing.pages.content import Place
from marketing.queries.segment_rules import contact_type
from marketing.services.messages.saving import save_text, text_of
from marketing.views.content import EDIT, place_at

FORM, READS = "block-condition", "rule-reads"


@requires(EDIT)
def message_condition(request: HttpRequest, pk: int, block: str) -> HttpResponse:
    """The condition of a block, as lines; without lines everybody sees it."""
    place = place_at(request, pk)
    view = Viewpoint(user_of(request), timezone.localtime())
    row = text_of(place.message, place.language)
    found = (
        next((b for b in row.body if b["id"] == block), None)
        if isinstance(row.body, list)
        else None
    )
    if found is None:
        raise Http404
    is_done = bool({"save", "everybody"} & set(request.POST))
    builder = _builder(request, found.get("condition"), view, is_applied="save" in request.POST)
    refusal = ""
    if is_done:
        try:
            condition = {} if "everybody" in request.POST else _condition(builder)
            _save(request, place, row, block, condition)
            return leave_for(request, place.url(block=block))
        except Refused as error:
            refusal = str(error)
    context = {
        "place": place,
        "builder": builder,
        "refusal": refusal,
        "action": f"{request.path}?language={place.language}",
        "back": place.url(block=block),
    }
    return _answer(request, context, is_refused=is_done)


def _answer(request: HttpRequest, context: dict[str, Any], *, is_refused: bool) -> HttpResponse:
    target = target_of(request)
    if target == READS:
        return render(request, "marketing/messages/condition_reads.html", context)
    name = "condition_form" if target == FORM else "condition"
    status = UNPROCESSABLE if is_refused else 200
    answer = render(request, f"marketing/messages/{name}.html", context, status=status)
    answer["Vary"] = "HX-Request"
    return answer


def _builder(request: HttpRequest, stored: Any, view: Viewpoint, *, is_applied: bool) -> Builder:
    if "entry" in request.POST:
        draft = draft_from(request.POST)
    elif stored:
        draft = draft_of(from_json(stored))
    else:
        draft = Branch(entries=(Line(),))
    return Builder(draft, contact_type(), view, is_applied=is_applied)


def _condition(builder: Builder) -> dict[str, Any]:
    """What the lines ask; nothing where none of them asks anything."""
    if builder.condition is None and not builder.refusals:
        return {}
    return builder.answer().as_json()


def _save(
    request: HttpRequest, place: Place, row: Any, block: str, condition: dict[str, Any]
) -> None:
    body = [
        {
            **{name: value for name, value in each.items() if name != "condition"},
            "condition": condition,
        }
        if each["id"] == block
        else each
        for each in row.body
    ]
    said = {"subject": row.subject, "preview": row.preview, "body": body}
    message = place.message
    save_text(
        message=message,
        language=place.language,
        said=said,
        version=message.version,
        by=user_of(request),
        at=timezone.now(),
    )
