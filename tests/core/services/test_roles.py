"""Roles: copied, changed, reset, deleted; who may change which."""

import pytest
from django.core.exceptions import PermissionDenied

from core.choices import FieldAccess, Reach
from core.errors import Refused
from core.models import AuditEvent, Role, User
from core.permissions import access_of
from core.registries import role_seeds
from core.services.roles import create_role, delete_role, reset_role, rights_of, save_role
from tests.factories import RoleFactory, UserFactory

pytestmark = pytest.mark.django_db

VIEW, SOURCE = "crm.lead.view", "crm.lead.source"


def save(role: Role, by: User, **changed: object) -> None:
    rights = rights_of(role)
    given = {
        "name": role.display_name,
        "description": role.description,
        "grants": rights.grants,
        "rules": rights.rules,
    }
    save_role(role=role, by=User.objects.get(pk=by.pk), **{**given, **changed})


@pytest.fixture
def roles_manager(team: object) -> User:
    grants = {"core.role.manage": Reach.ALL, VIEW: Reach.TEAM}
    return UserFactory(roles=[RoleFactory(name="R", grants=grants, hides=[SOURCE])], team=team)


def test_role_is_copied_with_rights_and_rules(administrator: User) -> None:
    like = RoleFactory(grants={VIEW: Reach.TEAM}, hides=[SOURCE], locks=["crm.lead.city"])
    made = create_role(name="Copy", like=like, by=administrator)
    assert rights_of(made).grants == {VIEW: Reach.TEAM}
    assert rights_of(made).rules == rights_of(like).rules


def test_change_holds_at_once_and_is_in_the_trail(administrator: User) -> None:
    role = RoleFactory(grants={VIEW: Reach.OWN, "crm.lead.edit": Reach.OWN})
    user = UserFactory(roles=[role])
    assert access_of(user).reach(VIEW) == Reach.OWN
    save(role, administrator, grants={VIEW: Reach.ALL}, rules={SOURCE: FieldAccess.NONE})
    access = access_of(User.objects.get(pk=user.pk))
    assert (access.reach(VIEW), access.may("crm.lead.edit")) == (Reach.ALL, False)
    assert not access.sees(SOURCE)
    assert AuditEvent.objects.get(action="role.edit").changes == {
        VIEW: ["own", "all"],
        "crm.lead.edit": ["own", None],
        SOURCE: [None, "none"],
    }
    save(role, administrator)
    assert AuditEvent.objects.filter(action="role.edit").count() == 1


def test_unknown_right_and_taken_name_are_refused(administrator: User) -> None:
    role = RoleFactory(name="One")
    for wrong in ({"grants": {"crm.lead.fly": Reach.ALL}}, {"name": "manager"}, {"name": " "}):
        with pytest.raises(Refused):
            save(role, administrator, **wrong)
    with pytest.raises(Refused):
        create_role(name="ONE", by=administrator)


def test_administrator_role_keeps_everything(administrator: User) -> None:
    role = Role.objects.get(key="administrator")
    save(role, administrator, name="Boss", grants={}, rules={SOURCE: FieldAccess.NONE})
    stored = Role.objects.get(pk=role.pk)
    assert (stored.name, stored.is_administrator) == ("Boss", True)
    assert access_of(User.objects.get(pk=administrator.pk)).sees(SOURCE)
    with pytest.raises(Refused):
        create_role(name="Second", like=stored, by=administrator)
    with pytest.raises(Refused):
        delete_role(role=stored, by=administrator)


def test_shipped_role_goes_back(administrator: User) -> None:
    role = Role.objects.get(key="sales")
    save(role, administrator, name="Verkauf", grants={}, rules={SOURCE: FieldAccess.SEE})
    reset_role(role=Role.objects.get(pk=role.pk), by=administrator)
    stored = Role.objects.get(pk=role.pk)
    assert stored.name == role_seeds["sales"].name
    assert rights_of(stored).grants == dict(role_seeds["sales"].grants)
    assert rights_of(stored).rules == {}
    with pytest.raises(Refused):
        reset_role(role=RoleFactory(), by=administrator)


def test_only_a_role_that_nobody_has_is_deleted(administrator: User) -> None:
    role = RoleFactory()
    user = UserFactory(roles=[role])
    with pytest.raises(Refused, match="Somebody"):
        delete_role(role=role, by=administrator)
    user.roles.clear()
    delete_role(role=role, by=administrator)
    assert not Role.objects.filter(pk=role.pk).exists()
    with pytest.raises(Refused, match="product"):
        delete_role(role=Role.objects.get(key="marketing"), by=administrator)


@pytest.mark.parametrize(
    "change",
    [
        {"grants": {VIEW: Reach.ALL}},
        {"grants": {"crm.lead.edit": Reach.OWN}},
        {"grants": {VIEW: Reach.TEAM}, "rules": {}},
        {"grants": {VIEW: Reach.OWN}, "rules": {SOURCE: FieldAccess.SEE}},
    ],
)
def test_manager_of_roles_grants_no_more_than_own_rights(
    roles_manager: User, change: dict[str, object]
) -> None:
    role = RoleFactory(name="Small", grants={VIEW: Reach.OWN}, hides=[SOURCE])
    with pytest.raises(Refused):
        save(role, roles_manager, **change)
    assert rights_of(role).grants == {VIEW: Reach.OWN}
    save(role, roles_manager, grants={VIEW: Reach.TEAM})


def test_manager_of_roles_leaves_larger_roles_alone(roles_manager: User, sales: User) -> None:
    for key in ("administrator", "manager"):
        with pytest.raises(Refused):
            save(Role.objects.get(key=key), roles_manager, name="X")
    manager = Role.objects.get(key="manager")
    save(manager, UserFactory(role="administrator"), grants={VIEW: Reach.OWN})
    with pytest.raises(Refused):
        reset_role(role=manager, by=roles_manager)
    with pytest.raises(Refused):
        create_role(name="C", like=Role.objects.get(key="marketing"), by=roles_manager)
    with pytest.raises(PermissionDenied):
        create_role(name="C", by=sales)
