"""Why: the explanation and the decision agree, whatever roles, teams and rules there are."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import permissions
from core.choices import FieldAccess, Reach
from core.models import Team, User
from core.people.explanations import Explainer, Explanation
from core.people.questions import Question, question_context
from core.registries import record_types
from crm.models import Lead
from tests.factories import (
    CustomFieldFactory,
    LeadFactory,
    RoleFactory,
    UserFactory,
)
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

VIEW, EDIT = "crm.lead.view", "crm.lead.edit"
FIELDS = ("crm.lead.source", "crm.lead.city")
REACH = st.sampled_from([None, *Reach])
RULE = st.sampled_from([None, *FieldAccess])
ROLE = st.fixed_dictionaries(
    {VIEW: REACH, EDIT: REACH, FIELDS[0]: RULE, FIELDS[1]: RULE, "all": st.booleans()}
)


def made(said: dict[str, Any]) -> Any:
    return RoleFactory(
        grants={name: said[name] for name in (VIEW, EDIT) if said[name]},
        hides=[name for name in FIELDS if said[name] == FieldAccess.NONE],
        locks=[name for name in FIELDS if said[name] == FieldAccess.SEE],
        is_administrator=said["all"] and said[VIEW] is None,
    )


def with_roles(user: User, pks: Sequence[int]) -> User:
    """The same person with these roles alone."""
    other: User = User.objects.get(pk=user.pk)
    other.cached_access = permissions.access_in_roles(other, other.roles.filter(pk__in=pks))
    return other


def grown_tree() -> list[Team]:
    """Once, however often a property is tried."""
    above: Team | None = None
    teams = []
    for name in ("Top", "Middle", "Low"):
        above, _made = Team.objects.get_or_create(name=name, defaults={"parent": above})
        teams.append(above)
    return [*teams, Team.objects.get_or_create(name="Aside")[0]]


@pytest.fixture
def tree(db: None) -> list[Team]:
    return grown_tree()


@given(
    roles=st.lists(ROLE, max_size=3),
    team=st.sampled_from([None, 0, 1, 2, 3]),
    of_record=st.sampled_from([None, 0, 1, 2, 3]),
    is_own=st.booleans(),
    is_active=st.booleans(),
    is_deleted=st.booleans(),
    action=st.sampled_from(["view", "edit"]),
)
def test_explanation_of_a_record_is_the_decision(
    roles: list[dict[str, Any]],
    team: int | None,
    of_record: int | None,
    is_own: bool,
    is_active: bool,
    is_deleted: bool,
    action: str,
) -> None:
    """It agrees with the rows that the database gives, and names roles that are enough alone."""
    tree = grown_tree()
    user = UserFactory(
        team=None if team is None else tree[team],
        roles=[made(said) for said in roles],
        is_active=is_active,
    )
    lead = LeadFactory(
        owner=user if is_own else None,
        team=None if of_record is None else tree[of_record],
        deleted_at=NOW if is_deleted else None,
    )
    found = Explainer(user).row(lead, action)
    rows = Lead.objects.filter(pk=lead.pk)
    assert found.is_allowed == rows.visible_to(user, action).exists()
    assert found.sentence
    assert bool(found.roles) == found.is_allowed
    for pk in found.roles:
        assert rows.visible_to(with_roles(user, [pk]), action).exists()


@given(roles=st.lists(ROLE, max_size=4), is_active=st.booleans())
def test_explanation_of_rights_and_fields_is_the_decision(
    roles: list[dict[str, Any]], is_active: bool
) -> None:
    user = UserFactory(roles=[made(said) for said in roles], is_active=is_active)
    access, explainer = permissions.access_of(user), Explainer(user)
    for right in (VIEW, EDIT):
        found = explainer.permission(right)
        assert found.is_allowed == access.may(right)
        for pk in found.roles:
            assert permissions.access_of(with_roles(user, [pk])).reach(right) == access.reach(right)
    for name in FIELDS:
        field = explainer.field(name)
        assert field.is_allowed == (access.may(VIEW) and access.sees(name))
        assert (field.access is None) == (access.may(VIEW) and access.edits(name))
        if access.may(VIEW) and field.roles and not access.is_administrator:
            alone = permissions.access_of(with_roles(user, field.roles))
            assert (alone.sees(name), alone.edits(name)) == (access.sees(name), access.edits(name))


@given(mine=st.lists(ROLE, min_size=1, max_size=2), theirs=st.lists(ROLE, min_size=1, max_size=2))
def test_who_covers_somebody_may_all_that_they_may(
    mine: list[dict[str, Any]], theirs: list[dict[str, Any]]
) -> None:
    """Taking the other's roles as well opens nothing new to whoever covers them."""
    own, other = [made(said) for said in mine], [made(said) for said in theirs]
    user, both = UserFactory(roles=own), UserFactory(roles=[*own, *other])
    access = permissions.access_of(user)
    if not access.covers(permissions.access_of(UserFactory(roles=other))):
        return
    together = permissions.access_of(both)
    assert together.is_administrator == access.is_administrator
    for right in (VIEW, EDIT):
        assert together.reach(right) == access.reach(right)
    for name in FIELDS:
        if access.may(VIEW):
            assert together.sees(name) == access.sees(name)
            assert together.edits(name) == access.edits(name)


