"""What a campaign is to do, by program: its audience, sender, test and time, read and changed."""

from collections.abc import Mapping
from datetime import datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core import permissions
from core.api.base import body_of, user_of
from core.api.described import (
    FLAG,
    ID,
    MAYBE_MOMENT,
    MAYBE_NUMBER,
    MAYBE_TEXT,
    NUMBER,
    TEXT,
    WRITE_FAILS,
    Json,
    described,
    thing,
)
from core.api.problems import InvalidError
from core.models import User
from core.permissions import Access
from core.telling.values import amount, moment
from marketing.api.asking import (
    Is,
    all_are,
    checked_types,
    is_flag,
    is_id,
    is_number,
    is_text,
    is_thing,
    maybe,
    moment_in,
    require_valid,
)
from marketing.api.campaigns import EDIT, VIEW, OfCampaign
from marketing.choices import Decision, Goal
from marketing.forms.campaigns import AudienceForm, TestForm
from marketing.forms.sending import NOW, ScheduleForm
from marketing.models import Campaign, Segment
from marketing.services.campaigns.drafts import require_change, set_audience

MOST_SEGMENTS = 200
SEGMENTS: Json = {"type": "array", "maxItems": MOST_SEGMENTS, "items": ID}
HOUR: Json = {"type": "string", "pattern": r"^\d\d:\d\d$"}
PLAN: Json = {
    "purpose": MAYBE_NUMBER,
    "segments": SEGMENTS,
    "excluded": SEGMENTS,
    "condition": {
        "type": "object",
        "description": "As in the body of `contacts/query/`; empty: no condition.",
    },
    "held_out_percent": {"type": "integer", "minimum": 0, "maximum": 50},
    "goal": {"enum": [*Goal.values, None]},
    "goal_days": {"type": "integer", "minimum": 1, "maximum": 365},
    "cost": MAYBE_TEXT,
    "sender_name": TEXT,
    "sender_address": TEXT,
    "reply_to": TEXT,
    "test_percent": {"type": "integer", "minimum": 1, "maximum": 100},
    "decision": {"enum": list(Decision.values)},
    "test_metric": {"enum": list(Goal.values)},
    "test_hours": {"type": "integer", "minimum": 1, "maximum": 720},
    "begins_at": {**MAYBE_MOMENT, "description": "Empty: at once when it is scheduled."},
    "is_local": FLAG,
    "window_from": HOUR,
    "window_to": HOUR,
    "weekdays": {
        "type": "array",
        "items": {"type": "integer", "minimum": 0, "maximum": 6},
        "description": "0 is Monday.",
    },
    "per_minute": MAYBE_NUMBER,
}
TOLD = thing(
    {
        "campaign": ID,
        **PLAN,
        "variants": {
            "type": "array",
            "items": thing({"variant": TEXT, "message": ID, "weight": NUMBER}),
        },
    }
)
KINDS: Mapping[str, Is] = {
    "purpose": maybe(is_id),
    "segments": all_are(is_id, MOST_SEGMENTS),
    "excluded": all_are(is_id, MOST_SEGMENTS),
    "condition": is_thing,
    "held_out_percent": is_number,
    "goal": is_text,
    "goal_days": is_number,
    "cost": maybe(is_text),
    "sender_name": is_text,
    "sender_address": is_text,
    "reply_to": is_text,
    "test_percent": is_number,
    "decision": is_text,
    "test_metric": is_text,
    "test_hours": is_number,
    "begins_at": maybe(is_text),
    "is_local": is_flag,
    "window_from": is_text,
    "window_to": is_text,
    "weekdays": all_are(is_number, 7),
    "per_minute": maybe(is_number),
}
# What the forms of the pages call them.
NAMES = {"holdout": "held_out_percent", "test_share": "test_percent"}
# Members whose fields a role may not see or not change.
RULES = {"goal": "goal", "cost": "cost", "begins_at": "scheduled"}


