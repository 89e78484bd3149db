"""Settings of webhooks: by whom, what they show, what their buttons do."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.choices import DeliveryState, Reach
from core.models import (
    AuditEvent,
    FieldRule,
    SavedView,
    User,
    Webhook,
    WebhookDelivery,
    WebhookEvent,
)
from core.services.webhook_deliveries import make_deliveries
from core.webhooks.signing import secret_of
from crm.models import Lead
from tests.factories import (
    LeadFactory,
    RoleFactory,
    UserFactory,
    WebhookDeliveryFactory,
    WebhookFactory,
)
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]
GIVEN: dict[str, Any] = {
    "name": "Shop",
    "url": "https://shop.example.com/hook",
    "kinds": ["crm.lead.created", "crm.deal.stage_changed"],
    "condition": "",
}


@pytest.fixture
def client(administrator: User, log_in: LogIn) -> Client:
    return log_in(administrator)


@pytest.fixture
def webhook(administrator: User) -> Webhook:
    hook: Webhook = WebhookFactory(owner=administrator)
    return hook


@pytest.fixture
def integrator(db: None) -> User:
    """Somebody whom the company lets make webhooks, without being an administrator."""
    grants = {"core.webhook.manage": Reach.ALL, "crm.lead.view": Reach.OWN}
    return UserFactory(roles=[RoleFactory(grants=grants)])


def detail(webhook: Webhook, **query: Any) -> str:
    return reverse("webhook_detail", args=[webhook.pk], query=query or None)


def post(client: Client, name: str, webhook: Webhook, data: Any = None) -> Any:
    return client.post(reverse(name, args=[webhook.pk]), data or {}, follow=True)


def test_webhook_is_made_and_its_secret_shown_once(client: Client, administrator: User) -> None:
    given = {**GIVEN, "owner": administrator.pk}
    response = client.post(reverse("webhook_create"), given, follow=True)
    webhook = Webhook.objects.get()
    assert (webhook.owner, webhook.kinds) == (administrator, GIVEN["kinds"])
    assert secret_of(webhook) in response.text
    assert response["Cache-Control"] == "no-store"
    assert secret_of(webhook) not in client.get(detail(webhook)).text
    event = AuditEvent.objects.get(action="webhook.create")
    assert secret_of(webhook) not in str(event.changes)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"kinds": []}, "Choose at least one event."),
        ({"kinds": ["crm.lead.exploded"]}, "Select a valid choice"),
        ({"url": "https://10.0.0.1/"}, "Webhooks may not be sent to this address."),
        ({"url": "https://a:b@shop.example.com/"}, "Leave user name and password out"),
        ({"url": "shop"}, "begins with https://"),
        ({"name": ""}, "This field is required."),
    ],
)
def test_what_does_not_fit_is_said(
    client: Client, administrator: User, changed: dict[str, Any], sentence: str
) -> None:
    given = {**GIVEN, "owner": administrator.pk, **changed}
    response = client.post(reverse("webhook_create"), given)
    assert response.status_code == 422
    assert sentence in response.text
    assert not Webhook.objects.exists()


def test_changes_are_in_the_audit_trail(client: Client, webhook: Webhook, sales: User) -> None:
    given = {**GIVEN, "owner": sales.pk}
    client.post(reverse("webhook_edit", args=[webhook.pk]), given)
    webhook.refresh_from_db()
    assert (webhook.name, webhook.owner) == ("Shop", sales)
    event = AuditEvent.objects.get(action="webhook.change")
    assert set(event.changes) == {"name", "url", "kinds", "owner"}
    assert event.changes["url"][1].startswith("https://shop.example.com/…")


def test_the_trail_has_no_secret_of_an_address(client: Client, webhook: Webhook) -> None:
    edit, hosts = reverse("webhook_edit", args=[webhook.pk]), []
    for url in (
        "https://hooks.example.com:8443/services/T0/SECRET",
        "https://hooks.example.com:8443/services/T0/SECRET?key=SECRET",
        "https://hooks.example.com:8443",
    ):
        client.post(edit, {**GIVEN, "owner": webhook.owner_id, "url": url})
        hosts.append(AuditEvent.objects.filter(action="webhook.change").latest("pk"))
    assert not AuditEvent.objects.filter(changes__icontains="SECRET").exists()
    before, after = hosts[1].changes["url"]
    assert before != after
    assert hosts[2].changes["url"] == [after, "https://hooks.example.com:8443/"]
    assert "hooks.example.com" in client.get(reverse("audit_list")).text


def test_condition_of_a_view(client: Client, administrator: User) -> None:
    condition = {"field": "source", "operator": "is", "value": "Web"}
    view = SavedView.objects.create(
        object_type="crm.lead", name="From the web", owner=administrator, condition=condition
    )
    given = {**GIVEN, "owner": administrator.pk, "condition": view.pk}
    page = client.post(reverse("webhook_create"), given, follow=True).text
    webhook = Webhook.objects.get()
    assert (webhook.condition, webhook.condition_type) == (condition, "crm.lead")
    assert "Leads: Source is Web" in re.sub(r"\s+", " ", page)
    view.delete()
    edit = reverse("webhook_edit", args=[webhook.pk])
    assert "Leads: Source is Web" in re.sub(r"\s+", " ", client.get(edit).text)
    client.post(edit, {**given, "condition": "kept", "name": "Other"})
    webhook.refresh_from_db()
    assert (webhook.name, webhook.condition) == ("Other", condition)
    client.post(edit, {**given, "condition": ""})
    webhook.refresh_from_db()
    assert (webhook.condition, webhook.condition_type) == ({}, "")


# -- rights -----------------------------------------------------------------------------------------


def test_who_may_make_webhooks_reaches_only_the_own(
    integrator: User, webhook: Webhook, log_in: LogIn
) -> None:
    """Another's webhook turned to one's own address would tell what its owner sees."""
    client, own = log_in(integrator), WebhookFactory(owner=integrator)
    listed = client.get(reverse("webhook_list")).text
    assert own.name in listed
    assert webhook.name not in listed
    assert client.get(detail(own)).status_code == 200
    delivery = WebhookDeliveryFactory(webhook=webhook)
    for url in (
        detail(webhook),
        reverse("webhook_edit", args=[webhook.pk]),
        reverse("webhook_delivery", args=[webhook.pk, delivery.pk]),
        reverse("webhook_delivery", args=[own.pk, delivery.pk]),
    ):
        assert client.get(url).status_code == 404
    for name in ("test", "replay", "state", "secret", "delete", "edit"):
        address = reverse(f"webhook_{name}", args=[webhook.pk])
        assert client.post(address, {"state": "off"}).status_code == 404
    post(client, "webhook_replay", own, {"ids": [delivery.pk]})
    delivery.refresh_from_db()
    assert delivery.next_at == NOW


def test_nobody_takes_the_rights_of_another(
    integrator: User, administrator: User, log_in: LogIn
) -> None:
    client = log_in(integrator)
    client.post(reverse("webhook_create"), {**GIVEN, "owner": administrator.pk})
    webhook = Webhook.objects.get()
    assert webhook.owner == integrator
    client.post(reverse("webhook_edit", args=[webhook.pk]), {**GIVEN, "owner": administrator.pk})
    webhook.refresh_from_db()
    assert webhook.owner == integrator


def test_others_do_not_get_in(sales: User, manager: User, log_in: LogIn) -> None:
    for user in (sales, manager):
        assert log_in(user).get(reverse("webhook_list")).status_code == 403


# -- the log -----------------------------------------------------------------------------------------


def numbers(page: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'name="ids"\s+value="(\d+)"', page)]


def test_log_is_filtered(client: Client, webhook: Webhook) -> None:
    old = WebhookDeliveryFactory(
        webhook=webhook, created_at=NOW - timedelta(days=9), state=DeliveryState.FAILED
    )
    new = WebhookDeliveryFactory(webhook=webhook, kind="crm.lead.deleted")
    WebhookDeliveryFactory()

    def found(**query: str) -> list[int]:
        return numbers(client.get(detail(webhook, **query)).text)

    day = f"{NOW:%Y-%m-%d}"
    assert found() == [new.pk, old.pk]
    assert found(state="failed") == [old.pk]
    assert found(state="waiting") == [new.pk]
    assert found(kind="crm.lead.deleted") == [new.pk]
    assert found(since=day) == [new.pk]
    assert found(until=f"{NOW - timedelta(days=9):%Y-%m-%d}") == [old.pk]
    assert found(since="2030-01-01") == []
    assert found(until="2020-01-01") == []
    assert found(since="soon", state="silly", kind="x") == [new.pk, old.pk]


def test_log_has_pages(client: Client, webhook: Webhook) -> None:
    made = WebhookDeliveryFactory.create_batch(60, webhook=webhook, state="delivered")
    WebhookDeliveryFactory.create_batch(5, webhook=webhook, state="failed")
    first = client.get(detail(webhook, state="delivered")).text
    (token,) = set(re.findall(r"after=([\w-]+)", first))
    second = client.get(detail(webhook, state="delivered", after=token)).text
    assert numbers(first) + numbers(second) == [row.pk for row in reversed(made)]


def test_delivery_shows_what_was_sent_and_answered(client: Client, webhook: Webhook) -> None:
    delivery = WebhookDeliveryFactory(
        webhook=webhook,
        body='{"type":"crm.lead.changed","record":{"name":"<b>林</b>"}}',
        state=DeliveryState.FAILED,
        status=503,
        fault="status",
        answer="<script>no</script>",
        milliseconds=12,
    )
    page = client.get(reverse("webhook_delivery", args=[webhook.pk, delivery.pk])).text
    for part in ("&lt;b&gt;林&lt;/b&gt;", "&lt;script&gt;no", "503", "12 ms", delivery.message_id):
        assert part in page
    assert "The server did not accept it." in page


def test_log_of_a_former_owner_tells_the_new_one_nothing(
    client: Client, webhook: Webhook, integrator: User, log_in: LogIn
) -> None:
    """What an administrator's webhook was told of is more than its new owner may see."""
    lead = LeadFactory(source="Secret fair")
    make(lead)
    (delivery,) = WebhookDelivery.objects.all()
    url = reverse("webhook_delivery", args=[webhook.pk, delivery.pk])
    assert "Secret fair" in client.get(url).text
    client.post(reverse("webhook_edit", args=[webhook.pk]), {**GIVEN, "owner": integrator.pk})
    theirs = log_in(integrator)
    page = theirs.get(url)
    assert page.status_code == 200
    assert "Secret fair" not in page.text
    assert "What was sent is not shown" in page.text
    for shown in (page.text, theirs.get(detail(webhook)).text):
        assert reverse("lead_detail", args=[lead.pk]) not in shown


