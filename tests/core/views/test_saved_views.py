"""Saved views: kept, shared, and never a way around somebody's rights."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.choices import Reach, Sharing
from core.models import AuditEvent, SavedView, Team, User
from tests.factories import LeadFactory, RoleFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
KEEP = "/records/crm.lead/view/?if=city:is:Bonn&columns=city,score&sort=-city"


def keep(client: Client, **given: Any) -> SavedView:
    answer = client.post(KEEP, {"name": "In Bonn", "icon": "star", "sharing": "private", **given})
    assert answer.status_code == 302, answer.content.decode()
    view: SavedView = SavedView.objects.latest("pk")
    assert answer["Location"] == f"/leads/?view={view.pk}"
    return view


def tabs(client: Client) -> str:
    page = client.get("/leads/").content.decode()
    return page.partition('id="list-tabs"')[2].partition("</nav>")[0]


def test_view_keeps_conditions_columns_and_order(log_in: LogIn, sales: User) -> None:
    client = log_in(sales)
    view = keep(client)
    assert view.condition == {"all": [{"field": "city", "operator": "is", "value": ["Bonn"]}]}
    assert (view.columns, view.sort) == (["city", "score"], "-city")
    LeadFactory(owner=sales, city="Bonn", contact__name="Here")
    LeadFactory(owner=sales, city="Ulm", contact__name="Elsewhere")
    page = client.get(f"/leads/?view={view.pk}").content.decode()
    assert "Here" in page
    assert "Elsewhere" not in page
    assert "Save as new view</a>" not in page
    assert AuditEvent.objects.filter(action="view.create", object_id=view.pk).exists()


def test_what_a_view_keeps_is_said_in_words(log_in: LogIn, sales: User) -> None:
    client = log_in(sales)
    said = client.get(f"{KEEP}&q=ada").content.decode()
    for words in ("City is Bonn", "City, descending", "Name, City, Score", "search field"):
        assert words in said
    assert "All leads" in client.get("/records/crm.lead/view/").content.decode()
    stored = client.get(reverse("view_edit", args=[keep(client).pk])).content.decode()
    assert "City is Bonn" in stored


def test_changed_list_can_be_kept_in_its_view(log_in: LogIn, sales: User) -> None:
    client = log_in(sales)
    view = keep(client)
    changed = f"/leads/?view={view.pk}&if="
    assert "Save view" in client.get(changed).content.decode()
    client.post(reverse("view_update", args=[view.pk]) + f"?view={view.pk}&if=&sort=city")
    view.refresh_from_db()
    assert (view.condition, view.columns, view.sort) == ({}, ["city", "score"], "city")


@pytest.mark.parametrize(
    ("sharing", "mate_has_it", "other_has_it"),
    [(Sharing.PRIVATE, False, False), (Sharing.TEAM, True, False), (Sharing.ALL, True, True)],
)
def test_view_is_for_whom_its_owner_says(
    sharing: str, mate_has_it: bool, other_has_it: bool, log_in: LogIn, sales: User, team: Team
) -> None:
    view = keep(log_in(sales), sharing=sharing)
    mate = log_in(UserFactory(role="sales", team=team))
    other = log_in(UserFactory(role="sales", team=TeamFactory()))
    assert ("In Bonn" in tabs(mate)) == mate_has_it
    assert ("In Bonn" in tabs(other)) == other_has_it
    favour = reverse("view_favour", args=[view.pk])
    assert other.post(favour).status_code == (302 if other_has_it else 404)


def test_only_the_owner_changes_a_shared_view(log_in: LogIn, sales: User, team: Team) -> None:
    view = keep(log_in(sales), sharing=Sharing.ALL)
    mate = log_in(UserFactory(role="sales", team=team))
    for name in ("view_update", "view_delete", "view_move"):
        mate.post(reverse(name, args=[view.pk]))
    mate.post(reverse("view_edit", args=[view.pk]), {"name": "Mine", "sharing": "private"})
    view.refresh_from_db()
    assert (view.name, view.deleted_at, view.sharing) == ("In Bonn", None, Sharing.ALL)


def test_view_over_a_hidden_field_shows_nothing_and_says_so(log_in: LogIn, sales: User) -> None:
    view = keep(log_in(sales), sharing=Sharing.ALL)
    LeadFactory(city="Bonn", contact__name="In Bonn Person")
    LeadFactory(city="Ulm", contact__name="In Ulm Person")
    role = RoleFactory(grants={"crm.lead.view": Reach.ALL}, hides=["crm.lead.city"])
    client = log_in(UserFactory(roles=[role]))
    for query in ("", "&sort=created", "&q=person"):
        page = client.get(f"/leads/?view={view.pk}{query}").content.decode()
        assert "something that you may not see" in page
        assert "In Bonn Person" not in page
        assert "In Ulm Person" not in page
        assert "city" not in page.partition("<thead>")[2]


def test_deleted_view_comes_back(log_in: LogIn, sales: User) -> None:
    client = log_in(sales)
    view = keep(client)
    page = client.post(reverse("view_delete", args=[view.pk]), follow=True).content.decode()
    assert reverse("view_restore", args=[view.pk]) in page
    assert "In Bonn" not in tabs(client)
    client.post(reverse("view_restore", args=[view.pk]))
    assert "In Bonn" in tabs(client)


def test_favourites_stand_first_and_views_can_be_moved(log_in: LogIn, sales: User) -> None:
    client = log_in(sales)
    for name in ("One", "Two", "Three"):
        keep(client, name=name)

    def order() -> list[str]:
        shown = tabs(client)
        return sorted(("One", "Two", "Three"), key=shown.index)

    last = SavedView.objects.get(name="Three")
    client.post(reverse("view_move", args=[last.pk]), {"to": "left"})
    assert order() == ["One", "Three", "Two"]
    two = SavedView.objects.get(name="Two")
    client.post(reverse("view_favour", args=[two.pk]))
    assert order() == ["Two", "One", "Three"]


def test_name_is_needed_and_a_team_where_it_is_for_the_team(log_in: LogIn) -> None:
    client = log_in(UserFactory(role="sales", team=None))
    assert client.post(KEEP, {"name": " ", "sharing": "private"}).status_code == 422
    assert client.post(KEEP, {"name": "X", "sharing": "team"}).status_code == 422


def test_ready_made_view_speaks_the_readers_language_until_it_is_renamed(
    log_in: LogIn, administrator: User
) -> None:
    view = SavedView.objects.get(name="My open leads")
    client = log_in(administrator)
    edit = reverse("view_edit", args=[view.pk])
    client.post(edit, {"name": "My open leads", "icon": "star", "sharing": "all"})
    view.refresh_from_db()
    assert (view.is_ready_made, view.icon) == (True, "star")
    client.post(edit, {"name": "Ours", "icon": "star", "sharing": "all"})
    view.refresh_from_db()
    assert (view.is_ready_made, view.name) == (False, "Ours")
