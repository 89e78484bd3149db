"""Settings of webhooks: making and changing them, their log, tests and replays."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core import permissions
from core.fields.ordering import Order
from core.forms.webhooks import LogForm, WebhookForm
from core.ids import id_in
from core.lists.keyset import fetch_page
from core.models import Webhook, WebhookDelivery
from core.pages import form_page, render_page, status_of_poll
from core.permissions import requires
from core.queries.webhooks import (
    condition_of,
    described,
    events_of,
    pretty,
    reached_by,
    waiting_of,
)
from core.queue import enqueue
from core.services.webhooks import (
    delete_webhook,
    renew_secret,
    replay,
    save_webhook,
    send_test,
    set_state,
)
from core.tasks import deliver_webhook
from core.values import grouped
from core.webhooks.signing import secret_of

RIGHT = "core.webhook.manage"
PAGE_SIZE = 50
JUST_MADE = "webhook_made"  # in the session: of which webhook the next page shows it


def _webhook(request: HttpRequest, pk: int) -> Webhook:
    return get_object_or_404(reached_by(permissions.user_of(request)), pk=pk)


@requires(RIGHT)
def webhook_list(request: HttpRequest) -> HttpResponse:
    webhooks = reached_by(permissions.user_of(request))
    return render_page(request, "core/webhook_list.html", {"webhooks": list(webhooks)})


@requires(RIGHT)
def webhook_create(request: HttpRequest) -> HttpResponse:
    return _form_page(request, Webhook(), reverse("webhook_list"))


@requires(RIGHT)
def webhook_edit(request: HttpRequest, pk: int) -> HttpResponse:
    webhook = _webhook(request, pk)
    return _form_page(request, webhook, reverse("webhook_detail", args=[pk]))


def _form_page(request: HttpRequest, webhook: Webhook, cancel_url: str) -> HttpResponse:
    user, now, is_new = permissions.user_of(request), timezone.now(), webhook.pk is None
    kept = "" if is_new else condition_of(webhook, now)
    form = WebhookForm(request.POST or None, webhook=webhook, user=user, kept=kept)

    def on_valid(valid: WebhookForm) -> tuple[str, str]:
        save_webhook(webhook=webhook, wanted=valid.wanted(), by=user, at=now)
        if is_new:
            request.session[JUST_MADE] = webhook.pk
        return _("The webhook is saved."), reverse("webhook_detail", args=[webhook.pk])

    context = {"webhook": webhook, "cancel_url": cancel_url}
    return form_page(request, "core/webhook_form.html", form, on_valid, context)


@requires(RIGHT)
def webhook_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What it is told, how it goes, and the log; after it was made or renewed also the secret."""
    webhook = _webhook(request, pk)
    shows_secret = request.session.pop(JUST_MADE, None) == pk
    waiting, waits_more = waiting_of(webhook)
    context = {
        "webhook": webhook,
        "secret": secret_of(webhook) if shows_secret else "",
        "events": events_of(webhook),
        "condition": condition_of(webhook, timezone.now()),
        "waiting": waiting,
        "waits_more": waits_more,
        **_log(request, webhook),
    }
    response = render_page(request, "core/webhook_detail.html", context, parts={"log": "log"})
    if shows_secret:
        response["Cache-Control"] = "no-store"
    return response


def _log(request: HttpRequest, webhook: Webhook) -> dict[str, Any]:
    form = LogForm(request.GET, webhook=webhook)
    page = fetch_page(
        form.wanted().rows(webhook),
        sort=Order("id"),
        descending=True,
        size=PAGE_SIZE,
        token=request.GET.get("after", ""),
    )
    query = form.query()
    return {
        "log_form": form,
        "log_query": urlencode(query),
        "lines": described(page.rows, permissions.user_of(request)),
        "previous_url": _place(query, page.previous_token),
        "next_url": _place(query, page.next_token),
    }


def _place(query: dict[str, str], token: str) -> str:
    return f"?{urlencode({**query, 'after': token})}" if token else ""


@requires(RIGHT)
def webhook_delivery(request: HttpRequest, pk: int, delivery: int) -> HttpResponse:
    """What was sent and what was answered; it follows by itself while it is under way."""
    webhook = _webhook(request, pk)
    found = get_object_or_404(WebhookDelivery, pk=delivery, webhook=webhook)
    (said,) = described([found], permissions.user_of(request))
    context = {"webhook": webhook, "pretty": pretty(found) if said["is_told"] else "", **said}
    status = status_of_poll(request, is_over=not found.is_open)
    parts = {"delivery": "delivery"}
    return render_page(request, "core/webhook_delivery.html", context, parts=parts, status=status)


@requires(RIGHT)
@require_POST
def webhook_test(request: HttpRequest, pk: int) -> HttpResponse:
    webhook = _webhook(request, pk)
    delivery = send_test(webhook=webhook, by=permissions.user_of(request), at=timezone.now())
    enqueue(deliver_webhook, webhook.pk)
    return redirect("webhook_delivery", pk=pk, delivery=delivery.pk)


@requires(RIGHT)
@require_POST
def webhook_replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the ticked deliveries again, or all that the log shows."""
    webhook = _webhook(request, pk)
    shown, ids = LogForm(request.POST, webhook=webhook), _ids(request)
    if "all" in request.POST:
        rows = shown.wanted().rows(webhook)
    else:
        rows = WebhookDelivery.objects.filter(pk__in=ids)
    user = permissions.user_of(request)
    count = replay(webhook=webhook, deliveries=rows, by=user, at=timezone.now())
    enqueue(deliver_webhook, webhook.pk)
    sentence = ngettext("%(count)s is sent again.", "%(count)s are sent again.", count)
    messages.success(request, sentence % {"count": grouped(count)})
    if "one" in request.POST and ids:
        return redirect("webhook_delivery", pk=pk, delivery=ids[0])
    return redirect(f"{reverse('webhook_detail', args=[pk])}?{urlencode(shown.query())}")


def _ids(request: HttpRequest) -> list[int]:
    return [pk for text in request.POST.getlist("ids") if (pk := id_in(text)) is not None]


@requires(RIGHT)
@require_POST
def webhook_state(request: HttpRequest, pk: int) -> HttpResponse:
    webhook = _webhook(request, pk)
    state = request.POST.get("state", "")
    set_state(webhook=webhook, state=state, by=permissions.user_of(request))
    enqueue(deliver_webhook, webhook.pk)
    return redirect("webhook_detail", pk=pk)


@requires(RIGHT)
@require_POST
def webhook_secret(request: HttpRequest, pk: int) -> HttpResponse:
    webhook = _webhook(request, pk)
    renew_secret(webhook=webhook, by=permissions.user_of(request), at=timezone.now())
    request.session[JUST_MADE] = pk
    return redirect("webhook_detail", pk=pk)


@requires(RIGHT)
@require_POST
def webhook_delete(request: HttpRequest, pk: int) -> HttpResponse:
    delete_webhook(webhook=_webhook(request, pk), by=permissions.user_of(request))
    messages.success(request, _("The webhook is deleted."))
    return redirect("webhook_list")
