"""Colleagues, their teams and managers come in from a file; nobody is invited, nobody is promoted."""

from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.test import Client

from core.errors import Refused
from core.mailboxes import reaches_somebody
from core.models import Role, Team, User
from core.services.invitations import send_links
from crm.choices import ImportMode
from crm.models import Deal, FileImport
from crm.services.imports.mapping import guess_kind
from crm.services.imports.reverting import start_reverting
from crm.services.imports.running import start_trial
from tests.crm.files import counts, import_file, start, upload
from tests.data import data_file
from tests.factories import UserFactory
from tests.factories.core import NOW
from tests.running import carry_out

pytestmark = pytest.mark.django_db

COLLEAGUE = "core.user"
TEAMS = (
    "sales_agent,manager,regional_office\n"
    "Anna Snelling,Dustin Brinkmann,Central\n"
    "Boris Faz,Rocco Neubert,East\n"
    "Cara Losch,Rocco Neubert,East\n"
)


def bring(content: str, by: User, **more: Any) -> FileImport:
    return import_file(content, by, name="sales_teams.csv", object_type=COLLEAGUE, **more)


def reasons(done: FileImport) -> list[str]:
    return [row.reason_text for row in done.refused_rows.order_by("row_number")]


def role_keys(name: str) -> list[str | None]:
    return list(User.objects.get(name=name).roles.values_list("key", flat=True))


def revert(done: FileImport, by: User) -> Any:
    return carry_out(start_reverting(file_import=done, by=by, as_of=NOW)).result


def test_teams_bring_colleagues_and_their_managers(administrator: User) -> None:
    done = bring(TEAMS, administrator)
    assert counts(done) == (3, 0, 0)
    anna = User.objects.get(name="Anna Snelling")
    assert (anna.email, str(anna.team)) == ("anna-snelling@colleague.invalid", "Central")
    assert not anna.has_usable_password()
    assert role_keys("Anna Snelling") == ["sales"]
    assert role_keys("Rocco Neubert") == ["manager"]
    assert str(User.objects.get(name="Rocco Neubert").team) == "East"
    assert reasons(done) == [
        "“Dustin Brinkmann” has no row and was added as a colleague, too.",
        "“Rocco Neubert” has no row and was added as a colleague, too.",
    ]
    assert mail.outbox == []


def test_same_file_again_changes_nothing(administrator: User) -> None:
    bring(TEAMS, administrator)
    people = set(User.objects.values_list("pk", "email"))
    again = bring(TEAMS, administrator)
    assert again.run is not None
    assert (counts(again), again.run.result["unchanged"]) == ((0, 0, 0), 3)
    assert set(User.objects.values_list("pk", "email")) == people


def test_trial_tells_and_leaves_nothing(administrator: User) -> None:
    before = (User.objects.count(), Team.objects.count())
    file_import = upload(TEAMS, administrator, "sales_teams.csv", COLLEAGUE)
    run = carry_out(start_trial(file_import=file_import, by=administrator, as_of=NOW))
    assert run.result["created"] == 3
    file_import.refresh_from_db()
    assert len(file_import.findings["examples"]) == 3
    assert (User.objects.count(), Team.objects.count()) == before


def test_owners_are_found_by_name_afterwards(administrator: User) -> None:
    bring(TEAMS, administrator)
    import_file(
        "opportunity_id,sales_agent,deal_stage\nA1,Boris Faz,Won\n",
        administrator,
        name="sales_pipeline.csv",
        object_type="crm.deal",
    )
    deal = Deal.objects.get()
    assert deal.owner is not None
    assert deal.owner.name == "Boris Faz"
    assert "sales_agent" not in str(deal.custom)


def test_users_of_salesforce_own_by_their_ids(administrator: User) -> None:
    users = (
        "Id,Username,LastName,FirstName,Email,IsActive,TimeZoneSidKey,LanguageLocaleKey,SystemModstamp\n"
        "005A,al@login.example,Love,Ada,ada@example.org,1,Europe/Berlin,en_US,2026-01-01\n"
        "005B,b@login.example,Babb,Ben,ben@example.org,0,Nowhere,xx,2026-01-01\n"
    )
    done = import_file(users, administrator, name="User.csv", object_type="")
    assert (done.object_type, done.source) == (COLLEAGUE, "salesforce")
    ada, ben = User.objects.get(name="Ada Love"), User.objects.get(name="Ben Babb")
    assert (ada.email, ada.time_zone, ada.language) == ("ada@example.org", "Europe/Berlin", "en")
    assert (ada.is_active, ben.is_active) == (True, False)
    import_file(
        "Id,Name,StageName,OwnerId,SystemModstamp\n006,Lenses,Won,005A,2026-01-01\n",
        administrator,
        name="Opportunity.csv",
        object_type="crm.deal",
    )
    assert Deal.objects.get().owner == ada


def test_who_is_there_keeps_role_address_and_access(administrator: User) -> None:
    boss = UserFactory(
        name="Ada", email="ada@example.org", roles=[Role.objects.get(key="administrator")]
    )
    rows = "name,email,role,active,team\nAda Love,ADA@example.org,sales,no,Polar\n"
    done = bring(rows, administrator)
    boss.refresh_from_db()
    assert (boss.name, str(boss.team), boss.is_active) == ("Ada Love", "Polar", True)
    assert role_keys("Ada Love") == ["administrator"]
    assert reasons(done) == [
        "What Ada may do, and whether they may sign in, is not changed by a file."
    ]
    revert(done, administrator)
    boss.refresh_from_db()
    assert (boss.name, boss.team) == ("Ada", None)
    assert not Team.objects.filter(name="Polar").exists()


