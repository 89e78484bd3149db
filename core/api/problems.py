"""Every "no" of the API: problem+json (RFC 9457) with a sentence that says what to do."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import IntegrityError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from core.errors import Refused
from core.time_limits import TookTooLong

SECONDS = 5  # what a question may take
TYPE = "urn:renmai:problem:"
Errors = Mapping[str, list[str]]


class ProblemError(Exception):
    """An answer that is a problem; `more` are members beside the standard ones."""

    def __init__(self, status: int, kind: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail, self.more = status, kind, detail, more


class InvalidError(ProblemError):
    """Something in the request is not valid: sentences by field or parameter."""

    def __init__(self, errors: Errors, status: int = 422) -> None:
        first = next(iter(errors.values()), [""])[0]
        super().__init__(status, "invalid", first, errors=dict(errors))


def wrong_parameter(name: str, sentence: str) -> InvalidError:
    return InvalidError({name: [sentence]}, status=400)


TITLES = {
    "invalid": "Something in the request is not valid",
    "not-readable": "The request cannot be read",
    "not-signed-in": "Who are you?",
    "not-allowed": "Not allowed",
    "not-found": "Not found",
    "wrong-method": "This address does not take this method",
    "in-conflict": "Somebody else wrote at the same time",
    "changed": "The record has changed",
    "too-large": "The request is too large",
    "wrong-type": "This kind of body is not taken",
    "key-used": "The Idempotency-Key was used for another request",
    "refused": "Refused",
    "too-slow": "The question takes too long",
    "too-many": "Too many requests",
}
# DRF's exceptions by status.
KINDS = {
    400: "not-readable",
    401: "not-signed-in",
    403: "not-allowed",
    404: "not-found",
    405: "wrong-method",
    413: "too-large",
    415: "wrong-type",
    429: "too-many",
}


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to an exception; none for a fault of ours, which Django then reports."""
    problem = problem_of(error)
    if problem is None:
        return None
    response = Response(body_of(problem), problem.status, content_type="application/problem+json")
    if isinstance(error, exceptions.APIException):
        _add_headers(response, error)
    return response


def problem_of(error: Exception) -> ProblemError | None:
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    for known, (status, kind) in ANSWERS.items():
        if isinstance(error, known):
            return ProblemError(status, kind, _sentence(error))
    return None


ANSWERS: dict[type[Exception], tuple[int, str]] = {
    Http404: (404, "not-found"),
    PermissionDenied: (403, "not-allowed"),
    Refused: (422, "refused"),
    TookTooLong: (422, "too-slow"),
    IntegrityError: (409, "in-conflict"),
    SuspiciousOperation: (400, "not-readable"),
}


def _sentence(error: Exception) -> str:
    match error:
        case Http404():
            return _("There is nothing here that you may see.")
        case PermissionDenied() | Refused():
            return str(error) or _("Your role does not allow this.")
        case TookTooLong():
            sentence = _(
                "This takes longer than %(seconds)s seconds. Ask for less, or add a filter."
            )
            return sentence % {"seconds": SECONDS}
        case IntegrityError():
            return _("Somebody wrote the same in this moment. Send the request again.")
    return _("The request cannot be read.")


def _of_framework(error: exceptions.APIException) -> ProblemError:
    status = error.status_code
    return ProblemError(status, KINDS.get(status, "refused"), str(error.detail))


def body_of(problem: ProblemError) -> dict[str, Any]:
    return {
        "type": TYPE + problem.kind,
        "title": TITLES[problem.kind],
        "status": problem.status,
        "detail": problem.detail,
        **problem.more,
    }


def _add_headers(response: Response, error: exceptions.APIException) -> None:
    header = getattr(error, "auth_header", None)
    if header:
        response["WWW-Authenticate"] = header
    wait = getattr(error, "wait", None)
    if wait:
        response["Retry-After"] = str(int(wait))