def make(lead: Any) -> None:
    WebhookEvent.objects.create(
        at=NOW,
        object_type="crm.lead",
        object_id=lead.pk,
        kinds=["crm.lead.changed"],
        changes={"source": ["", lead.source]},
    )
    make_deliveries(at=NOW)


def test_log_of_who_loses_rights(integrator: User, log_in: LogIn) -> None:
    webhook = WebhookFactory(owner=integrator)
    lead = LeadFactory(owner=integrator, source="Secret fair")
    make(lead)
    (delivery,) = WebhookDelivery.objects.all()
    url, client = reverse("webhook_delivery", args=[webhook.pk, delivery.pk]), log_in(integrator)

    def shows() -> bool:
        return "Secret fair" in client.get(url).text

    assert shows()
    (role,) = integrator.roles.all()
    rule = FieldRule.objects.create(role=role, field="crm.lead.source", access="none")
    assert not shows()
    rule.delete()
    assert shows()
    Lead.objects.filter(pk=lead.pk).update(owner=UserFactory())
    assert not shows()
    Lead.objects.filter(pk=lead.pk).update(owner=integrator)
    role.grants.filter(permission="crm.lead.view").delete()
    assert not shows()


def test_test_button(client: Client, webhook: Webhook) -> None:
    response = post(client, "webhook_test", webhook)
    delivery = WebhookDelivery.objects.get()
    assert delivery.kind == "webhook.test"
    assert response.redirect_chain[-1][0].endswith(f"/deliveries/{delivery.pk}/")
    assert "hx-trigger" in response.text
    url = response.redirect_chain[-1][0]
    WebhookDelivery.objects.update(state=DeliveryState.DELIVERED)
    polled = client.get(url, headers={"HX-Request": "true", "HX-Target": "delivery"})
    assert polled.status_code == 286


