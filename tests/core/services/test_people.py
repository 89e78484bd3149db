"""Users: inviting, changing, switching off; who may do that to whom; an administrator always stays."""

from functools import partial
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.test import Client

from core.choices import Reach
from core.errors import Refused
from core.models import AuditEvent, Role, Team, User
from core.permissions import access_of
from core.services.invitations import invite_users, link_for, people_in, send_links
from core.services.members import (
    edit_user,
    end_sessions,
    hand_over,
    reset_two_step,
    switch_off,
    switch_on,
)
from crm.models import Contact, Lead
from tests.factories import ContactFactory, LeadFactory, RoleFactory, TeamFactory, UserFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def role(key: str) -> Role:
    return Role.objects.get(key=key)


def edit(user: User, by: User, **changed: object) -> None:
    stored = fresh(user)
    given = {
        "name": stored.name,
        "email": stored.email,
        "team": stored.team,
        "roles": list(stored.roles.all()),
        "language": stored.language,
        "time_zone": stored.time_zone,
    }
    edit_user(user=stored, by=fresh(by), **{**given, **changed})


@pytest.fixture
def people_manager(team: Team) -> User:
    """Somebody who looks after users without being an administrator."""
    grants = {"core.user.manage": Reach.ALL, "crm.lead.view": Reach.TEAM}
    return UserFactory(team=team, roles=[RoleFactory(name="People", grants=grants)])


# -- inviting ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("ada@example.org", [("ada", "ada@example.org")]),
        (
            "Ada L <Ada@Example.org>\n\nbob@b.io",
            [("Ada L", "ada@example.org"), ("bob", "bob@b.io")],
        ),
        ("a@b.io, A@b.io；c@d.io", [("a", "a@b.io"), ("c", "c@d.io")]),
        ("安达 <an@da.cn>", [("安达", "an@da.cn")]),
    ],
)
def test_people_are_read_from_what_was_pasted(text: str, people: list[tuple[str, str]]) -> None:
    assert people_in(text) == people


