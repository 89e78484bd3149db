"""Settings of people over HTTP: users, invitations, teams, roles, view as, why."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.choices import Reach
from core.models import AuditEvent, ChangeSet, RecentRecord, Role, Team, User
from core.people import card
from core.people.listing import PER_PAGE
from core.services.recent import remember_opened
from core.services.roles import rights_of
from core.services.view_as import KEY
from crm.models import Lead
from tests.factories import LeadFactory, RoleFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
PASSWORD = "correct horse battery"


def page(client: Client, name: str, *args: object, **query: object) -> str:
    return client.get(reverse(name, args=args), query).content.decode()


# -- the list ------------------------------------------------------------------------------------


def test_list_is_searched_and_filtered(administrator: User, team: Team, log_in: LogIn) -> None:
    client = log_in(administrator)
    UserFactory(name="Ada Lovelace", role="sales", team=team, last_login=timezone.now())
    UserFactory(name="张伟", email="wei@acme.cn", is_active=False)

    def names(**query: object) -> list[str]:
        found = client.get(reverse("user_list"), query).context["page"].users
        return [user.name for user in found]

    assert names(q="LOVE ada") == ["Ada Lovelace"]
    assert names(q="acme") == names(q="张") == names(state="off") == ["张伟"]
    assert names(state="active", role=Role.objects.get(key="sales").pk) == ["Ada Lovelace"]
    assert "Ada Lovelace" in names(team=team.pk)
    assert names(state="invited", team=team.pk) == []
    assert len(names(team="²", role="x", state="?", after="9" * 30)) == User.objects.count()


def test_pages_go_on_and_back(administrator: User, log_in: LogIn) -> None:
    UserFactory.create_batch(PER_PAGE * 2, name="Same")
    client = log_in(administrator)
    url, seen = reverse("user_list"), []
    addresses = [""]
    while addresses[-1] or not seen:
        shown = client.get(url + addresses[-1]).context["page"]
        seen += [user.pk for user in shown.users]
        addresses.append(shown.next)
    assert sorted(seen) == sorted(User.objects.values_list("pk", flat=True))
    assert len(seen) == len(set(seen))
    last = client.get(url + addresses[-2]).context["page"]
    before = client.get(url + last.previous).context["page"]
    assert [u.pk for u in before.users] == seen[PER_PAGE : PER_PAGE * 2]


# -- inviting ------------------------------------------------------------------------------------


def invitation(**given: object) -> dict[str, object]:
    role = Role.objects.get(key="sales")
    return {"people": "Joe <joe@example.org>", "roles": [role.pk], "language": "en", **given}


def test_colleague_comes_in_by_the_mailed_link(
    administrator: User, team: Team, log_in: LogIn
) -> None:
    answer = log_in(administrator).post(reverse("user_invite"), invitation(team=team.pk))
    assert answer.status_code == 200
    (letter,) = mail.outbox
    assert letter.to == ["joe@example.org"]
    (link,) = re.findall(r"http://testserver(/\S+)", letter.body)
    assert link not in answer.content.decode(), "whoever looks over a shoulder must not get in"
    joe = Client()
    form = joe.get(link, follow=True)
    joe.post(form.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    assert joe.get("/").wsgi_request.user.email == "joe@example.org"
    assert User.objects.get(email="joe@example.org").last_login is not None
    assert Client().get(link, follow=True).context["token_fail"], "it works once"


def test_letter_is_in_the_language_of_who_gets_it(administrator: User, log_in: LogIn) -> None:
    log_in(administrator).post(reverse("user_invite"), invitation(language="zh-hans"))
    assert User.objects.get(email="joe@example.org").language == "zh-hans"
    assert "joe@example.org" in mail.outbox[0].body


def test_links_are_shown_where_mail_is_not_set_up(
    administrator: User, log_in: LogIn, settings: object
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"  # type: ignore[attr-defined]
    people = "Joe <joe@example.org>\nann@example.org"
    answer = log_in(administrator).post(reverse("user_invite"), invitation(people=people))
    links = re.findall(
        r"http://testserver(/accounts/password/reset/key/[^<\s]+)", str(answer.content)
    )
    assert len(set(links)) == 2
    assert mail.outbox == []
    assert "form" in Client().get(links[0], follow=True).context
    joe = User.objects.get(email="joe@example.org")
    again = log_in(administrator).post(reverse("user_link", args=[joe.pk]))
    assert "/accounts/password/reset/key/" in again.content.decode()
    assert AuditEvent.objects.filter(action="user.link", object_id=joe.pk).count() == 2


@pytest.mark.parametrize("wrong", [{"people": "joe"}, {"roles": []}, {"people": ""}])
def test_wrong_invitation_is_shown_again(
    administrator: User, log_in: LogIn, wrong: dict[str, object]
) -> None:
    answer = log_in(administrator).post(reverse("user_invite"), invitation(**wrong))
    assert answer.status_code == 422
    assert User.objects.count() == 1


# -- a user --------------------------------------------------------------------------------------


def form_of(user: User, **changed: object) -> dict[str, object]:
    given = {
        "name": user.name,
        "email": user.email,
        "team": user.team_id or "",
        "roles": [role.pk for role in user.roles.all()],
        "language": user.language,
        "time_zone": user.time_zone,
    }
    return {**given, **changed}


def test_user_is_edited_and_refusals_are_sentences(administrator: User, log_in: LogIn) -> None:
    client = log_in(administrator)
    url = reverse("user_edit", args=[administrator.pk])
    assert client.post(url, form_of(administrator, name="Ada")).status_code == 302
    refused = client.post(url, form_of(administrator, roles=[Role.objects.get(key="sales").pk]))
    assert refused.status_code == 422
    assert "has to be an administrator" in refused.content.decode()
    assert User.objects.get(pk=administrator.pk).name == "Ada"


def test_an_administrator_changes_the_address_that_somebody_logs_in_with(
    administrator: User, manager: User, sales: User, log_in: LogIn
) -> None:
    url, client = reverse("user_edit", args=[sales.pk]), log_in(administrator)
    taken = client.post(url, form_of(sales, email=manager.email.upper()))
    assert taken.status_code == 422
    assert client.post(url, form_of(sales, email=" New@Example.org")).status_code == 302
    assert User.objects.get(pk=sales.pk).email == "new@example.org"
    addresses = EmailAddress.objects.filter(user=sales).values_list("email", "verified", "primary")
    assert list(addresses) == [("new@example.org", True, True)]
    told = AuditEvent.objects.get(action="user.edit").changes["email"]
    assert told == [sales.email, "new@example.org"]


def test_nobody_else_changes_addresses(sales: User, team: Team, log_in: LogIn) -> None:
    grants = {"core.user.manage": Reach.ALL, "crm.lead.view": Reach.ALL}
    keeper = UserFactory(team=team, roles=[RoleFactory(grants=grants)])
    plain = UserFactory(team=team, roles=[RoleFactory(grants={"crm.lead.view": Reach.OWN})])
    url = reverse("user_edit", args=[plain.pk])
    assert log_in(keeper).post(url, form_of(plain, name="N", email="x@y.org")).status_code == 302
    stored = User.objects.get(pk=plain.pk)
    assert (stored.name, stored.email) == ("N", plain.email)


def test_switching_off_hands_the_records_over(
    administrator: User, sales: User, colleague: User, log_in: LogIn
) -> None:
    lead = LeadFactory(owner=sales)
    client = log_in(administrator)
    url = reverse("user_off", args=[sales.pk])
    assert "Who takes the records?" in client.get(url).content.decode()
    assert client.post(url, {"to": colleague.pk}).status_code == 302
    assert Lead.objects.get(pk=lead.pk).owner == colleague
    assert not User.objects.get(pk=sales.pk).is_active
    assert ChangeSet.objects.filter(action="assign", actor=administrator).exists()
    client.post(reverse("user_on", args=[sales.pk]))
    assert User.objects.get(pk=sales.pk).is_active


def test_records_are_handed_over_from_the_page(
    administrator: User, sales: User, colleague: User, log_in: LogIn
) -> None:
    lead = LeadFactory(owner=sales)
    client = log_in(administrator)
    url = reverse("user_hand_over", args=[sales.pk])
    client.post(url, {"to": sales.pk})
    assert Lead.objects.get(pk=lead.pk).owner == sales
    answer = client.post(url, {"to": colleague.pk}, follow=True)
    assert Lead.objects.get(pk=lead.pk).owner == colleague
    assert colleague.display_name in answer.content.decode()


def test_records_are_counted_as_far_as_anybody_wants_to_know(
    administrator: User, sales: User, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card, "MOST_COUNTED", 2)
    client = log_in(administrator)
    LeadFactory.create_batch(2, owner=sales)
    assert "2 Leads" in page(client, "user_edit", sales.pk)
    LeadFactory(owner=sales)
    assert "&gt; 2 Leads" in page(client, "user_edit", sales.pk)


# -- teams and roles -----------------------------------------------------------------------------


def test_circle_is_refused_with_the_form(administrator: User, team: Team, log_in: LogIn) -> None:
    below = TeamFactory(parent=team)
    client = log_in(administrator)
    url = reverse("team_edit", args=[team.pk])
    answer = client.post(url, {"name": team.name, "parent": below.pk})
    assert answer.status_code == 422
    assert "part of itself" in answer.content.decode()
    assert client.post(reverse("team_list"), {"name": "New", "parent": team.pk}).status_code == 302
    dissolved = client.post(reverse("team_dissolve", args=[team.pk]), {"into": below.pk})
    assert dissolved["Location"] == reverse("team_list")
    assert "Being dissolved" in page(client, "team_list")


def test_role_is_saved_with_one_form(administrator: User, log_in: LogIn) -> None:
    role = RoleFactory(
        name="Role",
        grants={"crm.lead.view": Reach.OWN, "crm.import.use": Reach.OWN},
        hides=["crm.lead.city"],
    )
    client = log_in(administrator)
    url = reverse("role_edit", args=[role.pk])
    given = {
        "name": "Role",
        "grant:crm.lead.view": "2",
        "grant:crm.import.use": "on",
        "grant:core.job.view": "on",
        "rule:crm.lead.source": "none",
    }
    assert client.post(url, given).status_code == 302
    rights = rights_of(role)
    assert rights.grants == {
        "crm.lead.view": Reach.TEAM,
        "crm.import.use": Reach.OWN,
        "core.job.view": Reach.ALL,
    }
    assert rights.rules == {"crm.lead.source": "none"}
    for wrong in ({"grant:crm.lead.view": "9"}, {"rule:crm.lead.city": "x"}, {"name": ""}):
        answer = client.post(url, {**given, **wrong})
        assert answer.status_code == 422
        assert rights_of(role).grants == rights.grants


def test_refused_role_keeps_what_was_chosen(administrator: User, log_in: LogIn) -> None:
    role = RoleFactory(name="Role")
    url = reverse("role_edit", args=[role.pk])
    answer = log_in(administrator).post(url, {"name": "Manager", "grant:crm.lead.view": "3"})
    chosen = answer.context["matrix"].lines[0].cells[0]
    assert (chosen.name, chosen.value) == ("grant:crm.lead.view", "3")


def test_hidden_field_is_gone_with_the_next_page(
    administrator: User, team: Team, log_in: LogIn
) -> None:
    role = RoleFactory(name="R", grants={"crm.lead.view": Reach.TEAM})
    user = UserFactory(team=team, roles=[role])
    lead = LeadFactory(owner=user, team=team, source="zqsecret")
    client = log_in(user)
    assert "zqsecret" in page(client, "lead_detail", lead.pk)
    given = {"name": "R", "grant:crm.lead.view": "2", "rule:crm.lead.source": "none"}
    log_in(administrator).post(reverse("role_edit", args=[role.pk]), given)
    assert "zqsecret" not in page(client, "lead_detail", lead.pk)


# -- view as -------------------------------------------------------------------------------------


@pytest.fixture
def looking(administrator: User, sales: User, log_in: LogIn) -> Client:
    """The administrator, who sees Renmai as a sales representative."""
    client = log_in(administrator)
    client.get("/")
    assert client.post(reverse("view_as_start", args=["user", sales.pk])).status_code == 302
    return client


def test_administrator_sees_what_the_user_sees(
    looking: Client, sales: User, outsider: User, log_in: LogIn
) -> None:
    own, foreign = LeadFactory(owner=sales), LeadFactory(owner=outsider)
    theirs = log_in(sales)
    for lead in (own, foreign):
        url = reverse("lead_detail", args=[lead.pk])
        assert looking.get(url).status_code == theirs.get(url).status_code
    assert f"You see Renmai as {sales.name}" in page(looking, "lead_detail", own.pk)
    assert looking.get(reverse("job_list")).status_code == 403


def test_nothing_is_changed_and_nothing_personal_is_opened(looking: Client, sales: User) -> None:
    lead = LeadFactory(owner=sales, source="Fair")
    url = reverse("record_field", args=["crm.lead", lead.pk, "source"])
    assert looking.post(url, {"source": "Web"}).status_code == 403
    assert looking.post(reverse("bulk_export", args=["crm.lead"])).status_code == 403
    assert Lead.objects.get(pk=lead.pk).source == "Fair"
    closed = (
        "settings_profile",
        "mfa_index",
        "usersessions_list",
        "notification_list",
        "user_list",
    )
    for name in closed:
        answer = looking.get(reverse(name))
        assert answer.status_code == 403
        assert "Back to yourself" in answer.content.decode()
    assert looking.post(reverse("view_as_start", args=["user", sales.pk])).status_code == 403


def test_session_stays_that_of_the_administrator(
    looking: Client, administrator: User, sales: User
) -> None:
    looking.get("/")
    assert {session.user for session in UserSession.objects.all()} == {administrator}


def test_what_is_opened_is_not_noted_as_the_users(looking: Client, sales: User) -> None:
    opened, looked_at = LeadFactory(owner=sales), LeadFactory(owner=sales)
    remember_opened(record=opened, by=sales, at=timezone.now())
    assert looking.get(reverse("lead_detail", args=[looked_at.pk])).status_code == 200
    assert RecentRecord.objects.get().object_id == opened.pk
    assert looking.get(reverse("recent_list")).context["lines"] == []


def test_way_back_is_on_record(looking: Client, administrator: User, sales: User) -> None:
    assert looking.post(reverse("view_as_end")).status_code == 302
    assert looking.get("/").wsgi_request.user == administrator
    events = AuditEvent.objects.filter(action__startswith="view_as").order_by("pk")
    assert [(e.action, e.actor, e.object_id) for e in events] == [
        ("view_as.start", administrator, sales.pk),
        ("view_as.end", administrator, sales.pk),
    ]


def test_it_ends_after_an_hour(looking: Client, administrator: User) -> None:
    session = looking.session
    past = (timezone.now() - timedelta(seconds=1)).isoformat()
    session[KEY] = {**session[KEY], "until": past}
    session.save()
    assert looking.get("/").wsgi_request.user == administrator
    assert KEY not in looking.session


def test_it_ends_with_the_right(looking: Client, administrator: User) -> None:
    UserFactory(role="administrator")
    administrator.roles.set([Role.objects.get(key="marketing")])
    assert looking.get("/").wsgi_request.user == administrator


def test_who_looks_can_sign_out(looking: Client) -> None:
    looking.post(reverse("account_logout"))
    assert looking.get("/").status_code == 302


def test_role_is_seen_with_the_own_records(administrator: User, log_in: LogIn) -> None:
    role = RoleFactory(name="Reader", grants={"crm.lead.view": Reach.OWN})
    own, other = LeadFactory(owner=administrator), LeadFactory(owner=None)
    client = log_in(administrator)
    client.post(reverse("view_as_start", args=["role", role.pk]))
    assert client.get(reverse("lead_detail", args=[own.pk])).status_code == 200
    assert client.get(reverse("lead_detail", args=[other.pk])).status_code == 404
    assert "Reader" in page(client, "lead_list")


def test_only_administrators_look_as_others(sales: User, team: Team, log_in: LogIn) -> None:
    """The right to manage settings is not enough: somebody else may see more."""
    settings = RoleFactory(grants={"core.settings.manage": Reach.ALL})
    client = log_in(UserFactory(team=team, roles=[settings]))
    client.post(reverse("view_as_start", args=["user", sales.pk]))
    assert KEY not in client.session
    wrong = log_in(UserFactory(role="administrator"))
    assert wrong.post(reverse("view_as_start", args=["team", team.pk])).status_code == 404


# -- why -----------------------------------------------------------------------------------------


def test_record_leads_to_why(administrator: User, sales: User, log_in: LogIn) -> None:
    lead = LeadFactory(owner=sales)
    client = log_in(administrator)
    link = f"{reverse('rights')}?record=crm.lead%3A{lead.pk}"
    assert link in page(client, "lead_detail", lead.pk)
    assert reverse("rights") not in page(log_in(sales), "lead_detail", lead.pk)
    said = page(client, "rights", user=sales.pk, record=f"crm.lead:{lead.pk}")
    assert "the record belongs to" in said


def test_rights_and_fields_are_explained(administrator: User, sales: User, log_in: LogIn) -> None:
    client = log_in(administrator)
    for what in ("right:crm.lead.view", "field:crm.lead.source"):
        assert "Sales representative" in page(client, "rights", user=sales.pk, what=what)
    silly = {"user": "²", "record": "//[", "what": "right:x"}
    assert client.get(reverse("rights"), silly).status_code == 200