def test_replay_of_ticked_ones_and_of_all_that_is_shown(client: Client, webhook: Webhook) -> None:
    failed = WebhookDeliveryFactory.create_batch(3, webhook=webhook, state="failed")
    WebhookDeliveryFactory(webhook=webhook, state="delivered")
    post(client, "webhook_replay", webhook, {"ids": [failed[0].pk, "9" * 40, "x"]})
    waiting = WebhookDelivery.objects.filter(state="waiting")
    assert waiting.get() == failed[0]
    assert post(client, "webhook_replay", webhook, {"one": "1"}).status_code == 200
    post(client, "webhook_replay", webhook, {"all": "1", "state": "failed"})
    assert waiting.count() == 3
    assert AuditEvent.objects.filter(action="webhook.replay").count() == 2


def test_states(client: Client, webhook: Webhook) -> None:
    for state, sentence in (("paused", "It is paused"), ("off", "It is off")):
        page = post(client, "webhook_state", webhook, {"state": state}).text
        assert sentence in page
        refused = post(client, "webhook_test", webhook).text
        assert "Turn the webhook on first." in refused
    assert not WebhookDelivery.objects.exists()
    webhook.refresh_from_db()
    assert webhook.is_off


def test_new_secret(client: Client, webhook: Webhook) -> None:
    old = secret_of(webhook)
    page = post(client, "webhook_secret", webhook).text
    webhook.refresh_from_db()
    assert secret_of(webhook) != old
    assert secret_of(webhook) in page
    assert webhook.old_secret_until is not None


def test_delete(client: Client, webhook: Webhook) -> None:
    WebhookDeliveryFactory(webhook=webhook)
    post(client, "webhook_delete", webhook)
    assert not Webhook.objects.exists()
    assert AuditEvent.objects.filter(action="webhook.delete", object_id=webhook.pk).exists()
