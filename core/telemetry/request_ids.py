"""One id for everything that follows from a request: its log lines, its tasks, their log lines."""

import re
import uuid
from contextvars import ContextVar, Token
from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun

HEADER = "X-Request-ID"
IN_TASKS = "request_id"
# What a proxy sends; anything else could be text that somebody wants to see in our logs.
SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")

_current: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    return _current.get()


def sane_or_new(given: str) -> str:
    """The id that came with the request if it looks like one, else a new one."""
    return given if SANE.fullmatch(given) else uuid.uuid4().hex


def remember(request_id: str) -> Token[str]:
    return _current.set(request_id)


def forget(token: Token[str]) -> None:
    _current.reset(token)


def _send_along(headers: dict[str, Any] | None = None, **_more: Any) -> None:
    if headers is not None and current_request_id():
        headers.setdefault(IN_TASKS, current_request_id())


def _take_over(task_id: str = "", task: Any = None, **_more: Any) -> None:
    """The request's id; a task of the schedule has none, its own number stands in."""
    request = getattr(task, "request", None)
    headers = getattr(request, "headers", None) or {}
    given = getattr(request, IN_TASKS, None) or headers.get(IN_TASKS) or ""
    remember(sane_or_new(str(given)) if given else task_id)


def _forget(**_more: Any) -> None:
    _current.set("")


def connect() -> None:
    before_task_publish.connect(_send_along, weak=False, dispatch_uid="request_ids.publish")
    task_prerun.connect(_take_over, weak=False, dispatch_uid="request_ids.prerun")
    task_postrun.connect(_forget, weak=False, dispatch_uid="request_ids.postrun")
