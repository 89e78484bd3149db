"""What became of messages, written into their rows under the worker's claim."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from marketing.choices import BounceKind, RecipientState
from marketing.models import Recipient
from marketing.services.bounces import note_bounce
from marketing.services.sending.claims import settle
from marketing.services.sending.lines import Answer, Outcome
from marketing.services.sending.words import NO_ANSWER

# Seconds after each answer that asks to come again; after the last one it has failed.
WAITS = (60, 300, 1_200, 3_600, 10_800)

Answered = Sequence[tuple[int, Answer]]


def write_outcomes(
    key: str, answered: Answered, attempts: Mapping[int, int], *, at: datetime
) -> None:
    """In the caller's transaction; the same answers written twice change nothing."""
    by_outcome: dict[Outcome, list[tuple[int, Answer]]] = {}
    for pk, answer in answered:
        by_outcome.setdefault(answer.outcome, []).append((pk, answer))
    sent = _pks(by_outcome.get(Outcome.SENT, []))
    settle(key, sent, state=RecipientState.SENT, sent_at=at, reason="")
    settle(
        key,
        _pks(by_outcome.get(Outcome.UNKNOWN, [])),
        state=RecipientState.UNKNOWN,
        sent_at=at,
        reason=NO_ANSWER,
    )
    not_tried = [*by_outcome.get(Outcome.TROUBLE, []), *by_outcome.get(Outcome.PUT_BACK, [])]
    settle(key, _pks(not_tried), state=RecipientState.WAITING, claim="", begun_at=None)
    for pk, answer in by_outcome.get(Outcome.LATER, []):
        _later(key, pk, answer, attempts.get(pk, 0), at)
    for pk, answer in by_outcome.get(Outcome.REFUSED, []):
        _refused(key, pk, answer, attempts.get(pk, 0), at)


def _pks(answered: Answered) -> list[int]:
    return [pk for pk, _answer in answered]


def _later(key: str, pk: int, answer: Answer, attempts: int, at: datetime) -> None:
    if attempts >= len(WAITS):
        _refused(key, pk, answer, attempts, at)
        return
    settle(
        key,
        [pk],
        state=RecipientState.WAITING,
        claim="",
        begun_at=None,
        attempts=attempts + 1,
        reason=answer.text,
        due_at=at + timedelta(seconds=WAITS[attempts]),
    )


def _refused(key: str, pk: int, answer: Answer, attempts: int, at: datetime) -> None:
    written = settle(
        key, [pk], state=RecipientState.FAILED, attempts=attempts + 1, reason=answer.text
    )
    if written and answer.is_bad_address:
        recipient = Recipient.objects.get(pk=pk)
        recipient.bounced_at, recipient.bounce = at, BounceKind.HARD
        recipient.save(update_fields=["bounced_at", "bounce"])
        note_bounce(
            address=recipient.address,
            kind=BounceKind.HARD,
            at=at,
            key=recipient.message_key,
            detail=answer.text,
        )
