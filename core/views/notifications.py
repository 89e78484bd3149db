"""The inbox: what the product told the user."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from core import permissions
from core.models import Notification
from core.notifying import mark_read
from core.pages import render_page
from core.permissions import signed_in

SHOWN = 100


@signed_in
def notification_list(request: HttpRequest) -> HttpResponse:
    user = permissions.user_of(request)
    notifications = list(Notification.objects.filter(user=user).order_by("-pk")[:SHOWN])
    return render_page(request, "core/notification_list.html", {"notifications": notifications})


@signed_in
@require_POST
def notifications_mark_read(request: HttpRequest) -> HttpResponse:
    mark_read(user=permissions.user_of(request))
    return redirect("notification_list")
