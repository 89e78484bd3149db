"""How log lines are written: plain or as JSON, with the request's id, without personal data."""

import logging
import re
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from core.telemetry.request_ids import current_request_id
from core.telemetry.routes import route_of

PLAIN = "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"
JSON = "%(asctime)s %(levelname)s %(name)s %(message)s"
# PostgreSQL repeats the values of a row that it refused.
VALUES = re.compile(r"^\s*(DETAIL|CONTEXT|LINE \d+|PARAMETERS?):?.*$", re.MULTILINE)


def without_values(text: str) -> str:
    return VALUES.sub("[left out]", text)


class RequestFilter(logging.Filter):
    """Adds the request's id; a path, which has numbers and words of people, becomes its route."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id() or "-"
        request = getattr(record, "request", None)
        path = getattr(request, "path", "")
        if path and isinstance(record.args, tuple):
            route = route_of(request)
            record.args = tuple(route if each == path else each for each in record.args)
        if hasattr(record, "request"):
            del record.request
        return True


class PlainFormatter(logging.Formatter):
    """For people."""

    def formatException(self, ei: Any) -> str:  # noqa: N802  # logging's name
        return without_values(super().formatException(ei))


class JsonLines(JsonFormatter):
    """For machines: one object a line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        names = {"asctime": "at", "levelname": "level", "name": "logger"}
        super().__init__(JSON, *args, rename_fields=names, json_ensure_ascii=False, **kwargs)

    def formatException(self, ei: Any) -> str:  # noqa: N802  # logging's name
        return without_values(str(super().formatException(ei)))


def configuration(log_format: str) -> dict[str, Any]:
    """Django's LOGGING."""
    handler = {
        "class": "logging.StreamHandler",
        "formatter": log_format,
        "filters": ["request"],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request": {"()": RequestFilter}},
        "formatters": {
            "plain": {"()": PlainFormatter, "format": PLAIN},
            "json": {"()": JsonLines},
        },
        "handlers": {"console": handler},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
            # DisallowedHost is noise that any scanner can make.
            "django.security.DisallowedHost": {"handlers": [], "propagate": False},
        },
    }
