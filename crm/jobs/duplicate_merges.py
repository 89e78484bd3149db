"""Merging many pairs of duplicates as proposed."""

from typing import Any

from django.utils.translation import gettext_noop

from core.errors import Refused
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.models import User
from crm.services.merging.pairs import merge_pairs, pairs_to_merge

PER_PART = 5  # a merge moves everything that hangs on a record
GONE = gettext_noop("Whoever asked for this is no longer here.")


class DuplicateMergeJob(Job):
    """One part after the other: a record may be in several pairs."""

    is_parallel = False
    prepare_share = 1

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Find the pairs"))
        pks = pairs_to_merge(run.scope, _asker(run))
        run.detail(gettext_noop("%(pairs)s pairs"), pairs=len(pks))
        run.step(gettext_noop("Merge them as proposed"))
        starts = range(0, len(pks), PER_PART)
        return Plan([{"pairs": pks[start : start + PER_PART]} for start in starts])

    def load(self, run: RunContext, payload: dict[str, Any]) -> list[int]:
        pairs: list[int] = payload["pairs"]
        return pairs

    def compute(self, run: RunContext, data: list[int]) -> list[int]:
        return data

    def save(self, run: RunContext, results: list[int]) -> Saved:
        counts = merge_pairs(pks=results, by=_asker(run), at=run.as_of)
        return Saved(len(results), counts["merged"], counts)


def _asker(run: RunContext) -> User:
    user = run.run.requested_by
    if user is None or not user.is_active:
        raise Refused(GONE)
    return user
