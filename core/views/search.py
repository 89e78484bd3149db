"""Search over everything, and the palette that asks it."""

from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from core import permissions
from core.pages import is_by_htmx, render_page
from core.permissions import signed_in
from core.queries.palette import palette_groups, recently_viewed
from core.services.recent import forget_oldest

IN_PALETTE = 8
ON_PAGE = 50
ON_HOME = 8


@signed_in
def search(request: HttpRequest) -> HttpResponse:
    """A page of its own, and the lines of the palette."""
    text = request.GET.get("q", "").replace("\0", "")[:200]
    list_url = request.GET.get("list", "")
    if not url_has_allowed_host_and_scheme(list_url, allowed_hosts=None):
        list_url = ""
    is_palette = is_by_htmx(request)
    groups = palette_groups(
        text,
        permissions.user_of(request),
        limit=IN_PALETTE if is_palette else ON_PAGE,
        list_url=list_url,
        here=getattr(getattr(request, "htmx", None), "current_url_abs_path", None) or "",
    )
    context = {
        "q": text,
        "groups": groups,
        "found": sum(len(group.lines) for group in groups),
        "is_palette": is_palette,
    }
    return render_page(request, "core/search.html", context, parts={"palette-results": "results"})


@signed_in
def recent_list(request: HttpRequest) -> HttpResponse:
    """What was opened last: a part of home, read after it."""
    user = permissions.user_of(request)
    forget_oldest(by=user)
    lines = recently_viewed(user, most=ON_HOME)
    return render_page(request, "core/recent.html", {"lines": lines}, parts={"recent": "lines"})
