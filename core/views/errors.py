"""Error pages: each says what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.permissions import public


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token does not match the session's: usually an old tab."""
    return render(request, "errors/csrf.html", {"reason": reason}, status=403)
