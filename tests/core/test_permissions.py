"""Who may do what: reach, teams, several roles, hidden fields."""

from collections.abc import Sequence

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from core import permissions
from core.choices import Reach
from core.models import Team, User
from core.permissions import access_of, team_ids
from crm.models import Lead
from tests.factories import LeadFactory, RoleFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

VIEW = "crm.lead.view"


def user_with(*roles: dict[str, object], **more: object) -> User:
    return UserFactory(roles=[RoleFactory(**role) for role in roles], **more)


def viewer(reach: Reach, team: Team | None = None) -> User:
    return user_with({"grants": {VIEW: reach}}, team=team)


def sees(user: User) -> set[Lead]:
    return set(Lead.objects.visible_to(user))


# -- reach ---------------------------------------------------------------------------------------


def test_own_reach_ends_at_the_own_records(team: Team) -> None:
    user = viewer(Reach.OWN, team)
    own = LeadFactory(owner=user)
    LeadFactory(owner=UserFactory(team=team))
    LeadFactory(owner=None, team=team)
    assert sees(user) == {own}


def test_team_reach_takes_in_the_teams_below(team: Team, other_team: Team) -> None:
    below = TeamFactory(parent=team)
    far_below = TeamFactory(parent=below)
    user = viewer(Reach.TEAM, team)
    seen = {
        LeadFactory(owner=UserFactory(team=team)),
        LeadFactory(owner=UserFactory(team=below)),
        LeadFactory(owner=None, team=far_below),
        LeadFactory(owner=user, team=other_team),
    }
    LeadFactory(owner=UserFactory(team=other_team))
    LeadFactory(owner=None, team=None)
    assert sees(user) == seen


def test_team_reach_does_not_look_up(team: Team) -> None:
    below = TeamFactory(parent=team)
    LeadFactory(owner=None, team=team)
    assert sees(viewer(Reach.TEAM, below)) == set()


def test_team_reach_without_a_team_is_own_reach() -> None:
    user = viewer(Reach.TEAM, None)
    own = LeadFactory(owner=user)
    LeadFactory(owner=None, team=None)
    assert sees(user) == {own}


def test_all_reach_sees_what_nobody_owns() -> None:
    lead = LeadFactory(owner=None, team=None)
    assert sees(viewer(Reach.ALL)) == {lead}


def test_teams_that_are_parts_of_each_other_end() -> None:
    """The database allows the circle; looking it up must not hang."""
    first = TeamFactory()
    second = TeamFactory(parent=first)
    Team.objects.filter(pk=first.pk).update(parent=second)
    assert sorted(team_ids(UserFactory(team=first))) == [first.pk, second.pk]


def test_without_a_grant_there_are_no_rows(team: Team) -> None:
    user = user_with({"grants": {"crm.contact.view": Reach.ALL}}, team=team)
    LeadFactory(owner=user)
    assert sees(user) == set()


def test_action_has_a_reach_of_its_own(team: Team) -> None:
    user = user_with({"grants": {VIEW: Reach.ALL, "crm.lead.edit": Reach.OWN}}, team=team)
    own, other = LeadFactory(owner=user), LeadFactory(owner=UserFactory(team=team))
    assert sees(user) == {own, other}
    assert set(Lead.objects.visible_to(user, "edit")) == {own}
    assert set(Lead.objects.visible_to(user, "assign")) == set()


def test_administrator_may_everything(administrator: User) -> None:
    access = access_of(administrator)
    assert access.may("anything.at.all")
    assert access.reach("anything.at.all") == Reach.ALL
    lead = LeadFactory(owner=None)
    assert sees(administrator) == {lead}


def test_inactive_user_has_nothing(administrator: User, sales: User) -> None:
    for user in (administrator, sales):
        lead = LeadFactory(owner=user)
        User.objects.filter(pk=user.pk).update(is_active=False)
        stored = User.objects.get(pk=user.pk)
        assert not access_of(stored).may(VIEW)
        assert lead not in sees(stored)


def test_user_without_roles_has_nothing() -> None:
    assert access_of(UserFactory()) == permissions.Access()


def test_refusal_is_a_sentence() -> None:
    with pytest.raises(PermissionDenied, match="Ask an administrator"):
        permissions.require(UserFactory(), VIEW)


def test_rights_are_read_once(sales: User, django_assert_num_queries: object) -> None:
    access_of(sales)
    team_ids(sales)
    with django_assert_num_queries(0):
        access_of(sales)
        team_ids(sales)


# -- several roles -------------------------------------------------------------------------------


def test_widest_reach_of_several_roles_counts() -> None:
    user = user_with(
        {"grants": {VIEW: Reach.OWN, "crm.lead.edit": Reach.TEAM}},
        {"grants": {VIEW: Reach.ALL}},
        {},
    )
    assert access_of(user).grants == {VIEW: Reach.ALL, "crm.lead.edit": Reach.TEAM}


def test_administrator_role_lifts_every_rule() -> None:
    user = user_with({"hides": ["crm.lead.source"]}, {"is_administrator": True})
    assert access_of(user).sees("crm.lead.source")


def test_field_is_hidden_only_where_every_role_hides_it() -> None:
    hiding, also, open_ = ({"hides": ["crm.lead.source"]} for _role in range(3))
    open_ = {}
    assert not access_of(user_with(hiding)).sees("crm.lead.source")
    assert not access_of(user_with(hiding, also)).sees("crm.lead.source")
    assert access_of(user_with(hiding, open_)).sees("crm.lead.source")
    assert access_of(user_with(hiding)).sees("crm.lead.city")


def test_hidden_and_locked_together_are_locked() -> None:
    access = access_of(user_with({"hides": ["crm.lead.city"]}, {"locks": ["crm.lead.city"]}))
    assert access.sees("crm.lead.city")
    assert not access.edits("crm.lead.city")


FIELDS = ["crm.lead.city", "crm.lead.source"]
RIGHTS = {None: 2, "see": 1, "none": 0}
ROLE = st.fixed_dictionaries({name: st.sampled_from([None, "see", "none"]) for name in FIELDS})


@given(roles=st.lists(ROLE, min_size=1, max_size=4))
def test_most_permissive_role_decides_each_field(roles: Sequence[dict[str, str | None]]) -> None:
    user = user_with(
        *(
            {
                "hides": [name for name, rule in role.items() if rule == "none"],
                "locks": [name for name, rule in role.items() if rule == "see"],
            }
            for role in roles
        )
    )
    access = access_of(user)
    for name in FIELDS:
        most = max(RIGHTS[role[name]] for role in roles)
        assert (access.sees(name), access.edits(name)) == (most >= 1, most == 2)


@given(
    parents=st.lists(st.integers(min_value=-1, max_value=6), min_size=1, max_size=7),
    chosen=st.integers(min_value=0, max_value=6),
)
def test_team_ids_are_the_tree_below(parents: list[int], chosen: int) -> None:
    """Compared with walking up from each team."""
    teams: list[Team] = []
    for parent in parents:
        above = teams[parent] if 0 <= parent < len(teams) else None
        teams.append(TeamFactory(parent=above))
    team = teams[chosen % len(teams)]

    def is_below(other: Team | None) -> bool:
        return other is not None and (other == team or is_below(other.parent))

    found = team_ids(UserFactory(team=team))
    assert sorted(found) == sorted(other.pk for other in teams if is_below(other))
