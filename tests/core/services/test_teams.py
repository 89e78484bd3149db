"""Teams: a tree without circles; dissolving one leaves nothing behind."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core.choices import Reach
from core.errors import Refused
from core.jobs.inline import do_here
from core.models import AuditEvent, SavedView, SearchEntry, Team, User
from core.people.trees import team_tree
from core.services.teams import create_team, dissolve_team, dissolving, edit_team
from crm.models import Contact
from tests.factories import ContactFactory, RoleFactory, TeamFactory, UserFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db


def test_team_is_made_renamed_and_moved(administrator: User, team: Team) -> None:
    made = create_team(name="  Baltic  ", parent=team, by=administrator)
    assert (made.name, made.parent) == ("Baltic", team)
    edit_team(team=made, name="Nordic", parent=None, by=administrator)
    assert Team.objects.get(pk=made.pk).parent is None
    actions = AuditEvent.objects.filter(object_type="core.team").order_by("pk")
    assert [event.action for event in actions] == ["team.create", "team.edit"]
    assert actions[1].changes == {"name": ["Baltic", "Nordic"], "parent": ["North", ""]}


@pytest.mark.parametrize("name", ["", "  ", "NORTH"])
def test_name_is_needed_and_free(administrator: User, team: Team, name: str) -> None:
    with pytest.raises(Refused):
        create_team(name=name, parent=None, by=administrator)


@given(moves=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12))
def test_moving_never_makes_a_circle(moves: list[tuple[int, int]]) -> None:
    by = UserFactory(role="administrator")
    teams = [TeamFactory() for _number in range(5)]
    for which, under in moves:
        team = Team.objects.get(pk=teams[which].pk)
        try:
            edit_team(team=team, name=team.name, parent=teams[under], by=by)
        except Refused:
            continue
    drawn = [branch.team.pk for branch in team_tree()]
    assert sorted(drawn) == sorted(Team.objects.values_list("pk", flat=True))


def test_tree_counts_who_may_sign_in(team: Team, sales: User) -> None:
    UserFactory(team=team, is_active=False)
    below = TeamFactory(name="Below", parent=team)
    lines = [(b.team, b.depth, b.people) for b in team_tree()]
    assert lines == [(team, 0, 1), (below, 1, 0)]


def test_dissolved_team_hands_everything_over(
    administrator: User, team: Team, other_team: Team
) -> None:
    member = UserFactory(team=team)
    below = TeamFactory(parent=team)
    contact = ContactFactory(team=team)
    deleted = ContactFactory(team=team, deleted_at=NOW)
    view = SavedView.objects.create(object_type="crm.lead", name="V", owner=member, team=team)
    entry = SearchEntry.objects.create(
        object_type="crm.x", object_id=1, team=team, changed_at=NOW, digest=1, tokens=[]
    )
    run = dissolve_team(team=team, into=other_team, by=administrator, at=NOW)
    assert User.objects.get(pk=member.pk).team == other_team, "people move at once"
    assert dissolving() == {team.pk}
    late = ContactFactory(team=team)
    assert do_here(run.pk, patience=10).state == "succeeded"
    assert not Team.objects.filter(pk=team.pk).exists()
    assert Team.objects.get(pk=below.pk).parent == other_team
    for row in (contact, deleted, late):
        assert Contact.objects.get(pk=row.pk).team == other_team
    assert SavedView.objects.get(pk=view.pk).team == other_team
    assert SearchEntry.objects.get(pk=entry.pk).team == other_team
    assert dissolving() == set()


def test_team_may_be_dissolved_into_one_below_it(administrator: User, team: Team) -> None:
    middle = TeamFactory(parent=team)
    low = TeamFactory(parent=middle)
    run = dissolve_team(team=team, into=low, by=administrator, at=NOW)
    do_here(run.pk, patience=10)
    assert Team.objects.get(pk=low.pk).parent is None
    assert Team.objects.get(pk=middle.pk).parent == low


def test_team_that_takes_records_stays(administrator: User, team: Team, other_team: Team) -> None:
    dissolve_team(team=team, into=other_team, by=administrator, at=NOW)
    with pytest.raises(Refused, match="job"):
        dissolve_team(team=other_team, into=TeamFactory(), by=administrator, at=NOW)
    with pytest.raises(Refused):
        dissolve_team(team=other_team, into=other_team, by=administrator, at=NOW)


def test_everybody_of_a_dissolved_team_is_one_whom_one_may_change(
    team: Team, other_team: Team, log_in: Callable[..., Client]
) -> None:
    """It moves them all: who may do more than whoever dissolves it must not be among them."""
    below, target = TeamFactory(parent=team), TeamFactory(parent=team)
    grants = {"core.user.manage": Reach.ALL, "crm.lead.view": Reach.TEAM}
    keeper = UserFactory(roles=[RoleFactory(grants=grants)], team=team)
    less = UserFactory(roles=[RoleFactory(grants={"crm.lead.view": Reach.OWN})], team=below)
    more = UserFactory(role="administrator", team=below, is_active=False)
    client, url = log_in(keeper), reverse("team_dissolve", args=[below.pk])
    assert "may do more than you" in client.post(url, {"into": target.pk}, follow=True).text
    assert set(User.objects.filter(team=below)) == {less, more}
    User.objects.filter(pk=more.pk).update(team=other_team)
    client.post(url, {"into": target.pk})
    assert set(User.objects.filter(team=target)) == {less}


def test_who_is_no_administrator_looks_after_the_own_teams(team: Team, other_team: Team) -> None:
    role = RoleFactory(grants={"core.user.manage": Reach.ALL})
    by = UserFactory(team=team, roles=[role])
    below = create_team(name="Below", parent=team, by=by)
    for parent in (None, other_team):
        with pytest.raises(Refused):
            create_team(name="X", parent=parent, by=by)
        with pytest.raises(Refused):
            edit_team(team=below, name="Below", parent=parent, by=by)
    with pytest.raises(Refused):
        dissolve_team(team=other_team, into=team, by=by, at=NOW)
    with pytest.raises(Refused):
        edit_team(team=other_team, name="Mine", parent=None, by=by)
