"""What beat wakes sales for."""

from celery import shared_task
from django.utils import timezone

from crm.services.assignments import assign_arrivals
from crm.services.imports.forgetting import forget_uploads
from crm.services.interactions import extend_partitions
from crm.services.reminders import remind_due
from crm.services.responses import advance_clocks
from crm.services.triage import return_leads


@shared_task(name="crm.remind")
def remind() -> None:
    """Remind people of what has become due."""
    remind_due(at=timezone.now())


@shared_task(name="crm.assign_leads")
def assign_leads() -> None:
    """Give new leads to people by the rules."""
    assign_arrivals(at=timezone.now())


@shared_task(name="crm.advance_clocks")
def advance() -> None:
    """Say of waiting leads how they stand to the target, and bring back those whose day has come."""
    at = timezone.now()
    return_leads(at=at)
    advance_clocks(at=at)


@shared_task(name="crm.extend_partitions")
def extend() -> None:
    """Make the parts of the tables that this and the next year need."""
    extend_partitions(at=timezone.now())


@shared_task(name="crm.forget_uploads")
def forget() -> None:
    """Delete uploads that nobody has imported."""
    forget_uploads(at=timezone.now())