@pytest.mark.parametrize("role", ["Administrator", "administrator", "管理员"])
def test_file_makes_no_administrators(role: str, administrator: User) -> None:
    done = bring(f"name,role,team\nAda,{role},Polar\n", administrator)
    assert role_keys("Ada") == ["sales"]
    assert len(reasons(done)) == 1


def test_role_of_the_file_is_given(administrator: User) -> None:
    bring("name,role,team\nAda,Marketer,Polar\n", administrator)
    assert role_keys("Ada") == ["marketing"]


def test_namesakes_are_told_apart_by_their_address(administrator: User) -> None:
    rows = "name,email,team\nAda,a@example.org,X\nAda,b@example.org,X\nAda,,X\n"
    done = bring(rows, administrator)
    assert counts(done) == (2, 0, 1)
    assert "Several colleagues are called “Ada”" in reasons(done)[0]


@pytest.mark.parametrize("name", ["王小明", "Ünal Şahin", "Ελένη", "☆"])
def test_every_name_gets_an_address_that_reaches_nobody(name: str, administrator: User) -> None:
    bring(f"name,team\n{name},X\n", administrator)
    user = User.objects.get(name=name)
    user.full_clean(exclude=["password"])
    assert not reaches_somebody(user.email)


@pytest.mark.parametrize(
    ("mode", "expected"), [(ImportMode.CREATE, (1, 0, 1)), (ImportMode.UPDATE, (0, 1, 1))]
)
def test_mode_limits_what_happens(
    mode: str, expected: tuple[int, int, int], administrator: User
) -> None:
    UserFactory(name="Ada", email="ada@example.org")
    rows = "name,email,team\nAda Love,ada@example.org,Polar\nBen,ben@example.org,Polar\n"
    assert counts(bring(rows, administrator, mode=mode)) == expected


def test_reverting_deletes_those_on_whom_nothing_hangs(administrator: User) -> None:
    done = bring(TEAMS, administrator)
    import_file(
        "opportunity_id,sales_agent,deal_stage\nA1,Boris Faz,Won\n",
        administrator,
        name="sales_pipeline.csv",
        object_type="crm.deal",
    )
    result = revert(done, administrator)
    assert (result["deleted"], result["in_use"]) == (4, 2), "Boris and his team stay"
    assert User.objects.filter(name="Boris Faz").exists()
    assert set(
        Team.objects.filter(name__in=["Central", "East"]).values_list("name", flat=True)
    ) == {"East"}


def test_only_who_manages_users_imports_them(sales: User, administrator: User) -> None:
    with pytest.raises(Refused, match="those who manage users"):
        upload(TEAMS, sales, "sales_teams.csv", COLLEAGUE)
    file_import = upload(TEAMS, administrator, "sales_teams.csv", COLLEAGUE)
    with pytest.raises(PermissionDenied):
        start(file_import, sales)
    assert not User.objects.filter(name="Anna Snelling").exists()


def test_nothing_is_mailed_to_who_has_no_address(administrator: User, client: Client) -> None:
    bring(TEAMS, administrator)
    anna = User.objects.get(name="Anna Snelling")
    with pytest.raises(Refused, match="has no e-mail address"):
        send_links(users=[anna], origin="https://crm.example", by=administrator)
    client.post("/accounts/password/reset/", {"email": anna.email})
    assert mail.outbox == []
    assert not client.login(email=anna.email, password="")


def test_invited_later_with_an_address(administrator: User) -> None:
    bring(TEAMS, administrator)
    anna = User.objects.get(name="Anna Snelling")
    anna.email = "anna@example.org"
    anna.save()
    (invited,) = send_links(users=[anna], origin="https://crm.example", by=administrator)
    assert invited.link.startswith("https://crm.example/")


def test_command_imports_a_whole_company_of_colleagues(administrator: User) -> None:
    path = data_file("maven-crm/sales_teams.csv")
    call_command("import_records", "colleagues", str(path), by=administrator.email)
    assert (
        User.objects.filter(roles__key="sales", email__endswith="@colleague.invalid").count() == 35
    )
    assert User.objects.filter(roles__key="manager").count() == 6
    assert Team.objects.filter(name__in=["Central", "East", "West"]).count() == 3
    assert Role.objects.get(key="administrator").users.count() == 1


@pytest.mark.parametrize(
    ("name", "columns", "kind"),
    [
        ("sales_teams.csv", "sales_agent,manager,regional_office", COLLEAGUE),
        ("export.csv", "Name,Team,Manager", COLLEAGUE),
        ("users.csv", "Name,E-mail,Role", COLLEAGUE),
        ("同事.csv", "姓名,团队,经理", COLLEAGUE),
        ("contacts.csv", "Name,E-mail,Phone,Company", "crm.contact"),
        ("sales_pipeline.csv", "opportunity_id,sales_agent,product,deal_stage", "crm.deal"),
    ],
)
def test_columns_tell_that_rows_are_colleagues(name: str, columns: str, kind: str) -> None:
    assert guess_kind(name, columns.split(",")) == kind
