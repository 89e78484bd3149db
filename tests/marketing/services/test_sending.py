"""Messages leave once, whatever the mail server says."""

import email
import email.policy
import smtplib
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from marketing.choices import CampaignState, RecipientState, ServerFault
from marketing.models import Campaign, Consent, Sending, Suppression
from marketing.services.campaigns.preflight import stops
from marketing.services.campaigns.states import cancel_campaign
from marketing.services.sending import claims
from marketing.services.sending.gathering import gather_some
from marketing.services.sending.lines import Answer, Outcome, SmtpLine
from marketing.services.sending.outcomes import write_outcomes
from marketing.services.sending.secrets import sealed
from marketing.services.sending.turns import take_turn
from marketing.services.sending.waking import look_after
from marketing.services.sending.words import (
    BAD_ADDRESS,
    CRASH,
    IN_SLOT,
    LOGIN,
    NO_ANSWER,
    REFUSALS,
    SENDER,
)
from tests.marketing.campaigns import (
    Clock,
    mail_server,
    owner,
    people,
    purpose,
    sending_campaign,
    use,
    work,
)

pytestmark = pytest.mark.django_db


def states(campaign: Campaign) -> Counter[str]:
    return Counter(campaign.recipients.values_list("state", flat=True))


def test_everybody_gets_one_message() -> None:
    people(45, purpose())
    with mail_server() as sink:
        campaign = work(sending_campaign())
    assert campaign.state == CampaignState.SENT
    assert campaign.finished_at is not None
    assert states(campaign) == {RecipientState.SENT: 45}
    assert set(sink.counts.values()) == {1}
    assert len(sink.counts) == 45
    assert sink.connections <= 2, "connections are used again"


def test_a_message_is_what_was_written() -> None:
    people(1, purpose())
    with mail_server() as sink:
        campaign = work(
            sending_campaign(sender_name="Ann Müller 安", reply_to="answers@example.com")
        )
    recipient = campaign.recipients.get()
    message = email.message_from_bytes(sink.received[0][1], policy=email.policy.default)
    assert message["Message-ID"] == f"<{recipient.message_key}@example.com>"
    assert message["From"] == "Ann Müller 安 <ann@example.com>"
    assert message["Reply-To"] == "answers@example.com"
    assert message["Subject"] == "News A"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].startswith("<")
    plain, html = message.iter_parts()
    assert "\n.And a line with a dot." in plain.get_content().replace("\r\n", "\n")
    assert html.get_content_type() == "text/html"


def test_consent_is_asked_when_the_message_leaves() -> None:
    ann, ben, cem = people(3, purpose())
    campaign, clock = sending_campaign(scheduled_at=timezone.now() + timedelta(hours=1)), Clock()
    take_turn(campaign.pk, clock=clock, is_ahead=False)
    assert states(campaign) == {RecipientState.WAITING: 3}
    Consent.objects.filter(contact=ann).delete()
    Suppression.objects.create(address_key=ben.email_key, reason="hard", at=clock())
    clock.wait(3_700)
    with mail_server() as sink:
        work(campaign, clock)
    assert list(sink.counts) == [cem.email]
    reasons = dict(campaign.recipients.filter(state="skipped").values_list("contact", "reason"))
    assert reasons == {ann.pk: "no_consent", ben.pk: "suppressed"}


def test_a_refused_recipient_has_failed_and_the_others_get_theirs() -> None:
    people(5, purpose())

    def judge(address: str) -> str:
        return "550 5.1.1 No such user" if address == "p2@example.org" else "250 OK"

    with mail_server(on_rcpt=judge) as sink:
        campaign = work(sending_campaign())
    failed = campaign.recipients.get(state=RecipientState.FAILED)
    assert (failed.address, failed.reason) == ("p2@example.org", "550 5.1.1 No such user")
    assert failed.bounce == "hard"
    assert Suppression.objects.filter(address_key="p2@example.org").exists()
    assert len(sink.counts) == 4
    assert campaign.state == CampaignState.SENT


