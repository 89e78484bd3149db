"""A worker's turn at a campaign: claim, write, begin, hand over, settle, until the time is up."""

import logging
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self, TypeVar
from uuid import uuid4

from django.db import InterfaceError, OperationalError, connection, connections, transaction
from django.utils import timezone

from core.errors import Refused
from marketing.choices import CampaignState
from marketing.models import Campaign, MailSettings, Recipient
from marketing.services.sending import claims, pool
from marketing.services.sending.caps import within_caps
from marketing.services.sending.gathering import gather_some
from marketing.services.sending.health import note_answers, pause
from marketing.services.sending.lines import Answer, Line, Outcome
from marketing.services.sending.mime import Mail
from marketing.services.sending.outcomes import write_outcomes
from marketing.services.sending.pace import ALL, campaign_key, mail_settings, take_slots
from marketing.services.sending.words import AUDIENCE, WRITING
from marketing.services.sending.writing import Writer

logger = logging.getLogger(__name__)

TURN_SECONDS = 10  # less than a worker that is told to stop is waited for
AHEAD_SECONDS = 10  # of messages are claimed at most
GROUP_SECONDS = 0.1
MOST_BEGUN = 20
LONGEST_GROUP = 10  # seconds; what was not handed over by then is put back
RENEW_SECONDS = 30
PATIENCE_SECONDS = 120  # for a database that is being restarted
SMOOTHING = 0.3
SLOT_SECONDS = 5  # until it is looked again whether there is a free moment

T = TypeVar("T")
Clock = Callable[[], datetime]
Batch = tuple[list[Recipient], list[Mail]]


