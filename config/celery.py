"""The Celery application: the broker only wakes workers, the database is the truth."""

import os
from typing import Any

from celery import Celery
from celery.signals import heartbeat_sent, setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.embedded")

app = Celery("renmai")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _keep_our_logging(**_more: Any) -> None:
    """Django's LOGGING is in force already: workers write lines as the web server does."""


@heartbeat_sent.connect
def _note_heartbeat(sender: Any = None, **_more: Any) -> None:
    from core.telemetry.facts import note_worker  # noqa: PLC0415  # needs loaded models

    note_worker(str(sender.eventer.hostname))
