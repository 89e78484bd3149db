"""What beat does: seeded once as rows, then the administrator's."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from core.services.schedules import crontab_at

RECOVERY_SECONDS = 15
WEBHOOK_SECONDS = 5
REMINDER_SECONDS = 60
RESCORING_SECONDS = 20
ASSIGNMENT_SECONDS = 20
CLOCK_SECONDS = 60
HIT_SECONDS = 20
SEGMENT_SECONDS = 10
CONFIRMATION_SECONDS = 60
SENDING_SECONDS = 10
LINK_SECONDS = 60
MAILBOX_SECONDS = 300
MEASURING_SECONDS = 600


@dataclass(frozen=True)
class ScheduleSeed:
    """A task every so many seconds, or at an hour (UTC) of each day or of a day of the week."""

    name: str
    task: str
    seconds: int = 0
    hour: int = 0
    day: int | None = None  # 0 is Sunday
    arguments: list[Any] = field(default_factory=list)


SEEDS = [
    ScheduleSeed(gettext_noop("Recover job runs"), "core.recover_runs", seconds=RECOVERY_SECONDS),
    ScheduleSeed(
        gettext_noop("Empty the bin, nightly"),
        "core.ask_question",
        hour=3,
        arguments=["core.empty_bin"],
    ),
    ScheduleSeed(
        gettext_noop("Lead score, nightly"),
        "core.ask_question",
        hour=2,
        arguments=["analytics.lead_score", {"trains": False}],
    ),
    ScheduleSeed(
        gettext_noop("Training of the lead score, weekly"),
        "core.ask_question",
        hour=2,
        day=0,
        arguments=["analytics.lead_score"],
    ),
    ScheduleSeed(
        gettext_noop("Win probability, nightly"),
        "core.ask_question",
        hour=2,
        arguments=["analytics.win_probability", {"trains": False}],
    ),
    ScheduleSeed(
        gettext_noop("Training of the win probability, weekly"),
        "core.ask_question",
        hour=3,
        day=0,
        arguments=["analytics.win_probability"],
    ),
    ScheduleSeed(
        gettext_noop("Forecasts, nightly"),
        "core.ask_question",
        hour=3,
        arguments=["analytics.forecasts"],
    ),
    ScheduleSeed(
        gettext_noop("Customer segments, nightly"),
        "core.ask_question",
        hour=4,
        arguments=["analytics.customer_segments", {"trains": False}],
    ),
    ScheduleSeed(
        gettext_noop("Learning of the customer segments, weekly"),
        "core.ask_question",
        hour=5,
        day=0,
        arguments=["analytics.customer_segments"],
    ),
    ScheduleSeed(
        gettext_noop("Value ahead of customers, nightly"),
        "core.ask_question",
        hour=4,
        arguments=["analytics.lifetime_value", {"trains": False}],
    ),
    ScheduleSeed(
        gettext_noop("Training of the value ahead, weekly"),
        "core.ask_question",
        hour=5,
        day=0,
        arguments=["analytics.lifetime_value"],
    ),
    ScheduleSeed(
        gettext_noop("Lifecycle, nightly"),
        "core.ask_question",
        hour=4,
        arguments=["analytics.lifecycle"],
    ),
    ScheduleSeed(
        gettext_noop("Effects of campaigns, nightly"),
        "core.ask_question",
        hour=4,
        arguments=["analytics.campaign_effects"],
    ),
    ScheduleSeed(
        gettext_noop("Campaigns under way, measured"),
        "analytics.measure_campaigns",
        seconds=MEASURING_SECONDS,
    ),
    ScheduleSeed(
        gettext_noop("Uplift of messages, weekly"),
        "core.ask_question",
        hour=6,
        day=0,
        arguments=["analytics.campaign_uplift"],
    ),
    ScheduleSeed(
        gettext_noop("E-mail about leads, weekly"),
        "core.ask_question",
        hour=6,
        day=1,
        arguments=["analytics.lead_digest"],
    ),
    ScheduleSeed(
        gettext_noop("Search index, nightly"),
        "core.ask_question",
        hour=1,
        arguments=["core.search_rebuild"],
    ),
    ScheduleSeed(
        gettext_noop("Data quality, nightly"),
        "core.ask_question",
        hour=4,
        arguments=["core.data_quality"],
    ),
    ScheduleSeed(
        gettext_noop("Duplicates, nightly"),
        "core.ask_question",
        hour=5,
        arguments=["crm.duplicate_keys"],
    ),
    ScheduleSeed(
        gettext_noop("Members of segments, nightly"),
        "core.ask_question",
        hour=1,
        arguments=["marketing.segments"],
    ),
    ScheduleSeed(
        gettext_noop("Segments of changed contacts"),
        "marketing.refresh_segments",
        seconds=SEGMENT_SECONDS,
    ),
    ScheduleSeed(
        gettext_noop("Opens and clicks of messages"), "marketing.settle_hits", seconds=HIT_SECONDS
    ),
    ScheduleSeed(gettext_noop("Visitors whom nobody knows"), "marketing.forget_visitors", hour=3),
    ScheduleSeed(
        gettext_noop("Confirmation of consents"),
        "marketing.send_confirmations",
        seconds=CONFIRMATION_SECONDS,
    ),
    ScheduleSeed(gettext_noop("Links of letters"), "marketing.check_links", seconds=LINK_SECONDS),
    ScheduleSeed(
        gettext_noop("Campaigns that are to be sent"),
        "marketing.look_after_sending",
        seconds=SENDING_SECONDS,
    ),
    ScheduleSeed(
        gettext_noop("Messages that came back"), "marketing.read_mailbox", seconds=MAILBOX_SECONDS
    ),
    ScheduleSeed(
        gettext_noop("Scores of changed leads"), "analytics.rescore", seconds=RESCORING_SECONDS
    ),
    ScheduleSeed(
        gettext_noop("Assignment of new leads"), "crm.assign_leads", seconds=ASSIGNMENT_SECONDS
    ),
    ScheduleSeed(gettext_noop("Waiting leads"), "crm.advance_clocks", seconds=CLOCK_SECONDS),
    ScheduleSeed(gettext_noop("Reminders"), "crm.remind", seconds=REMINDER_SECONDS),
    ScheduleSeed(gettext_noop("Parts of large tables"), "crm.extend_partitions", hour=3),
    ScheduleSeed(gettext_noop("Webhooks"), "core.wake_webhooks", seconds=WEBHOOK_SECONDS),
    ScheduleSeed(gettext_noop("Log of webhooks, nightly"), "core.prune_webhook_log", hour=4),
    ScheduleSeed(
        gettext_noop("Uploads that were not imported, nightly"), "crm.forget_uploads", hour=3
    ),
    ScheduleSeed(
        gettext_noop("Files the score was tried on, nightly"),
        "analytics.forget_trial_files",
        hour=3,
    ),
]


def seed_schedules() -> None:
    """Make the schedules that are not there; of the others what they ask follows this release.

    When they run, and whether, is the administrator's.
    """
    for seed in SEEDS:
        task = PeriodicTask.objects.filter(name=seed.name)
        if task.exists():
            task.update(args=json.dumps(seed.arguments))
            continue
        when: dict[str, Any] = {}
        if seed.seconds:
            when["interval"], _made = IntervalSchedule.objects.get_or_create(
                every=seed.seconds, period=IntervalSchedule.SECONDS
            )
        else:
            day = "*" if seed.day is None else str(seed.day)
            when["crontab"] = crontab_at(seed.hour, "UTC", day=day)
        PeriodicTask.objects.create(
            name=seed.name, task=seed.task, args=json.dumps(seed.arguments), **when
        )