@dataclass
class Plan:
    """What a turn works with."""

    campaign: Campaign
    mail: MailSettings
    clock: Clock = timezone.now
    wait: Callable[[float], None] = time.sleep
    seconds: float = TURN_SECONDS
    is_ahead: bool = True
    key: str = field(default_factory=lambda: uuid4().hex)

    @property
    def claimed_at_once(self) -> int:
        """No more than leave soon: permission is asked when rows are claimed."""
        rates = [each for each in (self.campaign.per_minute, self.mail.per_minute) if each]
        if not rates:
            return claims.MOST_CLAIMED
        return max(1, min(claims.MOST_CLAIMED, min(rates) * AHEAD_SECONDS // 60))


def take_turn(
    campaign_id: int,
    *,
    clock: Clock = timezone.now,
    wait: Callable[[float], None] = time.sleep,
    seconds: float = TURN_SECONDS,
    is_ahead: bool = True,
) -> float | None:
    """Send what is due; after how many seconds there may be more to do, None where nothing is due."""
    claims.make_durable()
    if claims.workers_at(campaign_id, clock()) >= claims.WORKERS:
        return None  # enough are at it; beat calls again
    end = time.monotonic() + seconds
    try:
        while gather_some(campaign_id, at=clock()):
            if time.monotonic() >= end:
                return 0
    except Refused as refusal:
        logger.warning("The audience of campaign %s cannot be asked: %s", campaign_id, refusal)
        pause(campaign_id, AUDIENCE)
        return None
    rows = Campaign.objects.filter(state=CampaignState.SENDING, deleted_at=None)
    campaign = rows.filter(pk=campaign_id).first()
    if campaign is None or campaign.gathered_to is not None:
        return None  # another worker gathers; nobody is written to before all are known
    if not claims.due(campaign_id, clock()).exists():
        return None
    left = max(end - time.monotonic(), 0)
    plan = Plan(campaign, mail_settings(), clock, wait, left, is_ahead)
    return Turn(plan).run()


class Turn:
    """One worker, one claim, a few connections."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.key = plan, plan.key
        self.pending: list[Mail] = []
        self.attempts: dict[int, int] = {}
        self.answered: list[tuple[int, Answer]] = []
        self.pace = GROUP_SECONDS / 2  # seconds a message took of late
        self.renewed = time.monotonic()
        self.is_stopped = False
        self.is_healthy = False  # nobody has told yet that the last trouble is over

    def run(self) -> float | None:
        end = time.monotonic() + self.plan.seconds
        lines = pool.borrow(self.plan.mail)
        try:
            with Ahead(self.plan) as ahead, Hands(lines) as hands:
                return self._send(ahead, hands, end)
        finally:
            pool.give_back(self.plan.mail, lines)

    def _send(self, ahead: "Ahead", hands: "Hands", end: float) -> float | None:
        try:
            while not self.is_stopped and time.monotonic() < end:
                if not self.pending:
                    if not self._next_batch(ahead):
                        return None
                    if not self.pending:  # all of these were left out or put off
                        self._settle_answered()
                        continue
                size = self._group_size(len(hands.lines), end)
                if not size:
                    return SLOT_SECONDS  # the next free moment comes after this turn
                began = time.monotonic()
                mails = self._begin(self.pending[:size])
                self.pending = self.pending[size:]
                self.answered = hands.hand_over(mails)
                took = (time.monotonic() - began) / max(len(mails), 1)
                self.pace += SMOOTHING * (took - self.pace)
                self._renew()
        finally:
            self._close(ahead)
        return None if self.is_stopped else 0

    def _next_batch(self, ahead: "Ahead") -> bool:
        """Rows may be left out to the last one; then there may still be others."""
        rows, self.pending = ahead.take()
        self.attempts.update((row.pk, row.attempts) for row in rows)
        return bool(rows)

    def _group_size(self, lines: int, end: float) -> int:
        """How many messages are begun together, after waiting for their moment."""
        size = max(1, min(MOST_BEGUN, int(GROUP_SECONDS / max(self.pace, 1e-4))))
        size = min(max(size, lines), len(self.pending))
        paces = (
            (campaign_key(self.plan.campaign.pk), self.plan.campaign.per_minute),
            (ALL, self.plan.mail.per_minute),
        )
        for key, per_minute in paces:
            if per_minute and size:
                size = self._slot(key, per_minute, size, end)
        return size

    def _slot(self, key: str, per_minute: int, size: int, end: float) -> int:
        size = max(1, min(size, int(per_minute / 60 * GROUP_SECONDS * 4)))
        now = self.plan.clock()
        until = now + timedelta(seconds=max(end - time.monotonic(), 0))
        slots = take_slots(key, size, per_minute, at=now, until=until)
        if not slots:
            return 0
        seconds = (slots[0] - now).total_seconds()
        if seconds > 0:
            self._settle_answered()
            self.plan.wait(seconds)
        return len(slots)

    def _begin(self, mails: Sequence[Mail]) -> list[Mail]:
        """One commit: what became of the last group, and that this one is handed over now."""
        at, pks = self.plan.clock(), [mail.recipient for mail in mails]

        def write() -> set[int]:
            with transaction.atomic():
                if not self._write_answered(at):
                    return set()
                free = within_caps(self.key, pks, at=at)
                return claims.begin(self.plan.campaign.pk, self.key, free, at=at)

        begun = patiently(write)
        self.answered = []
        if not begun:
            self.is_stopped = self.is_stopped or not claims.may_send(self.plan.campaign.pk, at)
        return [mail for mail in mails if mail.recipient in begun]

    def _write_answered(self, at: datetime) -> bool:
        if not self.answered:
            return True
        write_outcomes(self.key, self.answered, self.attempts, at=at)
        answers = [answer for _pk, answer in self.answered]
        is_all_well = all(answer.outcome == Outcome.SENT for answer in answers)
        if is_all_well and self.is_healthy:
            return True
        goes_on = note_answers(self.plan.campaign.pk, answers, self.plan.mail, at=at)
        self.is_healthy = is_all_well
        self.is_stopped = self.is_stopped or not goes_on
        return goes_on

    def _settle_answered(self) -> None:
        at = self.plan.clock()

        def write() -> None:
            with transaction.atomic():
                self._write_answered(at)

        patiently(write)
        self.answered = []

    def _renew(self) -> None:
        if time.monotonic() - self.renewed > RENEW_SECONDS:
            claims.renew(self.key, at=self.plan.clock())
            self.renewed = time.monotonic()

    def _close(self, ahead: "Ahead") -> None:
        """Write the last answers and put back what was not begun."""
        ahead.stop()
        self._settle_answered()
        patiently(lambda: claims.release(self.key))


def patiently(write: Callable[[], T]) -> T:
    """Write, also when the database is being restarted meanwhile: the worker knows what nobody else does."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or time.monotonic() > end:
                raise
            logger.warning("The database does not answer; the worker waits with its answers.")
            connection.close()
            time.sleep(1)


class Ahead:
    """Claims and writes the next batch in a thread while the connections send this one."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.writer = Writer.of(plan.campaign, plan.mail)
        self.thread: ThreadPoolExecutor | None = None
        self.next: Future[Batch] | None = None

    def __enter__(self) -> Self:
        if self.plan.is_ahead:
            self.thread = ThreadPoolExecutor(1, "ahead")
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    def take(self) -> Batch:
        """The next batch; while it is sent, the one after it is made."""
        if self.thread is None:
            return self._make()
        batch = (self.next or self.thread.submit(self._make)).result()
        self.next = self.thread.submit(self._make) if batch[0] else None
        return batch

    def stop(self) -> None:
        """Nothing more is claimed; the thread's connection with the database is closed."""
        if self.thread is None:
            return
        if self.next is not None and not self.next.cancel():
            self.next.exception()  # wait; what it claimed is released
        self.thread.submit(connections.close_all).result()
        self.thread.shutdown()
        self.thread = self.next = None

    def _make(self) -> Batch:
        at = self.plan.clock()
        rows = claims.claim(self.plan.campaign, self.plan.key, self.plan.claimed_at_once, at=at)
        if not rows:
            return [], []
        try:
            return rows, self.writer.write(self.plan.key, rows, at=at)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("A message of campaign %s cannot be written.", self.plan.campaign.pk)
            claims.release(self.plan.key, [row.pk for row in rows])
            pause(self.plan.campaign.pk, WRITING)
            return [], []


class Hands:
    """A thread for each connection; one alone needs none."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.threads: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        if len(self.lines) > 1:
            self.threads = ThreadPoolExecutor(len(self.lines), "line")
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self.threads is not None:
            self.threads.shutdown()

    def hand_over(self, mails: Sequence[Mail]) -> list[tuple[int, Answer]]:
        """Give all of a group to the server; each message has an answer afterwards."""
        count = min(len(self.lines), len(mails))
        shares = [mails[place::count] for place in range(count)]
        if self.threads is None or count == 1:
            given = [one_by_one(*each) for each in zip(self.lines, shares, strict=False)]
        else:
            given = list(self.threads.map(one_by_one, self.lines, shares))
        return [answer for each in given for answer in each]


def _handed_over(line: Line, mail: Mail) -> Answer:
    """Whatever goes wrong costs one message; what its error says is not logged, for it may hold an address."""
    try:
        return line.hand_over(mail)
    except Exception as error:  # noqa: BLE001  # nobody knows how far it came
        frames = "".join(traceback.format_tb(error.__traceback__))
        logger.error(  # noqa: TRY400  # see above
            "A line broke with %s:\n%s", type(error).__name__, frames
        )
        line.close()
        return Answer(Outcome.UNKNOWN, type(error).__name__)


def one_by_one(line: Line, mails: Sequence[Mail]) -> list[tuple[int, Answer]]:
    """After trouble, or when it takes too long, the others are put back untried."""
    answered, end = [], time.monotonic() + LONGEST_GROUP
    is_over = False
    for mail in mails:
        if is_over or time.monotonic() > end:
            answered.append((mail.recipient, Answer(Outcome.PUT_BACK)))
            continue
        answer = _handed_over(line, mail)
        is_over = answer.outcome in (Outcome.TROUBLE, Outcome.UNKNOWN)
        answered.append((mail.recipient, answer))
    return answered