class CampaignPlan(OfCampaign):
    """Whom it goes to, from whom, how it is tested, when."""

    rights = {"GET": VIEW, "PATCH": EDIT}

    @described(
        "Whom a campaign goes to, from whom, how it is tested, and when",
        description="Of the segments those that the caller sees. The messages of the variants are read and written "
        "under `messages/`.",
        answers={200: TOLD},
    )
    def get(self, request: Request, pk: int) -> Response:
        return Response(_told(self.campaign(request, pk), user_of(request)))

    @described(
        "Change the plan of a campaign that is not being sent yet",
        description="Only what is given is changed. An approval that was given is asked for again when the plan "
        "changes after it.",
        takes=thing(PLAN, required=[]),
        answers={200: TOLD},
        fails=WRITE_FAILS,
    )
    def patch(self, request: Request, pk: int) -> Response:
        campaign, user, body = (
            self.campaign(request, pk, "edit"),
            user_of(request),
            body_of(request),
        )
        checked_types(body, KINDS)
        _refuse_hidden(body, permissions.access_of(user))
        require_change(campaign, user)
        segments, excluded = _filled(campaign, body, user)
        set_audience(
            campaign=campaign,
            segments=segments,
            excluded=excluded,
            by=user,
            at=timezone.now(),
        )
        return Response(_told(self.campaign(request, pk), user))


def _told(campaign: Campaign, user: User) -> Json:
    access, seen = permissions.access_of(user), _seen_segments(campaign, user)
    names = ("goal_days", "sender_name", "sender_address", "reply_to", "decision", "test_metric")
    found = {
        "campaign": campaign.pk,
        "purpose": campaign.purpose_id,
        **seen,
        "condition": campaign.condition,
        "held_out_percent": round(campaign.holdout_share * 100),
        "goal": campaign.goal,
        "cost": amount(campaign.cost),
        "test_percent": round(campaign.test_share * 100),
        **{name: getattr(campaign, name) for name in names},
        "test_hours": campaign.test_hours,
        "begins_at": moment(campaign.scheduled_at),
        "is_local": campaign.is_local,
        "window_from": _hour(campaign.window_from),
        "window_to": _hour(campaign.window_to),
        "weekdays": campaign.weekdays,
        "per_minute": campaign.per_minute,
        "variants": [
            {"variant": each.letter, "message": each.message_id, "weight": each.weight}
            for each in campaign.variants.all()
        ],
    }
    hidden = {name: None for name in RULES if not access.sees(_rule(name))}
    return {**found, **hidden}


def _rule(name: str) -> str:
    return f"marketing.campaign.{RULES[name]}"


def _hour(value: time) -> str:
    return f"{value:%H:%M}"


def _seen_segments(campaign: Campaign, user: User) -> dict[str, list[int]]:
    seen = Segment.objects.visible_to(user)
    return {
        name: sorted(seen.filter(pk__in=rows.all()).values_list("pk", flat=True))
        for name, rows in (("segments", campaign.segments), ("excluded", campaign.excluded))
    }


def _refuse_hidden(body: Json, access: Access) -> None:
    for name in RULES.keys() & body.keys():
        if not access.edits(_rule(name)):
            raise InvalidError({name: [_("Your role may not change this field.")]})


def _filled(campaign: Campaign, body: Json, user: User) -> tuple[list[Segment], list[Segment]]:
    """The campaign with what the body says, judged as the pages judge it; its segments."""
    asked = AudienceForm(campaign=campaign, user=user)
    audience = AudienceForm(
        {**asked.initial, "name": campaign.name, **_named(body)}, campaign=campaign, user=user
    )
    require_valid(audience, NAMES)
    goal = audience.cleaned_data["goal"]
    asked_test = TestForm(campaign=campaign, goal=goal)
    test = TestForm({**asked_test.initial, **_named(body)}, campaign=campaign, goal=goal)
    require_valid(test, NAMES)
    schedule = ScheduleForm(
        {**ScheduleForm(campaign=campaign).initial, **_named(body), "begins": NOW},
        campaign=campaign,
    )
    require_valid(schedule)
    begins = _begins(body) if "begins_at" in body else campaign.scheduled_at
    for form in (audience, test, schedule):
        form.filled()
    campaign.scheduled_at = begins
    if "condition" in body:
        campaign.condition = body["condition"]
    return list(audience.chosen("segments")), list(audience.chosen("excluded"))


def _named(body: Json) -> Json:
    """By the names of the forms."""
    named = {told: name for name, told in NAMES.items()}
    return {named.get(name, name): value for name, value in body.items()}


def _begins(body: Json) -> datetime | None:
    text = body["begins_at"]
    if text is None:
        return None
    found = moment_in(text)
    if found is None:
        raise InvalidError({"begins_at": [_("Write a moment with its time zone.")]})
    return found
