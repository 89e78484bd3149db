"""The user's own settings and the inbox."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Notification, User
from tests.factories import NotificationFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]


def test_profile_is_saved(sales: User, log_in: LogIn) -> None:
    form = {"name": "Sam", "language": "zh-hans", "time_zone": "Asia/Shanghai", "theme": "dark"}
    response = log_in(sales).post(reverse("settings_profile"), form)
    assert response.status_code == 302
    sales.refresh_from_db()
    assert (sales.name, sales.language, sales.time_zone) == ("Sam", "zh-hans", "Asia/Shanghai")
    assert (sales.theme, sales.has_hotkeys) == ("dark", False)


def test_profile_with_a_mistake_is_shown_again(sales: User, log_in: LogIn) -> None:
    form = {"name": "", "language": "en", "time_zone": "Mars/Olympus", "theme": "dark"}
    response = log_in(sales).post(reverse("settings_profile"), form)
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"name", "time_zone"}
    assert User.objects.get(pk=sales.pk).theme == "auto"


def test_profile_cannot_change_rights(sales: User, log_in: LogIn) -> None:
    form = {"name": "S", "language": "en", "time_zone": "UTC", "theme": "auto"}
    log_in(sales).post(
        reverse("settings_profile"), {**form, "email": "x@y.z", "roles": "1", "is_active": ""}
    )
    stored = User.objects.get(pk=sales.pk)
    assert (stored.email, stored.is_active) == (sales.email, True)
    assert [role.key for role in stored.roles.all()] == ["sales"]


def test_theme_switch_answers_htmx_with_nothing(sales: User, log_in: LogIn) -> None:
    response = log_in(sales).post(
        reverse("preferences_update"), {"theme": "dark"}, headers={"HX-Request": "true"}
    )
    assert response.status_code == 204
    assert User.objects.get(pk=sales.pk).theme == "dark"


@pytest.mark.parametrize(
    ("back", "to"), [("/leads/?q=a", "/leads/?q=a"), ("https://evil.example/", "/"), ("", "/")]
)
def test_language_switch_goes_back(sales: User, log_in: LogIn, back: str, to: str) -> None:
    form = {"language": "zh-hans", "next": back}
    assert log_in(sales).post(reverse("preferences_update"), form)["Location"] == to


def test_inbox_shows_the_own_sentences_only(sales: User, colleague: User, log_in: LogIn) -> None:
    NotificationFactory(user=sales, message_args={"job": "Mine"})
    NotificationFactory(user=colleague, message_args={"job": "Theirs"})
    page = log_in(sales).get(reverse("notification_list")).content.decode()
    assert "Mine" in page
    assert "Theirs" not in page


def test_reading_marks_the_own_sentences(sales: User, colleague: User, log_in: LogIn) -> None:
    mine, theirs = NotificationFactory(user=sales), NotificationFactory(user=colleague)
    log_in(sales).post(reverse("notifications_mark_read"))
    assert Notification.objects.get(pk=mine.pk).read_at is not None
    assert Notification.objects.get(pk=theirs.pk).read_at is None
