"""Before sending: what stands in the way, what is worth a look. Only what is illegal or broken stops."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from core.company import company
from core.errors import Refused
from core.values import grouped
from marketing.choices import Channel, Decision, Goal
from marketing.models import Campaign, Website
from marketing.queries.audiences import Audience, AudienceNumbers, numbers_of
from marketing.queries.merge_fields import MergeFields
from marketing.queries.segment_rules import view_of
from marketing.services.campaigns.links import links_in
from marketing.services.messages.checks import MOST_TOLD, shortened
from marketing.services.messages.link_checks import asked_of
from marketing.services.messages.tokens import written
from marketing.services.sending.addresses import is_address
from marketing.services.sending.lines import is_delivering
from marketing.services.sending.pace import mail_settings
from marketing.services.sending.senders import sender_of

STOP, LOOK, GOOD = "stop", "look", "good"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: how it is, and where it is changed."""

    level: str
    sentence: str
    url_name: str = ""

    @property
    def is_stop(self) -> bool:
        return self.level == STOP

    @property
    def is_good(self) -> bool:
        return self.level == GOOD


def stops(campaign: Campaign, at: datetime) -> list[Check]:
    """What has to be mended before it can be sent."""
    found = [*_sender(campaign), *_texts(campaign, at), *_way(), *_test(campaign)]
    found += _audience(campaign, numbers(campaign, at))
    return [check for check in found if check.is_stop]


def checks(campaign: Campaign, counted: AudienceNumbers, at: datetime) -> list[Check]:
    """Everything that was looked at, what stops first."""
    found = [
        *_audience(campaign, counted),
        *_sender(campaign),
        *_texts(campaign, at),
        *_links(campaign, at),
        *_test(campaign),
        *_goal(campaign),
        *_time(campaign, at),
        *_way(),
    ]
    order = {STOP: 0, LOOK: 1, GOOD: 2}
    return sorted(found, key=lambda check: order[check.level])


def numbers(campaign: Campaign, at: datetime) -> AudienceNumbers:
    try:
        return numbers_of(Audience.of(campaign), at)
    except Refused as refusal:
        return AudienceNumbers(sentence=str(refusal))


def _audience(campaign: Campaign, counted: AudienceNumbers) -> Iterator[Check]:
    if campaign.channel != Channel.EMAIL:
        yield Check(STOP, _("Only e-mail can be sent so far."), "campaign_edit")
    if campaign.purpose is None:
        yield Check(
            STOP,
            _("Choose a purpose: the law asks for a consent to it."),
            "campaign_edit",
        )
        return
    if counted.sentence:
        level = STOP if campaign.owner is None else LOOK
        yield Check(level, counted.sentence, "campaign_edit")
    elif counted.recipients <= 0:
        yield Check(
            STOP,
            _("Nobody would get it: choose an audience of people who agreed to the purpose."),
            "campaign_edit",
        )
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
        yield Check(GOOD, said % words, "campaign_edit")


def _sender(campaign: Campaign) -> Iterator[Check]:
    sender = sender_of(campaign)
    if not sender.address:
        yield Check(STOP, _("Enter the sender’s address."), "campaign_edit")
    elif not all(map(is_address, filter(None, (sender.address, sender.reply_to)))):
        said = _("The sender’s address and the one for answers need plain letters before the @.")
        yield Check(STOP, said, "campaign_edit")
    elif not sender.name:
        yield Check(
            LOOK, _("Without a sender’s name people see the bare address."), "campaign_edit"
        )
    else:
        said = _("From %(name)s, %(address)s")
        words = {"name": sender.name, "address": sender.address}
        yield Check(GOOD, said % words, "campaign_edit")


def _texts(campaign: Campaign, at: datetime) -> Iterator[Check]:
    labels = MergeFields(view_of(campaign.owner, at)).labels if campaign.owner else {}
    variants = campaign.variants.order_by("letter").prefetch_related("message__texts")
    for variant in variants:
        texts = list(variant.message.texts.all())
        words = {"letter": variant.letter}
        if not texts or not all(text.body for text in texts):
            yield Check(STOP, _("Message %(letter)s has no text.") % words, "campaign_content")
        elif not all(text.subject.strip() for text in texts):
            said = _("Message %(letter)s has no subject in one of its languages.")
            yield Check(STOP, said % words, "campaign_content")
        else:
            said = _("Message %(letter)s: “%(subject)s”")
            subject = written(texts[0].subject, labels)
            yield Check(GOOD, said % {**words, "subject": subject}, "campaign_content")


def _links(campaign: Campaign, at: datetime) -> Iterator[Check]:
    """What they answered, and whether they were asked at all; only ever worth a look."""
    if campaign.owner is None:
        return
    urls = {url for some in links_in(campaign, campaign.owner).values() for url in some}
    asked = asked_of(urls, at=at)
    bad = [each for each in asked.news if not each.is_fine]
    for each in bad[:MOST_TOLD]:
        sentence = f"{shortened(each.url)}: {each.sentence}"
        yield Check(LOOK, sentence, "campaign_content")
    if asked.is_waiting:
        yield Check(LOOK, _("The links are being asked: look again in a moment."))
    elif not asked.is_done:
        yield Check(LOOK, _("Nobody has asked yet whether the links lead somewhere."))
    elif asked.number and not bad:
        yield Check(GOOD, _("All links lead somewhere."), "campaign_content")


def _test(campaign: Campaign) -> Iterator[Check]:
    waits = campaign.decision in {Decision.WINNER, Decision.BY_HAND}
    if waits and campaign.test_share >= 1 and campaign.variants.count() > 1:
        said = _("Everybody is in the test, so nobody is left for the winner.")
        yield Check(LOOK, said, "campaign_test")
    if not campaign.holdout_share:
        said = _("Nobody is held out: the report cannot tell what the campaign changed.")
        yield Check(LOOK, said, "campaign_edit")


def _goal(campaign: Campaign) -> Iterator[Check]:
    if campaign.goal == Goal.CLICK and not Website.objects.exists():
        said = _(
            "No website is set up, so nobody sees visits: set one up in Settings › Websites, or choose another goal."
        )
        yield Check(LOOK, said, "campaign_edit")


def _time(campaign: Campaign, at: datetime) -> Iterator[Check]:
    if campaign.scheduled_at is not None and campaign.scheduled_at < at:
        said = _("The time it was to begin has passed: it begins at once.")
        yield Check(LOOK, said, "campaign_schedule")


def _way() -> Iterator[Check]:
    if not company().address.strip():
        said = _(
            "Enter the company’s postal address in Settings › Company: letters have to name it."
        )
        yield Check(STOP, said)
    if not is_delivering(mail_settings()):
        said = _(
            "No mail server is set up: messages would only be written to files. Ask an administrator to fill in "
            "Settings › Sending e-mail."
        )
        yield Check(STOP, said)
    if not settings.BASE_URL:
        said = _(
            "The links of letters need an address that recipients reach: set BASE_URL to that of this product."
        )
        yield Check(LOOK, said)
