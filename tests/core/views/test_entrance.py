"""The way in: set-up page, log-in over HTTP, password reset, two-factor pages."""

import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent, User
from core.permissions import access_of
from tests.core.api.callers import Caller
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
SET_UP = {"name": "Ada", "email": "ada@example.org", "password": PASSWORD}

LogIn = Callable[..., Client]


@pytest.fixture
def member() -> User:
    """With an address of its own each time: failed log-ins are counted by address."""
    return UserFactory(role="sales", email=f"{secrets.token_hex(6)}@example.org", password=PASSWORD)


def submit(client: Client, email: str, password: str, **more: Any) -> Any:
    return client.post(reverse("account_login"), {"login": email, "password": password}, **more)


# -- set-up --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/leads/", "/accounts/login/", "/no/such/page"])
def test_empty_installation_leads_to_the_set_up_page(path: str, visitor: Client) -> None:
    response = visitor.get(path)
    assert (response.status_code, response["Location"]) == (302, reverse("set_up"))


def test_set_up_makes_the_administrator_and_signs_in(visitor: Client) -> None:
    assert visitor.get(reverse("set_up")).status_code == 200
    response = visitor.post(reverse("set_up"), SET_UP, headers={"Accept-Language": "zh-hans"})
    assert (response.status_code, response["Location"]) == (302, "/")
    user = User.objects.get()
    assert (user.email, user.language) == ("ada@example.org", "zh-hans")
    assert access_of(user).is_administrator
    assert visitor.get("/").status_code == 200


def test_set_up_page_is_gone_afterwards(sales: User, visitor: Client, log_in: LogIn) -> None:
    for client in (visitor, log_in(sales)):
        assert client.get(reverse("set_up")).status_code == 404
        assert client.post(reverse("set_up"), SET_UP).status_code == 404
    assert User.objects.count() == 1


@pytest.mark.parametrize("token", ["", "wrong", "错误的令牌", "Zürich"])
def test_set_up_asks_for_the_token(token: str, visitor: Client, settings: Any) -> None:
    settings.SETUP_TOKEN = "s3cret-Zürich"
    response = visitor.post(reverse("set_up"), {**SET_UP, "token": token})
    assert response.status_code == 422
    assert not User.objects.exists()


def test_set_up_opens_with_the_token(visitor: Client, settings: Any) -> None:
    settings.SETUP_TOKEN = "s3cret-Zürich"
    response = visitor.post(reverse("set_up"), {**SET_UP, "token": "s3cret-Zürich"})
    assert response.status_code == 302
    assert User.objects.count() == 1


def test_production_is_not_set_up_without_a_token(visitor: Client, settings: Any) -> None:
    """Who reaches a fresh installation first must not become its administrator."""
    settings.SETUP_NEEDS_TOKEN = True
    assert visitor.get(reverse("set_up")).status_code == 403
    assert visitor.post(reverse("set_up"), SET_UP).status_code == 403
    assert not User.objects.exists()


def test_set_up_refuses_a_weak_password_with_the_form(visitor: Client) -> None:
    response = visitor.post(reverse("set_up"), {**SET_UP, "password": "12345"})
    assert response.status_code == 422
    assert "ada@example.org" in response.content.decode()
    assert "12345" not in response.content.decode()


def test_language_can_be_chosen_before_there_are_users(visitor: Client) -> None:
    response = visitor.post(reverse("set_language"), {"language": "zh-hans", "next": "/set-up/"})
    assert response.status_code == 302
    assert visitor.get(reverse("set_up")).headers["Content-Language"] == "zh-hans"


# -- log in and out ------------------------------------------------------------------------------


def test_log_in_by_address_and_password(member: User, visitor: Client) -> None:
    assert visitor.get(reverse("account_login")).status_code == 200
    response = submit(visitor, member.email.upper(), PASSWORD)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert visitor.get("/").wsgi_request.user == member


def test_log_in_leads_to_the_page_that_was_asked_for(member: User, visitor: Client) -> None:
    asked = visitor.get("/leads/?status=open")
    assert submit_to(visitor, asked["Location"], member)["Location"] == "/leads/?status=open"
    foreign = f"{reverse('account_login')}?next=https://evil.example/"
    visitor.logout()
    assert submit_to(visitor, foreign, member)["Location"] == "/"


def submit_to(client: Client, url: str, member: User) -> Any:
    return client.post(url, {"login": member.email, "password": PASSWORD})


def test_wrong_password_and_unknown_address_get_the_same_answer(
    member: User, visitor: Client
) -> None:
    wrong = submit(visitor, member.email, "wrong")
    unknown = submit(visitor, "nobody@example.org", "wrong")
    sentences = [re.findall(r"not correct[^<]*", r.content.decode()) for r in (wrong, unknown)]
    assert sentences[0]
    assert sentences[0] == sentences[1]
    assert wrong.status_code == unknown.status_code


