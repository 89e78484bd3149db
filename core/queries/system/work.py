"""Broker, workers, schedule, and jobs that failed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.utils.translation import gettext as _
from django_celery_beat.models import PeriodicTask
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from core.choices import ACTIVE_STATES, PartitionState, RunState
from core.models import JobPartition, User
from core.phrases import duration
from core.queries.jobs import described, visible_runs
from core.queries.system.facts import BAD, OK, WARN, Fact, guarded
from core.queue import QUEUES
from core.values import grouped

TIMEOUT = 1.0  # seconds that the page waits for the broker, and for workers to answer
LONG_QUEUE = 1_000
# Beat writes down when it last did something every three minutes.
BEAT_IS_LATE = timedelta(minutes=10)
RECOVERY = "core.recover_runs"
FAILED_DAYS = 7
MOST_FAILED = 10
NO_BROKER = (RedisError, OperationalError, OSError)


def work_facts(now: datetime) -> Iterator[Fact]:
    advice = _(
        "Jobs wait until it is back; nothing is lost. Look whether the broker runs and REDIS_URL is right."
    )
    yield guarded(_("Broker"), _broker, NO_BROKER, advice)
    yield _partitions()
    yield _beat(now)


def _broker() -> Fact:
    """What waits for workers; without Redis (in tests) there is nothing to ask."""
    if not settings.CELERY_BROKER_URL.startswith(("redis", "rediss", "unix")):
        return Fact(_("Broker"), settings.CELERY_BROKER_URL.partition(":")[0])
    client = Redis.from_url(
        settings.REDIS_URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT
    )
    with client:
        version = client.info("server")["redis_version"]
        lengths: list[Any] = [client.llen(name) for name in QUEUES]
    waiting = sum(lengths)
    words = {"version": version, "waiting": grouped(waiting)}
    value = _("%(version)s, %(waiting)s calls waiting") % words
    if waiting <= LONG_QUEUE:
        return Fact(_("Broker"), value, OK)
    return Fact(_("Broker"), value, WARN, _("Workers do not keep up. Start more of them."))


def _partitions() -> Fact:
    rows = JobPartition.objects.exclude(state=PartitionState.DONE)
    open_parts = rows.filter(run__state__in=ACTIVE_STATES).count()
    return Fact(_("Parts of jobs still to do"), grouped(open_parts))


def _beat(now: datetime) -> Fact:
    """Whether the scheduler lives: it recovers runs every few seconds."""
    label = _("Scheduler")
    last = PeriodicTask.objects.filter(task=RECOVERY).values_list("last_run_at", flat=True).first()
    if last is not None and now - last <= BEAT_IS_LATE:
        return Fact(label, _("works"), OK)
    advice = _("Nothing runs by itself, and lost jobs are not picked up. Start “beat”.")
    if last is None:
        return Fact(label, _("has never worked"), WARN, advice)
    return Fact(label, _("silent for %(time)s") % {"time": duration(now - last)}, BAD, advice)


def worker_facts() -> list[Fact]:
    """The workers that answer within a second: asked apart, the page does not wait for them."""
    try:
        answers = current_app.control.ping(timeout=TIMEOUT) or []
    except NO_BROKER:
        answers = []
    names = sorted(name for answer in answers for name in answer)
    if names:
        return [Fact(name, _("answers"), OK) for name in names]
    advice = _("No job goes on. Start a worker, or wait a minute if you have just restarted.")
    return [Fact(_("Workers"), _("none answers"), BAD, advice)]


def failed_runs(user: User, now: datetime) -> list[dict[str, Any]]:
    """The latest runs that failed within a week and that the user may open."""
    since = now - timedelta(days=FAILED_DAYS)
    failed = visible_runs(user).filter(state=RunState.FAILED, finished_at__gte=since)
    return [described(run) for run in failed.order_by("-pk")[:MOST_FAILED]]
