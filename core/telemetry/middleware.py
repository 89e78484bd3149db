"""One log line for each request, and what metrics count of it."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponseBase

from core.telemetry import metrics, request_ids
from core.telemetry.routes import route_of

GetResponse = Callable[[HttpRequest], HttpResponseBase]

logger = logging.getLogger("renmai.requests")
QUIET = ("/healthz", "/readyz", "/metrics")


class Counter:
    """Counts the queries of a request."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: Any
    ) -> Any:
        self.number += 1
        return execute(sql, params, many, context)


class RequestLogMiddleware:
    """The outermost: gives the request its id, answers it back, and says how it went."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(request_ids.HEADER, "")
        request_id = request_ids.sane_or_new(given)
        token = request_ids.remember(request_id)
        try:
            started, counter = time.perf_counter(), Counter()
            with connection.execute_wrapper(counter):
                response = self.get_response(request)
            seconds = time.perf_counter() - started
            response.headers[request_ids.HEADER] = request_id
            if not request.path.startswith((*QUIET, settings.STATIC_URL)):
                _tell(request, response.status_code, seconds, counter.number)
            return response
        finally:
            request_ids.forget(token)


def _tell(request: HttpRequest, status: int, seconds: float, queries: int) -> None:
    # The user as far as anybody asked who it is: a line of the log reads nothing.
    user: Any = getattr(request, "_cached_user", None)
    facts: dict[str, Any] = {
        "method": request.method,
        "route": route_of(request),
        "status": status,
        "ms": round(seconds * 1000),
        "queries": queries,
        "user": getattr(user, "pk", None),
    }
    sentence = "%(method)s %(route)s %(status)s %(ms)s ms %(queries)s queries user=%(user)s"
    logger.info(sentence, facts, extra=facts)
    metrics.observe(facts["method"], facts["route"], status, seconds)
