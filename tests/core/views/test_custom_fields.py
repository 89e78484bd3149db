"""The settings page of custom fields."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.choices import CUSTOM_FIELD_TYPES, FieldAccess, Reach
from core.models import AuditEvent, CustomField, User
from tests.factories import CustomFieldFactory, RoleFactory, UserFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
BASICS = {"label": "Channel", "help_text": "Where from?", "known_when": "before"}


def create_url(kind: str, record_type: str = "crm.lead") -> str:
    return reverse("custom_field_create", args=[record_type]) + f"?field={kind}"


@pytest.mark.parametrize("kind", CUSTOM_FIELD_TYPES)
def test_field_of_each_type_is_made(kind: str, manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    assert client.get(create_url(kind)).status_code == 200
    more = {"target": "crm.company", "currency": "CHF", "more_options": "Fair\n 网站 \n\n"}
    response = client.post(create_url(kind), {**BASICS, **more, "is_required": "on"})
    assert response["Location"] == reverse("custom_field_list") + "?type=crm.lead"
    field = CustomField.objects.get()
    assert (field.type, field.label, field.is_required) == (kind, "Channel", True)
    assert field.currency == ("CHF" if kind == "money" else "")
    assert field.target == ("crm.company" if kind == "link" else "")
    expected = [("Fair", "Fair"), ("网站", "网站")] if kind in ("choice", "choices") else []
    assert field.choices == expected
    page = client.get(response["Location"]).content.decode()
    assert "Channel" in page


def test_types_are_offered_before_the_form(manager: User, log_in: LogIn) -> None:
    url = reverse("custom_field_create", args=["crm.deal"])
    page = log_in(manager).get(url).content.decode()
    for kind in CUSTOM_FIELD_TYPES:
        assert f"?field={kind.value}" in page
    assert log_in(manager).get(reverse("custom_field_create", args=["no.such"])).status_code == 404


def test_field_with_a_mistake_is_shown_again(manager: User, log_in: LogIn) -> None:
    CustomFieldFactory(label="Channel")
    response = log_in(manager).post(create_url("text"), BASICS)
    assert response.status_code == 422
    assert "already" in response.content.decode()
    assert CustomField.objects.count() == 1


def test_options_are_renamed_added_and_taken_away(manager: User, log_in: LogIn) -> None:
    options = [{"key": key, "label": key} for key in ("Fair", "Web", "Shop")]
    field = CustomFieldFactory(type="choice", label="Channel", options=options)
    url = reverse("custom_field_edit", args=[field.pk])
    page = log_in(manager).get(url).content.decode()
    assert page.index("option_0") < page.index("option_2") < page.index("more_options")
    changed = {"option_0": "Trade fair", "option_1": "", "option_2": "Shop", "more_options": "Web"}
    assert log_in(manager).post(url, {**BASICS, **changed}).status_code == 302
    field.refresh_from_db()
    assert field.choices == [("Fair", "Trade fair"), ("Shop", "Shop"), ("Web 2", "Web")]
    assert AuditEvent.objects.filter(action="field.change", object_id=field.pk).exists()


def test_fields_are_moved_archived_and_restored(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    first, second = (CustomFieldFactory(label=name, position=n) for n, name in enumerate("AB"))
    client.post(reverse("custom_field_move", args=[second.pk]), {"way": "up"})
    assert [f.label for f in CustomField.objects.all()] == ["B", "A"]
    client.post(reverse("custom_field_archive", args=[first.pk]))
    first.refresh_from_db()
    assert first.is_archived
    assert (
        reverse("custom_field_restore", args=[first.pk])
        in client.get(reverse("custom_field_list")).content.decode()
    )
    client.post(reverse("custom_field_restore", args=[first.pk]))
    first.refresh_from_db()
    assert not first.is_archived


def test_only_those_who_manage_fields_come_in(sales: User, log_in: LogIn) -> None:
    field = CustomFieldFactory()
    client = log_in(sales)
    assert client.get(reverse("custom_field_list")).status_code == 403
    assert client.post(reverse("custom_field_archive", args=[field.pk])).status_code == 403
    assert (
        reverse("custom_field_list") not in client.get(reverse("settings_profile")).content.decode()
    )


def test_hidden_field_is_not_there(log_in: LogIn) -> None:
    role = RoleFactory(grants={"crm.lead.view": Reach.ALL, "core.custom_field.manage": Reach.ALL})
    field = CustomFieldFactory(label="Secret margin")
    role.field_rules.create(field=field.name, access=FieldAccess.NONE)
    client = log_in(UserFactory(role=None, roles=[role]))
    assert "Secret margin" not in client.get(reverse("custom_field_list")).content.decode()
    assert client.get(reverse("custom_field_edit", args=[field.pk])).status_code == 404
    of_companies = CustomFieldFactory(object_type="crm.company")
    assert client.get(reverse("custom_field_edit", args=[of_companies.pk])).status_code == 404


def test_list_asks_the_same_of_one_and_of_thirty_fields(
    manager: User, log_in: LogIn, django_assert_max_num_queries: Any
) -> None:
    client = log_in(manager)
    for number in range(30):
        CustomFieldFactory(label=f"Field {number}")
    with django_assert_max_num_queries(12):
        client.get(reverse("custom_field_list"))