def test_who_is_to_be_tried_later_is_tried_later_and_at_last_has_failed() -> None:
    people(2, purpose())
    tried: Counter[str] = Counter()

    def judge(address: str) -> str:
        tried[address] += 1
        is_ready = address == "p0@example.org" and tried[address] == 3
        return "250 OK" if is_ready else "451 4.7.1 Greylisted, try again"

    clock = Clock()
    with mail_server(on_rcpt=judge) as sink:
        campaign = work(sending_campaign(), clock)
        assert states(campaign) == {RecipientState.WAITING: 2}
        for _hour in range(30):
            clock.wait(1_200)
            work(campaign, clock)
    assert tried == {"p0@example.org": 3, "p1@example.org": 6}
    assert sink.counts == {"p0@example.org": 1}
    assert campaign.recipients.get(state=RecipientState.FAILED).reason.startswith("451 4.7.1")
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.SENT


def test_a_server_that_is_away_costs_nobody_an_attempt() -> None:
    people(3, purpose())
    clock = Clock()
    with mail_server() as sink:
        use(sink, port=1)
        campaign = work(sending_campaign(), clock)
        row = Sending.objects.get(campaign=campaign)
        assert row.fault == ServerFault.CONNECTION
        assert row.not_before is not None
        assert states(campaign) == {RecipientState.WAITING: 3}
        assert not look_after_finds(campaign, clock)
        use(sink)
        clock.wait(10)
        work(campaign, clock)
    assert states(campaign) == {RecipientState.SENT: 3}
    assert set(campaign.recipients.values_list("attempts", flat=True)) == {0}
    row.refresh_from_db()
    assert (row.troubles, row.fault, row.not_before) == (0, "", None)


def look_after_finds(campaign: Campaign, clock: Clock) -> bool:
    from marketing.services.sending.waking import look_after

    return campaign.pk in look_after(at=clock())


def test_a_server_that_refuses_the_sender_pauses_the_campaign() -> None:
    people(3, purpose())
    with mail_server(on_mail="553 5.7.1 Sender not allowed"):
        campaign = work(sending_campaign())
    assert (campaign.state, campaign.paused_for) == (CampaignState.PAUSED, SENDER)
    assert Sending.objects.get(campaign=campaign).answer == "553 5.7.1 Sender not allowed"
    assert states(campaign) == {RecipientState.WAITING: 3}


def test_many_refusals_in_a_row_pause_the_campaign() -> None:
    people(40, purpose())
    with mail_server(on_data=lambda _to, _text: "554 5.7.1 Looks like spam") as sink:
        use(sink, errors_in_row=10)
        campaign = work(sending_campaign())
    assert (campaign.state, campaign.paused_for) == (CampaignState.PAUSED, REFUSALS)
    assert 10 <= states(campaign)[RecipientState.FAILED] <= 30
    assert not sink.received


def test_a_break_after_the_text_leaves_it_unknown_and_is_not_sent_again() -> None:
    people(1, purpose())
    clock = Clock()
    with mail_server(on_data=lambda _to, _text: "250 HANG UP") as sink:
        campaign = work(sending_campaign(), clock)
        sink.on_data = lambda _to, _text: "250 OK"
        clock.wait(600)
        work(campaign, clock)
    recipient = campaign.recipients.get()
    assert (recipient.state, recipient.reason) == (RecipientState.UNKNOWN, NO_ANSWER)
    assert len(sink.received) == 1
    assert campaign.state == CampaignState.SENT


def test_a_connection_that_was_closed_meanwhile_is_opened_again() -> None:
    people(2, purpose())
    with mail_server() as sink:
        use(sink, connections=1)
        first = work(sending_campaign())
        sink.on_data = lambda _to, _text: "250 HANG UP"
        second = work(sending_campaign(name="Second"), turns=1)
        sink.on_data = lambda _to, _text: "250 OK"
        clock = Clock()
        clock.wait(60)
        work(second, clock)
    assert states(first) == {RecipientState.SENT: 2}
    assert states(second) == {RecipientState.UNKNOWN: 1, RecipientState.SENT: 1}
    assert set(sink.counts.values()) == {2}


def test_a_dead_workers_rows_are_taken_up_or_unknown() -> None:
    people(4, purpose())
    campaign, clock = sending_campaign(), Clock()
    take_turn(campaign.pk, clock=clock, seconds=0, is_ahead=False)
    rows = claims.claim(campaign, "dead", 3, at=clock())
    begun = claims.begin(campaign.pk, "dead", [rows[0].pk], at=clock())
    assert begun == {rows[0].pk}
    assert claims.recover(at=clock()) == (0, 0), "the lease still holds"
    clock.wait(121)
    assert claims.recover(at=clock()) == (2, 1)
    with mail_server() as sink:
        work(campaign, clock)
    unknown = campaign.recipients.get(state=RecipientState.UNKNOWN)
    assert (unknown.pk, unknown.reason) == (rows[0].pk, CRASH)
    assert len(sink.received) == 3
    assert unknown.address not in sink.counts
    # It lives after all, and begins nothing that is another's by now.
    assert claims.begin(campaign.pk, "dead", [rows[1].pk], at=clock()) == set()
    assert claims.settle("dead", [rows[0].pk], state=RecipientState.SENT) == 1


