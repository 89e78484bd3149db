"""Segments that ask for what analytics says of contacts: asked again when it has said it anew."""

from collections.abc import Collection

from core.jobs.context import RunContext
from core.models import JobRun
from crm.record_types.customer_segments import CELL, SEGMENT
from crm.record_types.lifecycle import SCORE, STAGE
from crm.record_types.lifetimes import RULE
from marketing.services.stale_memberships import ask_after, note_results

LIFE = (f"crm.contact.{STAGE}", f"crm.contact.{SCORE}")
OF_COMPANY_LIFE = (f"crm.company.{STAGE}", f"crm.company.{SCORE}")
VALUE = (f"crm.contact.{RULE}",)
SEGMENTS = (f"crm.contact.{SEGMENT}", f"crm.contact.{CELL}")
OF_COMPANY_TOTALS = (f"crm.company.{RULE}", f"crm.company.{SEGMENT}")
# The rules of the fields that a run of each kind writes.
WRITTEN_BY = {
    "analytics.lifecycle_scores": LIFE + OF_COMPANY_LIFE,
    "analytics.lifetime_value": VALUE,
    "analytics.customer_segments": SEGMENTS,
    "analytics.company_totals": OF_COMPANY_TOTALS,
}


def tell_segments(run: RunContext) -> JobRun | None:
    """At the end of a run over all contacts: one run asks the segments that read its results."""
    return ask_after(run.run, WRITTEN_BY[run.run.kind], at=run.as_of)


def tell_segments_of(contacts: Collection[int], rules: Collection[str]) -> None:
    """The same of a few contacts."""
    note_results(contacts, rules)
