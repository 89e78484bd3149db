"""Public doors of messages and websites: the open, the link, the hidden link, the visit of a page."""

from base64 import b64decode
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from core.origins import absolute
from core.permissions import public
from core.strangers import read_json
from core.visitors import client_address, is_too_often
from marketing.choices import HitKind
from marketing.queries.websites import domains
from marketing.services.tracking.addresses import is_web, with_visitor
from marketing.services.tracking.hits import note_hit
from marketing.services.tracking.machines import MACHINES
from marketing.services.tracking.signatures import CLICK, OPEN, TRAP, is_ours, visit_token
from marketing.services.tracking.visits import note_visit

PIXEL = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
SNIPPET = Path(__file__).parent.parent / "snippets" / "page.js"
NEVER_KEPT = "no-store, max-age=0"
MOST_BODY = 4_000
MOST_VISITS, MOST_HITS, MINUTE = 600, 120, 60


def _agent(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")


def _note(request: HttpRequest, recipient: int, kind: str, url: str = "") -> None:
    if not is_too_often(f"hit-{kind}-{recipient}", most=MOST_HITS, seconds=MINUTE):
        note_hit(
            recipient=recipient,
            kind=kind,
            at=timezone.now(),
            agent=_agent(request),
            url=url,
            is_head=request.method == "HEAD",
        )


@public
@require_safe
def mail_open(request: HttpRequest, recipient: int, signature: str) -> HttpResponse:
    """The picture of one point that a mail app loads when a message is shown."""
    if is_ours(OPEN, recipient, signature):
        _note(request, recipient, HitKind.OPEN)
    return HttpResponse(PIXEL, content_type="image/gif", headers={"Cache-Control": NEVER_KEPT})


@public
@require_safe
def mail_click(request: HttpRequest, recipient: int, signature: str) -> HttpResponse:
    """On to where the link of a message leads."""
    url = request.GET.get("u", "")
    if not is_web(url) or not is_ours(CLICK, recipient, signature, url):
        return render(request, "marketing/public/broken_link.html", status=404)
    _note(request, recipient, HitKind.CLICK, url)
    answer = HttpResponseRedirect(with_visitor(url, visit_token(recipient), domains()))
    answer["Cache-Control"] = NEVER_KEPT
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@public
@require_safe
def mail_trap(request: HttpRequest, recipient: int, signature: str) -> HttpResponse:
    """A link that no person sees: who follows it follows all of them."""
    if is_ours(TRAP, recipient, signature):
        _note(request, recipient, HitKind.TRAP)
    return HttpResponse(status=204, headers={"Cache-Control": NEVER_KEPT})


@public
@require_GET
def page_script(_request: HttpRequest) -> HttpResponse:
    """What a website of the company loads to tell of visits."""
    answer = HttpResponse(SNIPPET.read_bytes(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "public, max-age=3600"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@public
@csrf_exempt  # told by a website of the company; its origin is looked at instead
@require_POST
def page_visit(request: HttpRequest) -> HttpResponse:
    """A page of a website was visited. Always answers the same: whoever asks learns nothing."""
    answer = HttpResponse(status=204)
    told = _told(request)
    network = f"visit-{client_address(request)}"
    if (
        told is None
        or MACHINES.search(_agent(request))
        or is_too_often(network, most=MOST_VISITS, seconds=MINUTE)
    ):
        return answer
    key, url, title, token = told
    note_visit(key=key, url=url, title=title, at=timezone.now(), token=token)
    return answer


def _told(request: HttpRequest) -> tuple[UUID, str, str, str] | None:
    """Visitor, page, title and token, where a website of ours says so in good form."""
    if "Sec-GPC" in request.headers or request.headers.get("DNT") == "1":
        return None
    if not _is_ours(request.headers.get("Origin", "")):
        return None
    try:
        said: Any = read_json(request.body[:MOST_BODY])
        key, url = UUID(str(said["visitor"])), str(said["url"])
        title, token = str(said.get("title", "")), str(said.get("token", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return (key, url, title, token) if is_web(url) and _is_ours(url) else None


def _is_ours(url: str) -> bool:
    """Whether it is of one of the company's websites."""
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return False
    return any(host == domain or host.endswith(f".{domain}") for domain in domains())


def snippet_of() -> str:
    """What stands in the head of a website's pages."""
    return f'<script async src="{absolute(reverse("page_script"))}"></script>'
