"""The same request sent twice is done once: `Idempotency-Key`.

The key is written first, in the transaction of the work. Whoever comes second waits for the first
one's commit and is given its answer; when the process dies midway, nothing of both is left.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.base import user_of
from core.api.problems import ProblemError, answer
from core.models import GivenAnswer
from core.services.api_answers import forget_old_answers

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
LONGEST = 200
KEPT_HEADERS = ("ETag", "Location")
ONCE = "is_done_once"

V = TypeVar("V", bound=Callable[..., Response])


def once(method: V) -> V:
    """A method that changes something: sent again with its key it answers as before."""

    @wraps(method)
    def done(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER, "")
        if not key:
            return method(view, request, *args, **kwargs)
        if len(key) > LONGEST or not key.isprintable():
            sentence = _("An Idempotency-Key has up to %(most)s printable characters.")
            raise ProblemError(400, "not-readable", sentence % {"most": LONGEST})
        return _done_once(key, view, request, lambda: method(view, request, *args, **kwargs))

    setattr(done, ONCE, True)
    return done  # type: ignore[return-value]  # it takes and answers the same


def _done_once(key: str, view: Any, request: Request, work: Callable[[], Response]) -> Response:
    digest = _digest(request)
    now = timezone.now()
    with transaction.atomic():
        given = _begin(key, digest, request, now)
        if given is None:
            return _again(key, digest, request)
        response = _work(view, work)
        given.status, given.body = response.status_code, json.dumps(response.data)
        given.headers = {
            name: response.headers[name] for name in KEPT_HEADERS if name in response.headers
        }
        given.save(update_fields=["status", "body", "headers"])
        return response


def _begin(key: str, digest: str, request: Request, now: datetime) -> GivenAnswer | None:
    """The place for the answer; none when there is one of this key."""
    forget_old_answers(at=now)
    try:
        with transaction.atomic():
            return GivenAnswer.objects.create(
                user=user_of(request), key=key, digest=digest, created_at=now
            )
    except IntegrityError:
        return None


def _again(key: str, digest: str, request: Request) -> Response:
    given = GivenAnswer.objects.get(user=user_of(request), key=key)
    if given.digest != digest:
        raise ProblemError(
            422,
            "key-used",
            _("This Idempotency-Key was sent with another request. Make a new one."),
        )
    response = Response(json.loads(given.body), given.status)
    if given.status >= 400:
        response.content_type = "application/problem+json"
    for name, value in given.headers.items():
        response[name] = value
    response[REPLAYED] = "true"
    return response


def _work(view: Any, work: Callable[[], Response]) -> Response:
    """A refusal is an answer, too; what it had written is taken back."""
    try:
        with transaction.atomic():
            return work()
    except Exception as error:
        refused = answer(error, {"view": view})
        if refused is None:
            raise
        return refused


def _digest(request: Request) -> str:
    """Of everything that makes the request this one, and of who sends it."""
    said = json.dumps(
        [
            getattr(request.auth, "pk", None),
            request.method,
            request.get_full_path(),
            _plain(request.data),
        ],
        sort_keys=True,
    )
    return hashlib.sha256(said.encode()).hexdigest()


def _plain(data: Any) -> Any:
    if not hasattr(data, "lists"):
        return data
    return {name: [_of_file(each) for each in values] for name, values in data.lists()}


def _of_file(value: Any) -> str:
    if not isinstance(value, UploadedFile):
        return str(value)
    digest = hashlib.sha256()
    for piece in value.chunks():
        digest.update(piece)
    value.seek(0)
    return digest.hexdigest()
