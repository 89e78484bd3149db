"""From recipients and what the CRM knows of them to the effect of a campaign, and to its decisions."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.models import CampaignEffect
from analytics.queries.campaigns import KIND
from core.currencies import base_currency
from core.jobs.questions import ask
from core.models import AuditEvent, JobRun
from crm.choices import InteractionKind
from crm.services.interactions import NewInteraction, record_interactions
from marketing.choices import Arm, CampaignState, Decision, Goal, RecipientState
from marketing.models import Campaign, Recipient, SegmentMember, Visitor
from marketing.queries.standing import CAPPED, PAUSED
from marketing.services.sending.claims import NEVER
from marketing.services.tracking.visits import note_visit
from tests.analytics.campaigns import BEGAN, campaign, held_out, people, recipient, send, variants
from tests.factories import DealFactory, SegmentFactory, StageFactory
from tests.factories.core import NOW
from tests.running import carry_out

pytestmark = pytest.mark.django_db


def measure(as_of=NOW, **scope: Any) -> JobRun:
    run = carry_out(ask(kind=KIND, as_of=as_of, scope=scope or None))
    assert run.state == "succeeded", run.error_text
    return run


def figures(of: Campaign) -> dict[str, Any]:
    found: dict[str, Any] = CampaignEffect.objects.get(campaign=of).figures
    return found


def bought(contacts, at=BEGAN + timedelta(days=3), amount="100") -> None:
    record_interactions(
        [
            NewInteraction(
                contact=one.pk,
                kind=InteractionKind.PURCHASE,
                at=at,
                key=f"order-{one.pk}-{at}",
                amount=Decimal(amount),
            )
            for one in contacts
        ]
    )


def effect(of: Campaign, outcome: str = "converted") -> dict[str, Any]:
    return next(row for row in figures(of)["effects"] if row["outcome"] == outcome)


def test_purchases_of_its_days_are_its_outcome() -> None:
    of, who = campaign(), people(400)
    send(of, who, control=80)
    bought(who[:4])  # 4 of 80 held out
    bought(who[100:180])  # 80 of 320
    bought(who[200:220], at=BEGAN - timedelta(days=2))  # before
    bought(who[220:240], at=BEGAN + timedelta(days=15))  # too late
    run = measure()
    assert run.result["campaigns"] == 1
    goal = effect(of)
    assert (goal["with"], goal["without"]) == (0.25, 0.05)
    assert goal["lower"] < 0.2 < goal["upper"]
    revenue = effect(of, "revenue")
    assert revenue["difference"] == pytest.approx(25 - 5)
    extra = figures(of)["extra"]
    assert extra["converted"] == pytest.approx(80 - 4 * 4)
    assert extra["revenue"] == pytest.approx(6_400)
    row = Recipient.objects.get(campaign=of, contact=who[100])
    assert (row.revenue, row.converted_at is not None) == (100, True)
    assert figures(of)["split"] == {"p_value": 1.0, "is_broken": False}
    # More than five of each kind are needed in each part.
    assert goal["word"] == "no_data"
    bought(who[4:8])
    measure(NOW + timedelta(minutes=1), campaign=of.pk)
    assert effect(of)["word"] == "clear_gain"


def test_what_was_bought_before_takes_noise_off_the_revenue() -> None:
    """Everybody buys again what it bought in the year before, and the treated 10 more."""
    of, who = campaign(holdout_share=0.5), people(240)
    send(of, who, control=120)
    for place, one in enumerate(who):
        usual = 100 + 7 * (place * 37 % 120)
        bought([one], at=BEGAN - timedelta(days=30), amount=str(usual))
        bought([one], at=BEGAN - timedelta(days=500), amount="5000")  # too long ago
        bought([one], amount=str(usual + (10 if place >= 120 else 0) + place % 2))
    measure()
    revenue = effect(of, "revenue")
    assert Recipient.objects.get(campaign=of, contact=who[0]).revenue_before == 100
    assert revenue["difference"] == pytest.approx(10, abs=0.01)
    assert revenue["saved"] > 0.99
    assert revenue["lower"] < 10 < revenue["upper"]
    assert revenue["with"] - revenue["without"] == pytest.approx(revenue["difference"])
    plain = revenue["unadjusted"]
    assert plain["lower"] < 0 < plain["upper"]
    assert figures(of)["extra"]["revenue"] == pytest.approx(120 * revenue["difference"])


def test_nothing_is_clear_where_hardly_anybody_held_out_bought() -> None:
    """Without a buyer among them their spread is nothing, and any difference would look clear."""
    of, who = campaign(holdout_share="0.1"), people(1_000)
    send(of, who, control=100)
    bought(who[200:218])
    measure()
    assert effect(of, "revenue")["word"] == "no_data"


def test_a_segment_that_the_campaign_itself_filled_says_nothing() -> None:
    of, who = campaign(holdout_share="0.5"), people(600)
    send(of, who, control=300)
    bought([*who[:60], *who[300:360]])
    for chosen in ([*who[:60], *who[300:500]], [*who[:150], *who[300:450]]):
        SegmentMember.objects.bulk_create(
            SegmentMember(segment=segment, contact=one, since=NOW)
            for segment in [SegmentFactory()]
            for one in chosen
        )
    measure()
    told = {row["people"]: row for row in figures(of)["segments"]}
    assert told[260]["lift"] is None
    assert (told[300]["lift"], told[300]["is_clear"]) == (0, False)


def test_what_is_usual_comes_from_letters_not_from_files() -> None:
    who = people(500)
    for number in range(2):
        of = campaign(started_at=BEGAN - timedelta(days=30 + number))
        send(of, who[:100], control=20, clicked_at=of.started_at)
    past = campaign(started_at=BEGAN - timedelta(days=3), has_told_outcomes=True)
    send(past, who, control=100)
    now = campaign()
    send(now, who, control=100)
    measure()
    measure(NOW + timedelta(minutes=1), campaign=now.pk)
    assert figures(now)["usual"]["clicked"] == 1


def test_amounts_of_a_currency_that_is_no_longer_the_base_are_measured_anew() -> None:
    of, who = campaign(), people(100)
    send(of, who, control=20)
    measure()
    measure(NOW + timedelta(days=30))
    stored = CampaignEffect.objects.get(campaign=of)
    assert stored.as_of == NOW, "for good, after its days"
    stored.figures["currency"] = "CNY" if base_currency() != "CNY" else "EUR"
    stored.save()
    measure(NOW + timedelta(days=50))
    assert figures(of)["currency"] == base_currency()


def test_a_few_who_bought_before_change_nothing() -> None:
    of, who = campaign(holdout_share=0.5), people(200)
    send(of, who, control=100)
    bought(who[:50], at=BEGAN - timedelta(days=30))
    bought(who[80:140])
    measure()
    assert "saved" not in effect(of, "revenue")
    assert effect(of, "revenue")["difference"] == pytest.approx(40 - 20)


@pytest.mark.parametrize(
    ("goal", "kind"),
    [(Goal.CLICK, "visit"), (Goal.REPLY, "reply"), (Goal.SUBMIT, "submit")],
)
def test_interactions_reach_their_goals(goal: Goal, kind: str) -> None:
    of, who = campaign(goal=goal), people(20)
    send(of, who, control=4)
    rows = [
        NewInteraction(
            contact=one.pk, kind=kind, at=BEGAN + timedelta(days=day), key=f"{one.pk}-{day}"
        )
        for one, day in ((who[0], 1), (who[5], 2), (who[5], 1), (who[6], 15), (who[7], -1))
    ]
    record_interactions(rows)
    measure()
    reached = Recipient.objects.filter(campaign=of, converted_at__isnull=False)
    assert set(reached.values_list("contact", flat=True)) == {who[0].pk, who[5].pk}
    assert reached.get(contact=who[5]).converted_at == BEGAN + timedelta(days=1)


def test_a_visit_is_no_click_and_its_browser_was_known_before() -> None:
    """Links of the letter make browsers known: they say nothing against those held out."""
    of, who = campaign(goal=Goal.CLICK), people(20)
    send(of, who, control=4)
    at = BEGAN + timedelta(days=1)
    did = {"click": who[5], "visit": who[6]}
    record_interactions(
        NewInteraction(contact=one.pk, kind=kind, at=at, key=f"{kind}-x")
        for kind, one in did.items()
    )
    for one, known_since in ((who[7], BEGAN - timedelta(days=3)), (who[8], at)):
        browser = Visitor.objects.create(
            contact=one, known_since=known_since, first_at=known_since, last_at=at
        )
        note_visit(key=browser.pk, url="https://example.com/a", title="A", at=at)
    measure()
    reached = Recipient.objects.filter(campaign=of, converted_at__isnull=False)
    assert set(reached.values_list("contact", flat=True)) == {who[6].pk, who[7].pk}

    everybody = campaign(goal=Goal.CLICK, holdout_share=0)
    send(everybody, who, control=0)
    measure(NOW + timedelta(minutes=1))
    reached = Recipient.objects.filter(campaign=everybody, converted_at__isnull=False)
    assert set(reached.values_list("contact", flat=True)) == {one.pk for one in who[6:9]}


def test_deals_reach_their_goals() -> None:
    of, who = campaign(goal=Goal.WON), people(12)
    send(of, who, control=2)
    won = StageFactory(kind="won")
    for place, days in ((3, 2), (4, 40)):
        DealFactory(
            contact=who[place], stage=won, status="won", closed_at=BEGAN + timedelta(days=days)
        )
    DealFactory(contact=who[5])
    measure()
    reached = Recipient.objects.filter(campaign=of, converted_at__isnull=False)
    assert list(reached.values_list("contact", flat=True)) == [who[3].pk]
    assert figures(of)["funnel"]["won"] == 1


def test_limits_take_nobody_out_of_the_part_they_were_drawn_for() -> None:
    """Half of the treated have had too much of late, and buy more: those held out have such people, too."""
    of, who = campaign(holdout_share="0.5"), people(400)
    send(of, who[:300], control=200)
    drawn = {"state": RecipientState.SKIPPED, "reason": CAPPED, "sent_at": None}
    variant = of.variants.get()
    rows = [recipient(of, one, variant=variant, message_key="k", **drawn) for one in who[300:350]]
    drawn["reason"] = PAUSED
    rows += [recipient(of, one, variant=variant, message_key="k", **drawn) for one in who[350:]]
    Recipient.objects.bulk_create(rows)
    never = people(20)  # without consent: left out before anybody was drawn
    Recipient.objects.bulk_create(recipient(of, one, **drawn) for one in never)
    bought(who[:100])
    bought(who[300:])
    bought(never)
    measure()
    told = figures(of)
    assert told["people"] == {"treated": 200, "control": 200}
    assert told["split"] == {"p_value": 1.0, "is_broken": False}
    assert (told["funnel"]["people"], told["funnel"]["sent"], told["left_out"]) == (200, 100, 100)
    assert (effect(of)["with"], effect(of)["without"]) == (0.5, 0.5)


def test_who_waited_for_the_decision_when_it_was_cancelled_says_nothing() -> None:
    of = with_test(rest=100)
    Recipient.objects.filter(campaign=of, arm=Arm.REST).update(
        state=RecipientState.SKIPPED, message_key="k"
    )
    measure()
    assert figures(of)["funnel"]["people"] == 400


def test_nothing_is_decided_while_people_are_gathered() -> None:
    of = with_test()
    Campaign.objects.filter(pk=of.pk).update(gathered_to=5)
    measure()
    of.refresh_from_db()
    assert of.winner is None
    Campaign.objects.filter(pk=of.pk).update(gathered_to=None)
    measure(NOW + timedelta(minutes=1))
    of.refresh_from_db()
    assert of.winner is not None


def test_a_broken_split_is_given_no_verdict_and_no_winner() -> None:
    of = campaign(
        holdout_share="0.5",
        state=CampaignState.SENDING,
        decision=Decision.WINNER,
        test_hours=1,
    )
    who = people(300)
    send(of, who, control=60)
    bought(who[60:150])
    measure()
    assert effect(of) == {
        "outcome": "converted",
        "is_share": True,
        "with": 90 / 240,
        "without": 0.0,
        "word": "unhealthy",
        "days_left": 0,
    }
    assert figures(of)["extra"] is None
    assert CampaignEffect.objects.get(campaign=of).lift is None


def test_without_people_held_out_nothing_is_said_of_an_effect() -> None:
    of, who = campaign(holdout_share="0"), people(30)
    send(of, who, control=0)
    measure()
    assert figures(of)["effects"] == []
    assert figures(of)["funnel"]["sent"] == 30


def with_test(decision: Decision = Decision.WINNER, rest: int = 300, **given: Any) -> Campaign:
    """A test of two variants on 400, of which B is clicked more often; the rest waits."""
    of = campaign(
        holdout_share="0",
        state=CampaignState.SENDING,
        finished_at=None,
        started_at=NOW - timedelta(hours=30),
        decision=decision,
        test_share="0.5",
        **{"test_hours": 24, "goal": Goal.CLICK, "test_metric": Goal.CLICK, **given},
    )
    a, b = variants(of)
    who = people(400 + rest)
    rows = []
    for place, one in enumerate(who[:400]):
        variant = (a, b)[place % 2]
        is_clicked = place % 20 < (2 if variant == a else 8) and place % 2 == (
            0 if variant == a else 1
        )
        at = of.started_at + timedelta(hours=2) if is_clicked else None
        rows.append(recipient(of, one, variant=variant, clicked_at=at))
    waiting = {"arm": Arm.REST, "state": RecipientState.WAITING, "sent_at": None}
    waiting["due_at"] = NEVER
    rows += [recipient(of, one, **waiting) for one in who[400:]]
    Recipient.objects.bulk_create(rows)
    return of


def test_times_of_sending_are_compared_when_the_latest_had_its_time() -> None:
    """B goes out a day later: after thirty hours it had six, so nothing is said and nobody wins."""
    of = with_test(rest=20)
    of.variants.filter(letter="B").update(delay_minutes=24 * 60)
    measure(campaign=of.pk)
    of.refresh_from_db()
    assert figures(of)["test"]["word"] == "early"
    assert of.winner is None
    measure(NOW + timedelta(hours=19), campaign=of.pk)
    of.refresh_from_db()
    assert figures(of)["test"]["word"] == "clear"
    assert of.winner is not None
    assert of.winner.letter == "B"


def test_the_winner_goes_to_the_rest() -> None:
    of = with_test()
    run = measure()
    of.refresh_from_db()
    assert of.winner is not None
    assert (of.winner.letter, of.decided_at) == ("B", NOW)
    rest = Recipient.objects.filter(campaign=of, arm=Arm.REST)
    assert set(rest.values_list("variant", flat=True)) == {of.winner_id}
    assert run.result["decided"] == 1
    assert AuditEvent.objects.filter(action="marketing.campaign.winner").count() == 1
    told = figures(of)["test"]
    assert (told["best"], told["word"], told["chance"] > 0.99) == ("B", "clear", True)
    measure(NOW + timedelta(hours=1))
    of.refresh_from_db()
    assert of.decided_at == NOW


def test_the_rest_that_got_the_winner_does_not_speak_against_it() -> None:
    of = with_test()
    measure()
    Recipient.objects.filter(campaign=of, arm=Arm.REST).update(
        state=RecipientState.SENT, sent_at=NOW
    )
    measure(NOW + timedelta(minutes=10))
    told = figures(of)
    assert (told["test"]["best"], told["test"]["chance"] > 0.99) == ("B", True)
    of_b = told["variants"][1]
    assert (of_b["test"]["sent"], of_b["sent"]) == (200, 500)
    assert of_b["share"] == pytest.approx(0.4)


def test_a_decision_comes_also_after_the_days_that_count() -> None:
    of = with_test(goal_days=1, test_hours=96)
    measure()
    measure(NOW + timedelta(days=6))
    of.refresh_from_db()
    assert of.winner is not None


def test_a_variant_that_nobody_was_drawn_for_keeps_nobody_waiting() -> None:
    of = with_test()
    tested = Recipient.objects.filter(campaign=of, arm=Arm.TEST)
    five = tested.filter(variant__letter="B")[:5]
    tested.exclude(pk__in=list(five.values_list("pk", flat=True))).delete()
    measure()
    of.refresh_from_db()
    assert (figures(of)["test"]["word"], of.winner) == ("few", None)
    measure(NOW + timedelta(hours=20))
    of.refresh_from_db()
    assert of.winner is not None
    assert of.winner.letter == "B"


def test_before_its_hours_nothing_is_decided() -> None:
    of = with_test(test_hours=48)
    measure()
    of.refresh_from_db()
    assert of.winner is None


def test_with_too_few_clicks_it_waits_as_long_again() -> None:
    of = with_test()
    kept = Recipient.objects.filter(campaign=of, clicked_at__isnull=False)[:4]
    Recipient.objects.filter(campaign=of).exclude(pk__in=kept.values("pk")).update(clicked_at=None)
    measure()
    of.refresh_from_db()
    assert of.winner is None
    measure(NOW + timedelta(hours=20))
    of.refresh_from_db()
    assert of.winner is not None


def test_better_variants_get_more_step_by_step() -> None:
    of = with_test(Decision.BANDIT, rest=1_200)
    measure()
    rest = Recipient.objects.filter(campaign=of, arm=Arm.REST, variant__isnull=False)
    first = rest.count()
    assert first == 200
    assert rest.filter(variant__letter="B").count() > 160
    assert rest.filter(variant__letter="A").exists()
    # Whoever just got it has not had the time to click: the next step waits for them.
    measure(NOW + timedelta(hours=1))
    assert rest.count() == 200
    measure(NOW + timedelta(days=3))
    assert rest.count() == 400


def test_segments_hours_and_times_of_sending_are_counted() -> None:
    of, who = campaign(), people(200)
    rows = [held_out(of, one) for one in who[:40]]
    rows += [
        recipient(
            of,
            one,
            variant=of.variants.get(),
            opened_at=BEGAN + timedelta(hours=1, minutes=5),
            clicked_at=BEGAN + timedelta(hours=2) if place < 30 else None,
        )
        for place, one in enumerate(who[40:])
    ]
    Recipient.objects.bulk_create(rows)
    segment = SegmentFactory()
    SegmentMember.objects.bulk_create(
        SegmentMember(segment=segment, contact=one, since=BEGAN) for one in who[20:80]
    )
    bought(who[40:60])
    measure()
    told = figures(of)
    assert told["segments"][0]["segment"] == segment.pk
    assert told["segments"][0]["people"] == 60
    assert told["segments"][0]["lift"] == pytest.approx(0.5)
    assert [hours for hours, _n in told["hours"]["opens"]] in ([1], [2])
    assert told["hours"]["opens"][0][1] == 160
    [row] = CampaignEffect.objects.get(campaign=of).send_times
    assert row[2:] == [160, 30]


def test_purchases_are_credited_to_campaigns() -> None:
    first, second = campaign(), campaign(started_at=BEGAN + timedelta(days=5))
    who = people(10)
    clicked = [(first, 1, 3), (second, 6, 3), (second, 6, 4), (first, 1, 5)]
    Recipient.objects.bulk_create(
        recipient(of, who[place], clicked_at=BEGAN + timedelta(days=day))
        for of, day, place in clicked
    )
    bought([who[3]], at=BEGAN + timedelta(days=8), amount="90")
    bought([who[5]], at=BEGAN + timedelta(days=2), amount="10")
    measure()
    of_first, of_second = (CampaignEffect.objects.get(campaign=of).credit for of in (first, second))
    assert (of_first["last_touch"], of_second["last_touch"]) == (10, 90)
    assert (of_first["linear"], of_second["linear"]) == (55, 45)
    for rule in ("last_touch", "linear", "time_decay", "removal"):
        assert of_first[rule] + of_second[rule] == pytest.approx(100, abs=0.02)


def test_measured_for_good_is_measured_no_more() -> None:
    of = campaign(started_at=NOW - timedelta(days=5))
    send(of, people(20), control=4)
    measure()
    later = NOW + timedelta(days=30)
    assert measure(later).result["campaigns"] == 1  # the last look after its days
    assert measure(later + timedelta(days=1)).result.get("campaigns", 0) == 0
    assert measure(later + timedelta(days=2), campaign=of.pk).result["campaigns"] == 1


def test_questions_do_not_grow_with_recipients() -> None:
    def asked(count: int) -> int:
        of = campaign()
        send(of, people_at(count), control=count // 5)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            measure(campaign=of.pk)
        return len(captured)

    numbers = iter(range(10**6))

    def people_at(count: int):
        who = people(count)
        for one in who:
            one.email = f"{next(numbers)}@example.org"
            one.normalise()
        return who

    assert asked(60) == asked(240)