def test_inactive_user_cannot_log_in(member: User, visitor: Client) -> None:
    User.objects.filter(pk=member.pk).update(is_active=False)
    submit(visitor, member.email, PASSWORD)
    assert not visitor.get("/accounts/login/").wsgi_request.user.is_authenticated


def test_user_that_is_switched_off_is_out_at_once(member: User, log_in: LogIn) -> None:
    client = log_in(member)
    assert client.get("/").status_code == 200
    User.objects.filter(pk=member.pk).update(is_active=False)
    assert client.get("/").status_code == 302


def test_failed_log_ins_are_limited(member: User, visitor: Client) -> None:
    for _attempt in range(6):
        submit(visitor, member.email, "wrong")
    response = submit(visitor, member.email, PASSWORD)
    assert response.status_code in (200, 422, 429)
    assert not response.wsgi_request.user.is_authenticated
    assert "Too many" in response.content.decode()


def test_log_out_ends_the_session(member: User, log_in: LogIn) -> None:
    client = log_in(member)
    assert client.get(reverse("account_logout")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get("/").status_code == 302


def test_nobody_signs_up_alone(member: User, visitor: Client) -> None:
    form = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    visitor.get(reverse("account_signup"))
    visitor.post(reverse("account_signup"), form)
    assert User.objects.count() == 1


# -- passwords -----------------------------------------------------------------------------------


def test_password_is_reset_by_mail(member: User, visitor: Client) -> None:
    visitor.post(reverse("account_reset_password"), {"email": member.email})
    (letter,) = mail.outbox
    assert letter.to == [member.email]
    (link,) = re.findall(r"http://testserver(/\S+)", letter.body)
    form_page = visitor.get(link, follow=True)
    assert form_page.status_code == 200
    new = "another horse battery"
    path = form_page.request["PATH_INFO"]
    visitor.post(path, {"password1": new, "password2": new})
    member.refresh_from_db()
    assert member.check_password(new)
    assert visitor.get(link, follow=True).context["token_fail"]


def test_reset_lets_nobody_stay_in_and_a_change_says_who_does(
    member: User, visitor: Client, log_in: LogIn
) -> None:
    """A link is the way back into an account that somebody else was in; a change is house-keeping."""
    User.objects.filter(pk=member.pk).update(last_login=timezone.now())
    caller, elsewhere = Caller(member), log_in(member)
    new = {"password1": "another horse battery", "password2": "another horse battery"}
    change = reverse("account_change_password")
    assert "API tokens go on working" in elsewhere.get(change).text
    elsewhere.post(change, {"oldpassword": PASSWORD, **new})
    assert caller.get("me/").status_code == 200
    visitor.post(reverse("account_reset_password"), {"email": member.email})
    (link,) = re.findall(r"http://testserver(/\S+)", mail.outbox[-1].body)
    page = visitor.get(link, follow=True)
    assert "your API tokens are revoked" in page.text
    visitor.post(page.request["PATH_INFO"], new)
    assert caller.get("me/").status_code == 401
    assert elsewhere.get(reverse("settings_profile")).status_code == 302
    assert AuditEvent.objects.filter(action="token.revoke", object_id=caller.token.pk).exists()


def test_reset_does_not_tell_who_has_an_account(member: User, visitor: Client) -> None:
    answers = [
        visitor.post(reverse("account_reset_password"), {"email": email})
        for email in (member.email, "nobody@example.org")
    ]
    assert {(a.status_code, a["Location"]) for a in answers} == {
        (302, reverse("account_reset_password_done"))
    }
    assert all(letter.to == [member.email] for letter in mail.outbox)


def test_password_is_changed_with_the_old_one(member: User, log_in: LogIn) -> None:
    client = log_in(member)
    new = "another horse battery"
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    member.refresh_from_db()
    assert member.check_password(new)


# -- two factors and sessions --------------------------------------------------------------------


def test_two_factor_pages_open_after_the_password_is_given_again(
    member: User, log_in: LogIn
) -> None:
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    client = log_in(member)
    assert client.get(reverse("mfa_index")).status_code == 200
    asked = client.get(reverse("mfa_activate_totp"))
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    again = client.post(asked["Location"], {"password": PASSWORD})
    assert again["Location"] == reverse("mfa_activate_totp")
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200
    assert "form" in page.context
    assert "Renmai" in page.context["totp_url"]


def test_sessions_page_names_the_own_session(member: User, log_in: LogIn) -> None:
    client = log_in(member)
    client.get("/")
    page = client.get(reverse("usersessions_list"))
    assert page.status_code == 200
    assert len(page.context["sessions"]) == 1
