"""Before sending: what stands in the way, what is worth a look. Only what is illegal, broken or a slip stops.

There is one list. The step Schedule shows all of it, the step Content what concerns its message, and whatever stops.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import permissions
from core.company import company
from core.errors import Refused
from core.models import User
from core.values import grouped
from marketing.choices import Channel, Decision, Goal
from marketing.models import Campaign, Message, Website
from marketing.queries.audiences import Audience, AudienceNumbers, numbers_of
from marketing.queries.merge_fields import MergeFields
from marketing.queries.segment_rules import view_of
from marketing.services.campaigns.links import links_in
from marketing.services.messages.checks import (
    MOST_TOLD,
    answer_checks,
    footer_check,
    links_check,
    links_in_letter,
    reader_checks,
    text_checks,
)
from marketing.services.messages.drafts import Draft, drafts_of
from marketing.services.messages.findings import GOOD, LOOK, STOP, Check, in_order
from marketing.services.messages.link_checks import asked_of
from marketing.services.messages.parts import shortened
from marketing.services.messages.tokens import written
from marketing.services.sending.addresses import is_address
from marketing.services.sending.lines import is_delivering
from marketing.services.sending.pace import mail_settings
from marketing.services.sending.senders import sender_of

SETTINGS = "core.settings.manage"


def stops(campaign: Campaign, at: datetime, by: User) -> list[Check]:
    """What has to be mended before it can be sent."""
    found = _stops(campaign, numbers(campaign, at), drafts_of(campaign), at, by)
    return [check for check in found if check.is_stop]


def checks(campaign: Campaign, counted: AudienceNumbers, at: datetime, by: User) -> list[Check]:
    """Everything that was looked at, what stops first."""
    drafts = drafts_of(campaign)
    found = [
        *_stops(campaign, counted, drafts, at, by),
        *_readers(drafts, at, by),
        *_differences(campaign, drafts),
        *_links(campaign, at),
        *_test(campaign),
        *_goal(campaign, by),
        *_time(campaign, at),
        *_address_of_links(by),
    ]
    return in_order(found)


def letter_checks(
    message: Message, campaign: Campaign | None, at: datetime, by: User
) -> tuple[list[Check], AudienceNumbers | None]:
    """The part of the list that concerns one message, and whatever stops; and the numbers of the audience."""
    drafts = [Draft.of(message)] if campaign is None else drafts_of(campaign)
    draft = next(each for each in drafts if each.message.pk == message.pk)
    own = text_checks(draft)
    mine = [*own, *(check for _draft, check in reader_checks([draft], by, at))]
    mine += answer_checks(links_in_letter(message, campaign, by), at)
    postal = list(_postal(by))
    if draft.rows:
        mine += [] if postal else [footer_check(draft)]
        mine += [] if own else [links_check(draft)]
    if campaign is None:
        return in_order([*mine, *(replace(check, level=LOOK) for check in postal)]), None
    counted = numbers(campaign, at)
    others = [each for each in drafts if each is not draft]
    found = [check for check in _stops(campaign, counted, others, at, by) if check.is_stop]
    mine += _differences(campaign, drafts)
    return in_order([*mine, *_consent(campaign, counted), *found]), counted


def _stops(
    campaign: Campaign,
    counted: AudienceNumbers,
    drafts: Sequence[Draft],
    at: datetime,
    by: User,
) -> Iterator[Check]:
    """All that may stop, with what is good of it."""
    yield from _sender(campaign)
    for draft in drafts:
        yield from _text(draft, at)
    yield from _way(by)
    yield from _audience(campaign, counted)


def numbers(campaign: Campaign, at: datetime) -> AudienceNumbers:
    try:
        return numbers_of(Audience.of(campaign), at)
    except Refused as refusal:
        return AudienceNumbers(sentence=str(refusal))


def _audience(campaign: Campaign, counted: AudienceNumbers) -> Iterator[Check]:
    url = _edit(campaign)
    if campaign.channel != Channel.EMAIL:
        yield Check(STOP, _("Only e-mail can be sent so far."), url=url)
    if campaign.purpose is None:
        yield Check(STOP, _("Choose a purpose: the law asks for a consent to it."), url=url)
        return
    if counted.sentence:
        level = STOP if campaign.owner is None else LOOK
        yield Check(level, counted.sentence, url=url)
    elif counted.recipients <= 0:
        said = _("Nobody would get it: choose an audience of people who agreed to the purpose.")
        yield Check(STOP, said, url=url)
    else:
        said = _("%(number)s people get it; all agreed to “%(purpose)s”.")
        if counted.held_out:
            said = _(
                "About %(number)s people get it, about %(held)s are held out by chance; all agreed to “%(purpose)s”."
            )
        words = {
            "number": grouped(counted.recipients),
            "held": grouped(counted.held_out),
            "purpose": campaign.purpose.name,
        }
        yield Check(GOOD, said % words, url=url)


def _edit(campaign: Campaign) -> str:
    return reverse("campaign_edit", args=[campaign.pk])


def _consent(campaign: Campaign, counted: AudienceNumbers) -> Iterator[Check]:
    if campaign.purpose_id is None or counted.sentence:
        return
    count = counted.without_consent
    detail = ngettext(
        "%(number)s without consent is left out", "%(number)s without consent are left out", count
    )
    yield Check(GOOD, _("Consent"), detail % {"number": grouped(count)})


def _sender(campaign: Campaign) -> Iterator[Check]:
    sender, url = sender_of(campaign), _edit(campaign)
    if not sender.address:
        yield Check(STOP, _("Enter the sender’s address."), url=url)
    elif not all(map(is_address, filter(None, (sender.address, sender.reply_to)))):
        said = _("The sender’s address and the one for answers need plain letters before the @.")
        yield Check(STOP, said, url=url)
    elif not sender.name:
        yield Check(LOOK, _("Without a sender’s name people see the bare address."), url=url)
    else:
        said = _("From %(name)s, %(address)s")
        yield Check(GOOD, said % {"name": sender.name, "address": sender.address}, url=url)


def _text(draft: Draft, at: datetime) -> Iterator[Check]:
    """What its texts tell; that it is written, where nothing of it stops."""
    found = text_checks(draft)
    yield from (_named(draft, check) for check in found)
    if not any(check.is_stop for check in found):
        owner = draft.campaign.owner if draft.campaign else None
        labels = MergeFields(view_of(owner, at)).labels if owner else {}
        said = _("Message %(letter)s: “%(subject)s”")
        words = {"letter": draft.letter, "subject": written(draft.rows[0].subject, labels)}
        yield Check(GOOD, said % words, url=draft.url())


def _named(draft: Draft, check: Check) -> Check:
    """With the letter of the variant, beside those of others."""
    said = _("Message %(letter)s: %(check)s") % {"letter": draft.letter, "check": check.title}
    return replace(check, title=said)


def _readers(drafts: Sequence[Draft], at: datetime, by: User) -> Iterator[Check]:
    found = reader_checks(drafts, by, at)
    yield from (_named(draft, check) for draft, check in found if not check.is_good)


def _differences(campaign: Campaign, drafts: Sequence[Draft]) -> Iterator[Check]:
    """Variants that say the same at the same time: nothing would be compared."""
    delays = dict(campaign.variants.values_list("letter", "delay_minutes"))
    said = {draft.letter: (_content(draft), delays[draft.letter]) for draft in drafts}
    for one, other in combinations(said, 2):
        if said[one] == said[other] and any(draft.rows for draft in drafts):
            title = _("Messages %(one)s and %(other)s say the same") % {"one": one, "other": other}
            detail = _("The test would compare nothing. Change one of them, or take it away.")
            url = next(draft.url() for draft in drafts if draft.letter == other)
            yield Check(LOOK, title, detail, url)


def _content(draft: Draft) -> object:
    """All that people read, without the names of blocks."""

    def bare(body: object) -> object:
        if not isinstance(body, list):
            return body
        return [{name: each[name] for name in each if name != "id"} for each in body]

    texts = {row.language: (row.subject, row.preview, bare(row.body)) for row in draft.rows}
    return draft.message.form, texts


def _links(campaign: Campaign, at: datetime) -> Iterator[Check]:
    """What they answered, and whether they were asked at all; only ever worth a look."""
    if campaign.owner is None:
        return
    urls = {url for some in links_in(campaign, campaign.owner).values() for url in some}
    asked = asked_of(urls, at=at)
    bad = [each for each in asked.news if not each.is_fine]
    url = reverse("campaign_content", args=[campaign.pk])
    for each in bad[:MOST_TOLD]:
        yield Check(LOOK, shortened(each.url), each.sentence, url)
    if asked.is_waiting:
        yield Check(LOOK, _("The links are being asked: look again in a moment."))
    elif not asked.is_done:
        yield Check(LOOK, _("Nobody has asked yet whether the links lead somewhere."))
    elif asked.number and not bad:
        yield Check(GOOD, _("All links lead somewhere."), url=url)


def _test(campaign: Campaign) -> Iterator[Check]:
    waits = campaign.decision in {Decision.WINNER, Decision.BY_HAND}
    if waits and campaign.test_share >= 1 and campaign.variants.count() > 1:
        said = _("Everybody is in the test, so nobody is left for the winner.")
        yield Check(LOOK, said, url=reverse("campaign_test", args=[campaign.pk]))
    if waits and timedelta(hours=campaign.test_hours) >= timedelta(days=campaign.goal_days):
        said = _(
            "The test takes as long as outcomes count: the rest gets the winner when nothing counts any more."
        )
        yield Check(LOOK, said, url=reverse("campaign_test", args=[campaign.pk]))
    if not campaign.holdout_share:
        said = _("Nobody is held out: the report cannot tell what the campaign changed.")
        yield Check(LOOK, said, url=_edit(campaign))


def _goal(campaign: Campaign, by: User) -> Iterator[Check]:
    if campaign.goal != Goal.CLICK or Website.objects.exists():
        return
    if _may_set_up(by):
        said = _(
            "No website is set up, so nobody sees visits: set one up in Settings › Websites, or choose another goal."
        )
        yield Check(LOOK, said, url=reverse("website_settings"))
    else:
        said = _(
            "No website is set up, so nobody sees visits. Ask an administrator to set one up, or choose another goal."
        )
        yield Check(LOOK, said, url=_edit(campaign))


def _time(campaign: Campaign, at: datetime) -> Iterator[Check]:
    if campaign.scheduled_at is not None and campaign.scheduled_at < at:
        said = _("The time it was to begin has passed: it begins at once.")
        yield Check(LOOK, said, url=reverse("campaign_schedule", args=[campaign.pk]))


# -- what only an administrator can mend: others are told whom to ask, without a link they may not follow --


def _may_set_up(by: User) -> bool:
    return permissions.access_of(by).may(SETTINGS)


def _postal(by: User) -> Iterator[Check]:
    if company().address.strip():
        return
    if _may_set_up(by):
        said = _(
            "Enter the company’s postal address in Settings › Company: letters have to name it."
        )
        yield Check(STOP, said, url=reverse("company_settings"))
    else:
        said = _(
            "The company’s postal address is missing, and letters have to name it. Ask an administrator to enter it."
        )
        yield Check(STOP, said)


def _way(by: User) -> Iterator[Check]:
    yield from _postal(by)
    if is_delivering(mail_settings()):
        return
    if _may_set_up(by):
        said = _(
            "No mail server is set up: messages would only be written to files. Fill in Settings › Sending e-mail."
        )
        yield Check(STOP, said, url=reverse("mail_settings"))
    else:
        said = _(
            "No mail server is set up: messages would only be written to files. Ask an administrator to fill in "
            "Settings › Sending e-mail."
        )
        yield Check(STOP, said)


def _address_of_links(by: User) -> Iterator[Check]:
    if settings.BASE_URL:
        return
    if _may_set_up(by):
        said = _(
            "The links of letters need an address that recipients reach: set BASE_URL to that of this product."
        )
    else:
        said = _(
            "The links of letters need an address that recipients reach. Ask an administrator to set BASE_URL."
        )
    yield Check(LOOK, said)