def test_a_pause_holds_before_the_next_group() -> None:
    people(60, purpose())
    campaign = sending_campaign()

    def pause(_to: str, _text: bytes) -> str:
        Pausing.calls += 1
        return "250 OK"

    class Pausing:
        calls = 0

    with mail_server(on_data=pause) as sink:
        use(sink, connections=1)
        take_turn(campaign.pk, is_ahead=False, seconds=0)
        Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.PAUSED)
        take_turn(campaign.pk, is_ahead=False)
        assert not sink.received
        Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.SENDING)
        work(campaign)
    assert len(sink.received) == Pausing.calls == 60


@pytest.mark.parametrize("address", ["ınfo@example.org", "ſam@example.org", "\u212aay@example.org"])
def test_an_address_that_no_server_takes_costs_nobody_else_the_message(address: str) -> None:
    """Letters that turn into plain ones when they are compared."""
    contacts = people(6, purpose())
    contacts[2].email = address
    contacts[2].save()
    with mail_server() as sink:
        campaign = work(sending_campaign())
    assert campaign.state == CampaignState.SENT
    assert states(campaign) == {RecipientState.SENT: 5, RecipientState.SKIPPED: 1}
    assert campaign.recipients.get(contact=contacts[2]).reason == BAD_ADDRESS
    assert set(sink.counts.values()) == {1}


def test_an_address_that_is_changed_to_no_address_gets_nothing() -> None:
    contacts = people(3, purpose())
    campaign = sending_campaign()
    gather_some(campaign.pk, at=timezone.now())
    contacts[1].email = "ınfo@example.org"
    contacts[1].save()
    with mail_server():
        campaign = work(campaign)
    assert states(campaign) == {RecipientState.SENT: 2, RecipientState.SKIPPED: 1}


def test_a_sender_that_no_server_takes_pauses_and_is_told_before() -> None:
    people(2, purpose())
    campaign = sending_campaign(sender_address="ſam@example.org")
    assert any("plain letters" in check.title for check in stops(campaign, timezone.now(), owner()))
    with mail_server() as sink:
        campaign = work(campaign)
    assert (campaign.state, campaign.paused_for) == (CampaignState.PAUSED, SENDER)
    assert not sink.received


