"""Campaigns by program: their steps from draft to sent, how it goes, whom they reach, the winner."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core import permissions
from core.api import lists
from core.api.base import ApiView, body_of, user_of
from core.api.described import (
    FLAG,
    ID,
    IDEMPOTENCY,
    MAYBE_MOMENT,
    MAYBE_TEXT,
    NUMBER,
    TEXT,
    WRITE_FAILS,
    Json,
    described,
    listed,
    query,
    ref,
    thing,
)
from core.api.idempotency import once
from core.api.problems import InvalidError, wrong_parameter
from core.telling.values import moment
from marketing.api.asking import is_text, only
from marketing.choices import Arm, CampaignState, RecipientState
from marketing.models import Campaign, Recipient
from marketing.queries.sending import progress_of, recipients_of
from marketing.services.campaigns.preflight import checks, numbers
from marketing.services.campaigns.steps import STEPS, open_steps, take_step
from marketing.services.campaigns.winners import choose_winner
from marketing.services.sending.why import why
from marketing.services.sending.words import why_not
from marketing.tasks import wake_sender

VIEW, EDIT = "marketing.campaign.view", "marketing.campaign.edit"
WRITE = {"headers": (IDEMPOTENCY,), "fails": WRITE_FAILS}
STATE: Json = {"type": "string", "enum": list(RecipientState.values)}
STEP: Json = {"type": "string", "enum": list(STEPS)}
LETTER: Json = {"type": "string", "maxLength": 1}
STANDING = thing(
    {
        "campaign": ID,
        "state": {"type": ["string", "null"], "enum": [*CampaignState.values, None]},
        "says": {
            "type": "array",
            "items": TEXT,
            "description": "Why it is or is not sending, the most important sentence first.",
        },
        "recipients": {
            "type": "object",
            "additionalProperties": NUMBER,
            "description": "How many by state, as far as they are gathered.",
        },
        "per_minute": {"type": "number"},
        "began": MAYBE_MOMENT,
        "ended": MAYBE_MOMENT,
        "steps": {
            "type": "array",
            "items": STEP,
            "description": "What the caller may do with it now.",
        },
    }
)


class OfCampaign(ApiView):
    """An end point of one campaign."""

    def campaign(self, request: Request, pk: int, action: str = "view") -> Campaign:
        rows = Campaign.objects.visible_to(user_of(request), action)
        found: Campaign | None = rows.select_related("owner", "purpose").filter(pk=pk).first()
        if found is None:
            raise Http404
        return found


class CampaignSending(OfCampaign):
    """How the sending goes; the next step."""

    rights = {"GET": VIEW, "POST": VIEW}

    @described("Why a campaign is or is not sending, and how far it is", answers={200: STANDING})
    def get(self, request: Request, pk: int) -> Response:
        return self._standing(request, pk)

    @described(
        "Take a step with a campaign",
        description="`schedule` lets it go at its time, or now where it has none; `ask` asks for an approval and "
        "`approve` gives it; `draft` takes it back (`why` tells whoever asked); `pause`, `resume`, `cancel`; `again` "
        "sends to those of whom it is not known whether they got it. Sending and approving need the rights for it, "
        "as on the page; what may not be done now is refused with the sentence that says why.",
        takes=thing({"step": STEP, "why": {"type": "string", "maxLength": 300}}, required=["step"]),
        answers={200: STANDING},
        **WRITE,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        campaign, body = self.campaign(request, pk), body_of(request)
        only(body, "step", "why")
        step, reason = body.get("step"), body.get("why", "")
        if not is_text(reason) or len(reason) > 300:
            raise InvalidError(
                {"why": [_("Say why in up to %(most)s characters.") % {"most": 300}]}
            )
        taken = (
            take_step(
                step, campaign=campaign, by=user_of(request), at=timezone.now(), why=reason.strip()
            )
            if isinstance(step, str)
            else None
        )
        if taken is None:
            said = _("This is no step of a campaign. There are: %(steps)s.")
            raise InvalidError({"step": [said % {"steps": ", ".join(STEPS)}]})
        if taken.wakes:
            wake_sender(pk)
        return self._standing(request, pk)

    def _standing(self, request: Request, pk: int) -> Response:
        campaign, user, now = self.campaign(request, pk), user_of(request), timezone.now()
        access, progress = permissions.access_of(user), progress_of(campaign, now)
        is_seen = access.sees("marketing.campaign.state")
        return Response(
            {
                "campaign": campaign.pk,
                "state": campaign.state if is_seen else None,
                "says": [
                    " ".join(filter(None, (each.lead, each.text)))
                    for each in why(campaign, progress, now)
                ]
                if is_seen
                else [],
                "recipients": progress.counts,
                "per_minute": progress.per_minute,
                "began": _seen_moment(access, "started", campaign.started_at),
                "ended": _seen_moment(access, "finished", campaign.finished_at),
                "steps": [step for step, is_open in open_steps(campaign, user).items() if is_open],
            }
        )


def _seen_moment(access: permissions.Access, name: str, value: Any) -> str | None:
    return moment(value) if access.sees(f"marketing.campaign.{name}") else None


class CampaignChecks(OfCampaign):
    """What is looked at before a campaign is sent."""

    rights = {"GET": EDIT}

    @described(
        "What stands in the way of sending, and how many people would get it",
        description="Counted in the eyes of who owns the campaign, as when it is sent; `recipients` is null where "
        "counting takes too long.",
        answers={
            200: thing(
                {
                    "is_ready": FLAG,
                    "recipients": {"type": ["integer", "null"]},
                    "held_out": {"type": ["integer", "null"]},
                    "checks": {
                        "type": "array",
                        "items": thing({"level": {"enum": ["stop", "look", "good"]}, "says": TEXT}),
                    },
                }
            )
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        campaign, now = self.campaign(request, pk, "edit"), timezone.now()
        counted = numbers(campaign, now)
        found = checks(campaign, counted, now, user_of(request))
        is_counted = not counted.sentence
        return Response(
            {
                "is_ready": not any(each.is_stop for each in found),
                "recipients": counted.recipients if is_counted else None,
                "held_out": counted.held_out if is_counted else None,
                "checks": [{"level": each.level, "says": each.sentence} for each in found],
            }
        )


MOMENTS = (
    "sent",
    "opened",
    "clicked",
    "replied",
    "bounced",
    "complained",
    "unsubscribed",
    "converted",
)
RECIPIENT = thing(
    {
        "id": ID,
        "contact": ref("Link"),
        "address": MAYBE_TEXT,
        "arm": {"type": "string", "enum": list(Arm.values)},
        "variant": MAYBE_TEXT,
        "state": STATE,
        "why": {**MAYBE_TEXT, "description": "Why it was not sent, or the mail server's answer."},
        **dict.fromkeys(MOMENTS, MAYBE_MOMENT),
    }
)


class CampaignRecipients(OfCampaign):
    """Who got it, who did not and why."""

    rights = {"GET": VIEW}

    @described(
        "Recipients whose contacts the caller sees",
        description="Opens and clicks are those of people; what machines did is not told here.",
        query=(
            *lists.PAGING,
            query("state", "Only those in this state.", STATE),
            query("variant", "Only those of this variant, by its letter.", LETTER),
        ),
        answers={200: listed(RECIPIENT)},
    )
    def get(self, request: Request, pk: int) -> Response:
        campaign, user = self.campaign(request, pk), user_of(request)
        access = permissions.access_of(user)

        def told(row: Recipient) -> Json:
            is_sent = row.state == RecipientState.SENT
            moments = {name: moment(getattr(row, f"{name}_at")) for name in MOMENTS}
            return {
                "id": row.pk,
                "contact": {"id": row.contact_id, "name": row.contact.name_for(access)},
                "address": row.address if access.sees("crm.contact.email") else None,
                "arm": row.arm,
                "variant": row.variant.letter if row.variant else None,
                "state": row.state,
                "why": None if is_sent or not row.reason else why_not(row.reason),
                **moments,
            }

        rows = recipients_of(campaign, user).filter(**_wanted(request))
        return lists.answer(request, rows, told)


def _wanted(request: Request) -> dict[str, Any]:
    asked = request.query_params
    found: dict[str, Any] = {}
    if state := asked.get("state", ""):
        if state not in RecipientState.values:
            said = _("There is no such state. There are: %(states)s.")
            raise wrong_parameter("state", said % {"states": ", ".join(RecipientState.values)})
        found["state"] = state
    if letter := asked.get("variant", ""):
        found["variant__letter"] = letter[:1].upper()
    return found


class CampaignWinner(OfCampaign):
    """Which variant the rest gets."""

    rights = {"POST": EDIT}

    @described(
        "Decide which variant the rest of the audience gets",
        description="Once, while the campaign is being sent; everybody who waits for the decision gets it.",
        takes=thing({"variant": LETTER}),
        answers={200: thing({"variant": LETTER, "released": NUMBER})},
        **WRITE,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        campaign, body = self.campaign(request, pk, "edit"), body_of(request)
        only(body, "variant")
        letter = body.get("variant")
        rows = campaign.variants.filter(letter=letter) if is_text(letter) else None
        variant = rows.first() if rows is not None else None
        if variant is None:
            sentence = _("This campaign has no such variant. Choose one of the list.")
            raise InvalidError({"variant": [sentence]})
        count = choose_winner(
            campaign=campaign, variant=variant, by=user_of(request), at=timezone.now()
        )
        wake_sender(pk)
        return Response({"variant": variant.letter, "released": count})