@pytest.mark.parametrize("text", ["", " \n ,", "ada", "ada@example.org, bob", "\0@x.org"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        people_in(text)


def invite(by: User, *emails: str, roles: list[Role], team: Team | None = None) -> list[User]:
    people = [(email.partition("@")[0], email) for email in emails]
    return invite_users(people=people, roles=roles, team=team, language="zh-hans", by=by)


def test_all_are_invited_or_nobody(administrator: User, sales: User) -> None:
    with pytest.raises(Refused, match=sales.email):
        invite(administrator, "a@b.io", sales.email, roles=[role("sales")])
    assert not User.objects.filter(email="a@b.io").exists()
    made = invite(administrator, "a@b.io", "c@d.io", roles=[role("sales")], team=sales.team)
    assert [(u.language, u.team, u.has_usable_password()) for u in made] == [
        ("zh-hans", sales.team, False)
    ] * 2
    assert AuditEvent.objects.filter(action="user.create", actor=administrator).count() == 2


def test_link_ends_when_it_was_used_or_is_too_old(administrator: User, settings: object) -> None:
    (user,) = invite(administrator, "a@b.io", roles=[role("sales")])
    (invited,) = send_links(users=[user], origin="http://testserver/", by=administrator)
    assert invited.is_sent
    path = invited.link.removeprefix("http://testserver")
    assert "token_fail" not in (Client().get(path, follow=True).context or {})
    settings.PASSWORD_RESET_TIMEOUT = -1  # type: ignore[attr-defined]
    assert Client().get(path, follow=True).context["token_fail"]


def test_links_are_shown_where_mail_reaches_nobody(
    administrator: User, sales: User, settings: object
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # type: ignore[attr-defined]
    (invited,) = send_links(users=[sales], origin="http://x/", by=administrator)
    assert not invited.is_sent
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # type: ignore[attr-defined]
    (failed,) = send_links(users=[sales], origin="http://x/", by=administrator)
    assert not failed.is_sent


def test_switched_off_user_gets_no_link(administrator: User, sales: User) -> None:
    switch_off(user=sales, by=administrator)
    with pytest.raises(Refused):
        link_for(fresh(sales))


# -- who may do it to whom -----------------------------------------------------------------------


def test_only_with_the_right(sales: User, colleague: User) -> None:
    for act in (switch_off, switch_on, partial(end_sessions, at=NOW), reset_two_step):
        with pytest.raises(PermissionDenied):
            act(user=colleague, by=sales)


def test_manager_of_users_gives_no_more_than_own_rights(
    people_manager: User, team: Team, other_team: Team
) -> None:
    less = RoleFactory(grants={"crm.lead.view": Reach.OWN})
    (made,) = invite(people_manager, "a@b.io", roles=[less], team=team)
    for roles, where in (
        ([role("administrator")], team),
        ([RoleFactory(grants={"crm.lead.view": Reach.ALL})], team),
        ([less], other_team),
    ):
        with pytest.raises(Refused):
            invite(people_manager, "x@y.io", roles=roles, team=where)
        with pytest.raises(Refused):
            edit(made, people_manager, roles=roles, team=where)
    with pytest.raises(Refused):
        edit(people_manager, people_manager, roles=[role("sales")])


def test_manager_of_users_cannot_become_somebody_with_more(
    people_manager: User, administrator: User, outsider: User
) -> None:
    """A password link of an administrator would be a way in."""
    for victim in (administrator, outsider):
        with pytest.raises(Refused):
            send_links(users=[victim], origin="http://x", by=people_manager)
        for act in (switch_off, partial(end_sessions, at=NOW), reset_two_step):
            with pytest.raises(Refused):
                act(user=victim, by=people_manager)
        with pytest.raises(Refused):
            edit(victim, people_manager, name="Mine")


def test_switched_off_administrator_is_not_switched_on_by_less(
    people_manager: User, administrator: User, team: Team
) -> None:
    other = UserFactory(role="administrator", team=team)
    switch_off(user=other, by=administrator)
    with pytest.raises(Refused, match="more than you"):
        switch_on(user=fresh(other), by=people_manager)


def test_an_administrator_always_stays(administrator: User) -> None:
    with pytest.raises(Refused, match="administrator"):
        edit(administrator, administrator, roles=[role("sales")])
    second = UserFactory(role="administrator")
    with pytest.raises(Refused, match="your own"):
        edit(administrator, administrator, roles=[role("sales")])
    with pytest.raises(Refused, match="yourself"):
        switch_off(user=administrator, by=administrator)
    switch_off(user=second, by=administrator)
    assert access_of(fresh(administrator)).is_administrator


# -- changing ------------------------------------------------------------------------------------


def test_changes_are_in_the_trail(administrator: User, sales: User, other_team: Team) -> None:
    edit(sales, administrator, name="Sam", team=other_team, roles=[role("manager")])
    stored = fresh(sales)
    assert (stored.name, stored.team) == ("Sam", other_team)
    assert access_of(stored).reach("crm.lead.view") == Reach.ALL
    event = AuditEvent.objects.get(action="user.edit")
    assert event.changes["team"] == ["North", "South"]
    assert event.changes["roles"] == [["Sales representative"], ["Manager"]]
    edit(sales, administrator)
    assert AuditEvent.objects.filter(action="user.edit").count() == 1


@pytest.mark.parametrize("wrong", [{"language": "tlh"}, {"name": ""}])
def test_wrong_values_are_refused(administrator: User, sales: User, wrong: dict[str, str]) -> None:
    with pytest.raises(Refused):
        edit(sales, administrator, **wrong)


def test_switched_off_user_is_out_at_once(administrator: User, sales: User) -> None:
    client = Client()
    client.force_login(sales)
    assert client.get("/").status_code == 200
    assert UserSession.objects.filter(user=sales).exists()
    switch_off(user=sales, by=administrator)
    assert client.get("/").status_code == 302
    assert not UserSession.objects.filter(user=sales).exists()
    switch_on(user=sales, by=administrator)
    assert client.get("/").status_code == 302, "the old session is gone"
    client.force_login(fresh(sales))
    assert client.get("/").status_code == 200
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= {"user.off", "user.on"}


def test_sessions_end_and_two_step_is_reset(administrator: User, sales: User) -> None:
    client = Client()
    client.force_login(sales)
    client.get("/")
    Authenticator.objects.create(user=sales, type=Authenticator.Type.TOTP, data={})
    assert end_sessions(user=sales, by=administrator, at=NOW) == 1
    assert client.get("/").status_code == 302
    reset_two_step(user=sales, by=administrator)
    assert not Authenticator.objects.filter(user=sales).exists()


def test_records_are_handed_over_with_the_team(administrator: User, sales: User) -> None:
    taker = UserFactory(role="sales", team=TeamFactory())
    lead, contact = LeadFactory(owner=sales), ContactFactory(owner=sales)
    other = LeadFactory(owner=administrator)
    outcomes = hand_over(user=sales, to=taker, by=administrator, at=NOW)
    assert sum(outcome.change_set.count for outcome in outcomes) >= 2
    for row in (Lead.objects.get(pk=lead.pk), Contact.objects.get(pk=contact.pk)):
        assert (row.owner, row.team) == (taker, taker.team)
    assert Lead.objects.get(pk=other.pk).owner == administrator
    assert hand_over(user=sales, to=taker, by=administrator, at=NOW) == []


@pytest.mark.parametrize("is_off", [True, False])
def test_records_go_to_an_active_colleague(
    administrator: User, sales: User, colleague: User, is_off: bool
) -> None:
    if is_off:
        switch_off(user=colleague, by=administrator)
    to = fresh(colleague) if is_off else sales
    with pytest.raises(Refused):
        hand_over(user=sales, to=to, by=administrator, at=NOW)


def test_only_administrators_hold_links_into_accounts_in_use(
    people_manager: User, team: Team, settings: Any
) -> None:
    """Where mail reaches nobody the link is handed on, and whoever has it is that user."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    invited = UserFactory(team=team, roles=[])
    send_links(users=[invited], origin="http://x", by=people_manager)
    User.objects.filter(pk=invited.pk).update(last_login=NOW)
    for act in (
        lambda: send_links(users=[fresh(invited)], origin="http://x", by=people_manager),
        lambda: reset_two_step(user=fresh(invited), by=people_manager),
    ):
        with pytest.raises(Refused, match="dministrator"):
            act()