def test_an_error_that_nobody_thought_of_costs_one_message(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    address = people(8, purpose())[2].email
    give, times, clock = SmtpLine._give, iter(range(100)), Clock()

    def break_once(line: SmtpLine, content: bytes) -> Answer:
        if next(times) == 2:
            raise RuntimeError(address)
        return give(line, content)

    monkeypatch.setattr(SmtpLine, "_give", break_once)
    with mail_server() as sink:
        use(sink, connections=1)
        campaign = work(sending_campaign(), clock)
        clock.wait(60)  # after trouble it rests
        campaign = work(campaign, clock)
    assert states(campaign) == {RecipientState.SENT: 7, RecipientState.UNKNOWN: 1}
    assert set(sink.counts.values()) == {1}
    told = [each.getMessage() for each in caplog.records if each.name.startswith("marketing.")]
    assert any("RuntimeError" in text for text in told)
    assert not any(address in text for text in told)


@pytest.mark.parametrize("is_begun", [False, True])
def test_nobody_waits_in_a_campaign_that_was_cancelled(is_begun: bool) -> None:
    """Workers hold rows of it; the server has not taken what they begin, or they never began."""
    people(4, purpose())
    campaign, clock = sending_campaign(), Clock()
    gather_some(campaign.pk, at=clock())
    rows = claims.claim(campaign, "worker", 2, at=clock())
    if is_begun:
        claims.begin(campaign.pk, "worker", [row.pk for row in rows], at=clock())
    cancel_campaign(campaign=campaign, by=owner(), at=clock())
    skipped = {(RecipientState.SKIPPED, "cancelled")}
    told = campaign.recipients.exclude(pk__in=[row.pk for row in rows] if is_begun else [])
    assert set(told.values_list("state", "reason")) == skipped
    if not is_begun:
        assert not claims.begin(campaign.pk, "worker", [row.pk for row in rows], at=clock())
    later = Answer(Outcome.LATER, text="451 try again")
    write_outcomes("worker", [(row.pk, later) for row in rows], {}, at=clock())
    look_after(at=clock())
    assert set(campaign.recipients.values_list("state", "reason")) == skipped


def test_the_campaigns_pace_is_kept() -> None:
    people(30, purpose())
    clock = Clock()
    with mail_server() as sink:
        campaign = sending_campaign(per_minute=60)
        begin = clock()
        work(campaign, clock, turns=60)
    assert len(sink.received) == 30
    assert 28 <= (clock() - begin).total_seconds() <= 60


def test_a_domains_pace_holds_its_recipients_back_and_nobody_else() -> None:
    people(6, purpose())
    extra = people(2, purpose())
    for number, contact in enumerate(extra):
        contact.email = f"x{number}@other.org"
        contact.save()
    clock = Clock()
    with mail_server() as sink:
        use(sink, per_domain={"example.org": 2})
        campaign = work(sending_campaign(), clock)
        assert set(sink.counts) == {"p0@example.org", "x0@other.org", "x1@other.org"}
        for _step in range(6):
            clock.wait(30)
            work(campaign, clock)
    assert len(sink.counts) == 8
    assert set(sink.counts.values()) == {1}


def test_a_domains_pace_holds_also_when_the_hours_open_again() -> None:
    """A free moment that lies after the hours is none the next day."""
    people(6, purpose())
    campaign, clock = sending_campaign(), Clock()
    gather_some(campaign.pk, at=clock())
    ended, slot = clock() - timedelta(minutes=1), {"reason": IN_SLOT, "due_at": clock()}
    campaign.recipients.update(due_until=ended, **slot)
    with mail_server() as sink:
        use(sink, per_domain={"example.org": 2})
        take_turn(campaign.pk, clock=clock, wait=clock.wait, is_ahead=False)
        assert set(campaign.recipients.values_list("reason", flat=True)) == {""}
        take_turn(campaign.pk, clock=clock, wait=clock.wait, is_ahead=False)
        assert len(sink.received) < 6


def test_a_batch_of_which_all_are_left_out_does_not_end_the_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    contacts = people(30, purpose())
    monkeypatch.setattr(claims, "MOST_CLAIMED", 10)
    campaign = sending_campaign()
    gather_some(campaign.pk, at=timezone.now())
    Consent.objects.filter(contact__in=contacts[:20]).update(state="withdrawn")
    with mail_server() as sink:
        take_turn(campaign.pk, is_ahead=False)
    assert len(sink.received) == 10


def test_a_server_that_refuses_and_hangs_up_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it said counts, not that it was gone afterwards."""
    people(4, purpose())

    def gone(_smtp: smtplib.SMTP) -> None:
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(smtplib.SMTP, "rset", gone)
    with mail_server(
        on_rcpt=lambda to: "550 5.1.1 unknown" if to.startswith("p1@") else "250 OK"
    ) as sink:
        campaign = work(sending_campaign())
    assert campaign.state == CampaignState.SENT
    assert states(campaign) == {RecipientState.SENT: 3, RecipientState.FAILED: 1}
    assert set(sink.counts.values()) == {1}


def test_whoever_comes_where_enough_are_at_it_leaves_again() -> None:
    people(6, purpose())
    campaign, clock = sending_campaign(), Clock()
    gather_some(campaign.pk, at=clock())
    for key in ("one", "two"):
        claims.claim(campaign, key, 2, at=clock())
    with mail_server() as sink:
        assert take_turn(campaign.pk, clock=clock, is_ahead=False) is None
        assert not sink.received


def test_a_login_that_is_refused_pauses() -> None:
    people(1, purpose())
    with mail_server(wants_login=True) as sink:
        use(sink, username="ann", password=sealed("wrong"))
        campaign = work(sending_campaign())
    assert Sending.objects.get(campaign=campaign).answer.startswith("535")
    assert (campaign.state, campaign.paused_for) == (CampaignState.PAUSED, LOGIN)
    assert states(campaign) == {RecipientState.WAITING: 1}
    assert not sink.received