def explained(user: User, lead: Lead, action: str = "view") -> Explanation:
    return Explainer(User.objects.get(pk=user.pk)).row(lead, action)


def test_sentences_name_roles_owners_and_the_way_through_teams(tree: list[Team]) -> None:
    seller = RoleFactory(name="Seller", grants={VIEW: Reach.TEAM, EDIT: Reach.OWN})
    sam = UserFactory(name="Sam", team=tree[0], roles=[seller])
    lead = LeadFactory(owner=UserFactory(name="Olga"), team=tree[2])
    assert "“Seller”" in explained(sam, lead).sentence
    assert "Top › Middle › Low" in explained(sam, lead).sentence
    assert "belongs to Olga" in explained(sam, lead, "edit").sentence
    assert "No role of Sam" in explained(sam, lead, "delete").sentence
    assert "Aside" in explained(sam, LeadFactory(owner=None, team=tree[3])).sentence
    User.objects.filter(pk=sam.pk).update(is_active=False)
    assert explained(sam, lead).sentence == "Sam is switched off."


def test_what_is_missing_is_named(tree: list[Team]) -> None:
    RoleFactory(name="Chief", grants={"crm.lead.delete": Reach.TEAM})
    RoleFactory(name="Lone", grants={"crm.lead.delete": Reach.OWN})
    sam = UserFactory(name="Sam", team=tree[0], roles=[RoleFactory(grants={VIEW: Reach.TEAM})])
    lead = LeadFactory(owner=None, team=tree[1])
    found = explained(sam, lead, "delete")
    assert {"Chief", "Administrator"} <= set(found.others)
    assert "Lone" not in found.others
    assert "“Chief”" in found.remedy


def test_field_of_a_linked_record_is_hidden_with_it() -> None:
    role = RoleFactory(
        grants={VIEW: Reach.ALL, "crm.company.view": Reach.ALL}, hides=["crm.company.industry"]
    )
    explainer = Explainer(UserFactory(roles=[role]))
    kind = record_types["crm.lead"]
    assert not explainer.field_of(kind, kind.field["industry"]).is_allowed
    assert explainer.field_of(kind, kind.field["source"]).is_allowed


def test_page_answers_only_about_records_that_the_asker_sees(sales: User, outsider: User) -> None:
    CustomFieldFactory(label="Budget")
    own, foreign = LeadFactory(owner=sales), LeadFactory(owner=outsider)
    asked = Question.of({"user": str(outsider.pk), "record": f"/leads/{own.pk}/"})
    context = question_context(asked, sales)
    assert context["row"] == own
    assert "Budget" in [answer.label for answer in context["row_fields"]]
    missing = question_context(Question(outsider.pk, f"crm.lead:{foreign.pk}"), sales)
    assert missing["is_missing"]
    assert "actions" not in missing
