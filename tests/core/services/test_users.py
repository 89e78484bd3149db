"""Users: the first administrator, sample users, preferences."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.errors import Refused
from core.models import AuditEvent, Role, Team, User
from core.permissions import access_of
from core.services.sample_users import SAMPLES, sample_log_ins
from core.services.users import (
    create_administrator,
    create_first_administrator,
    create_user,
    is_set_up,
    update_preferences,
)
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
FIRST = {"email": "Ada@Example.org ", "name": "Ada", "password": PASSWORD, "language": "zh-hans"}


def test_first_administrator_may_everything() -> None:
    assert not is_set_up()
    user = create_first_administrator(**{**FIRST, "email": "Ada@Example.org"})
    assert (user.email, user.language) == ("ada@example.org", "zh-hans")
    assert user.check_password(PASSWORD)
    assert access_of(user).is_administrator
    assert is_set_up()
    assert AuditEvent.objects.filter(action="user.create", object_id=user.pk).exists()


def test_second_first_administrator_is_refused(sales: User) -> None:
    with pytest.raises(Refused, match="already"):
        create_first_administrator(**{**FIRST, "email": "ada@example.org"})
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("email", "password"),
    [("no-address", PASSWORD), ("a@example.org", "short"), ("ada.l@example.org", "ada.l@example")],
)
def test_bad_address_or_password_is_refused(email: str, password: str) -> None:
    with pytest.raises(Refused):
        create_administrator(email=email, name="Ada", password=password)
    assert not User.objects.exists()


def test_address_is_taken_whatever_its_case() -> None:
    UserFactory(email="ada@example.org")
    with pytest.raises(Refused, match="already"):
        create_user(email=" ADA@example.org", name="Ada", password=None, roles=[])


def test_user_without_a_password_cannot_log_in_yet() -> None:
    user = create_user(
        email="b@example.org", name="B", password=None, roles=Role.objects.filter(key="sales")
    )
    assert not user.has_usable_password()
    assert access_of(user).may("crm.lead.view")


def test_administrator_is_made_by_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda: PASSWORD)
    said = io.StringIO()
    call_command("create_admin", "root@example.org", "--password-stdin", stdout=said)
    assert "root@example.org is an administrator" in said.getvalue()
    assert access_of(User.objects.get()).is_administrator
    with pytest.raises(CommandError, match="already"):
        call_command("create_admin", "root@example.org", "--password-stdin")


def test_sample_users_are_made_once_with_passwords_that_work(tmp_path: Path) -> None:
    file = tmp_path / "log-ins.json"
    lines = sample_log_ins(file=file)
    assert [(role, email) for role, email, _password in lines] == [
        (role, email) for role, email, *_rest in SAMPLES
    ]
    for role, email, password in lines:
        user = User.objects.get(email=email)
        assert user.check_password(password)
        assert [r.key for r in user.roles.all()] == [role]
    assert sample_log_ins(file=file) == lines
    assert User.objects.count() == len(SAMPLES)
    assert file.stat().st_mode & 0o777 == 0o600
    assert Team.objects.get(name="Sales, Europe").parent == Team.objects.get(name="Sales")


def test_sample_user_whose_password_was_changed_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "log-ins.json"
    sample_log_ins(file=file)
    changed, switched_off, *_others = User.objects.order_by("email")
    changed.set_password("another one")
    changed.save()
    User.objects.filter(pk=switched_off.pk).update(is_active=False)
    left = {email for _role, email, _password in sample_log_ins(file=file)}
    assert left == {email for _r, email, *_x in SAMPLES} - {changed.email, switched_off.email}


def test_no_sample_users_where_there_are_users(sales: User, tmp_path: Path) -> None:
    assert sample_log_ins(file=tmp_path / "log-ins.json") == []
    assert User.objects.count() == 1


def test_sample_file_holds_nothing_but_the_samples(tmp_path: Path) -> None:
    file = tmp_path / "log-ins.json"
    sample_log_ins(file=file)
    assert json.loads(file.read_text()).keys() == {email for _role, email, *_rest in SAMPLES}


def test_preferences_are_written_one_by_one(sales: User) -> None:
    update_preferences(user=sales, language="zh-hans")
    update_preferences(user=sales, theme="dark")
    sales.refresh_from_db()
    assert (sales.language, sales.theme) == ("zh-hans", "dark")


@pytest.mark.parametrize("wish", [{"language": "tlh"}, {"theme": "pink"}])
def test_preference_that_is_not_offered_is_refused(sales: User, wish: dict[str, str]) -> None:
    with pytest.raises(Refused):
        update_preferences(user=sales, **wish)
    stored = User.objects.get(pk=sales.pk)
    assert (stored.language, stored.theme) == ("en", "auto")
