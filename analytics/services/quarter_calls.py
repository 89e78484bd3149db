"""Saying what one will bring in a quarter, and what people and teams are to bring."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from analytics.models import Quota, Submission
from analytics.models.quarters import Quarter, this_quarter
from analytics.queries.quarter_calls import categories_of
from analytics.queries.quarter_people import reached_by
from core import audit, permissions
from core.currencies import CENT, LARGEST
from core.errors import Refused
from core.locks import lock_for_transaction
from core.models import Team, User

SUBMIT, MANAGE = "analytics.quarter.submit", "analytics.quota.manage"
LONGEST_NOTE = 500


@transaction.atomic
def submit_call(
    *, quarter: Quarter, amount: Decimal, note: str, by: User, at: datetime
) -> Submission:
    """A person's own call; earlier ones stay. What their deals add up to is kept beside it."""
    permissions.require(by, SUBMIT)
    if reached_by(by) is None:
        raise Refused(
            _("Your role does not see what deals are worth, so it cannot call a quarter.")
        )
    if quarter < this_quarter(at):
        raise Refused(_("This quarter is over. Only a running or a coming quarter can be called."))
    _check(amount)
    if len(note) > LONGEST_NOTE:
        raise Refused(_("Write at most %(most)s characters.") % {"most": LONGEST_NOTE})
    sums = categories_of(by.pk, quarter)
    call = Submission.objects.create(
        quarter=quarter.first,
        user=by,
        amount=amount.quantize(CENT),
        closed=sums.closed,
        commit=sums.commit,
        best_case=sums.best_case,
        pipeline=sums.pipeline,
        note=note.strip(),
        at=at,
    )
    changes = {"quarter": (None, quarter.key), "amount": (None, str(call.amount))}
    audit.record(actor=by, action="quarter.call", subject=call, changes=changes)
    return call


@transaction.atomic
def set_quotas(
    *,
    quarter: Quarter,
    people: Mapping[int, Decimal | None],
    teams: Mapping[int, Decimal | None],
    by: User,
) -> int:
    """Set or take away (None) quotas; returns how many changed."""
    permissions.require(by, MANAGE)
    if reached_by(by) is None:
        raise Refused(_("Your role does not see what deals are worth, so it cannot set quotas."))
    for amount in (*people.values(), *teams.values()):
        if amount is not None:
            _check(amount)
    lock_for_transaction("analytics.quotas")
    if User.objects.filter(pk__in=people, is_active=True).count() != len(people):
        raise Refused(_("One of these people is not there any more."))
    if Team.objects.filter(pk__in=teams).count() != len(teams):
        raise Refused(_("One of these teams is not there any more."))
    changed = [_set_quota(quarter, by, amount, user_id=pk) for pk, amount in people.items()]
    changed += [_set_quota(quarter, by, amount, team_id=pk) for pk, amount in teams.items()]
    return sum(changed)


def _set_quota(quarter: Quarter, by: User, amount: Decimal | None, **of: int) -> bool:
    stored = Quota.objects.filter(quarter=quarter.first, **of).first()
    before = stored.amount if stored else None
    after = None if amount is None else amount.quantize(CENT)
    if before == after:
        return False
    quota = stored or Quota(quarter=quarter.first, **of)
    changes = {"quarter": (None, quarter.key), "amount": (_text(before), _text(after))}
    if after is None:
        audit.record(actor=by, action="quota.set", subject=quota, changes=changes)
        quota.delete()
        return True
    quota.amount = after
    quota.save()
    audit.record(actor=by, action="quota.set", subject=quota, changes=changes)
    return True


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _check(amount: Decimal) -> None:
    if amount < 0:
        raise Refused(_("Enter an amount of 0 or more."))
    if amount >= LARGEST:
        raise Refused(_("This amount is too large."))
