"""Consent in columns of imported files: kept with source and time, and taken back with the import."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from core.choices import Reach
from core.conditions.viewpoint import Viewpoint
from core.models import User
from crm.models import Contact, FileImport, Interaction
from crm.services.imports.reverting import start_reverting
from crm.services.imports.running import start_trial
from crm.services.imports.targets import Targets
from marketing.choices import Channel, ConsentSource, ConsentState
from marketing.models import Consent, ConsentEvent, Purpose
from marketing.queries.consents import trail_of
from marketing.services.consents import record_consent
from marketing.services.imported_consents import read_consent
from tests.crm.files import counts, import_file, start, upload
from tests.factories import ContactFactory, PurposeFactory, RoleFactory, UserFactory
from tests.factories.core import NOW
from tests.running import carry_out

pytestmark = pytest.mark.django_db

LIST = (
    "Name,E-mail,Consent: News,Consent given at\n"
    "Ada,ada@example.org,yes,2026-03-01\n"
    "Ben,ben@example.org,否,\n"
    "Cleo,cleo@example.org,,\n"
)


@pytest.fixture
def news() -> Purpose:
    return PurposeFactory(name="News", public_names={"zh-hans": "通讯"})


def bring(content: str, by: User, kind: str = "crm.contact") -> FileImport:
    return import_file(content, by, name="fair.csv", object_type=kind)


def states() -> dict[str, str]:
    rows = Consent.objects.select_related("contact")
    return {row.contact.email: row.state for row in rows}


def said(contact: Contact, news: Purpose, state: str, at: datetime) -> None:
    record_consent(
        contact=contact.pk, purpose=news.pk, channel=Channel.EMAIL, state=state,
        source=ConsentSource.CENTRE, at=at,
    )  # fmt: skip


def test_yes_and_no_become_consent_with_source_and_time(news: Purpose, administrator: User) -> None:
    done = bring(LIST, administrator)
    assert [entry["target"] for entry in done.mapping] == [
        "name", "email", f"consent.{news.pk}", "consent_at",
    ]  # fmt: skip
    assert counts(done) == (3, 0, 0)
    assert states() == {"ada@example.org": "granted", "ben@example.org": "withdrawn"}
    ada = Consent.objects.get(contact__email="ada@example.org")
    assert (ada.source, ada.detail) == (ConsentSource.IMPORT, "fair.csv")
    assert timezone.localtime(ada.at).date().isoformat() == "2026-03-01"
    event = ConsentEvent.objects.get(contact=ada.contact)
    assert (event.by, event.origin) == (administrator, f"import:{done.pk}")


@pytest.mark.parametrize("head", ["News", "通讯", "Consent: 通讯", "consent: news"])
def test_columns_are_found_by_what_people_call_the_purpose(
    head: str, news: Purpose, administrator: User
) -> None:
    file_import = upload(f"E-mail,{head}\na@example.org,ja\n", administrator)
    assert file_import.mapping[1]["target"] == f"consent.{news.pk}"


def test_what_is_neither_yes_nor_no_is_refused_and_told(news: Purpose, administrator: User) -> None:
    done = bring("E-mail,Name,News\na@example.org,A,yes\nb@example.org,B,perhaps\n", administrator)
    assert counts(done)[2] == 1
    (row,) = done.refused_rows.all()
    assert "perhaps" in row.reason_text


@pytest.mark.parametrize(
    ("text", "state"),
    [("Yes", "granted"), ("1", "granted"), ("是", "granted"), ("Given", "granted"),
     ("已退订", "withdrawn"), ("No", "withdrawn"), ("To be confirmed", None)],
)  # fmt: skip
def test_words(text: str, state: str | None) -> None:
    assert read_consent(text) == state


def test_a_list_takes_no_withdrawal_back_unless_it_is_newer(
    news: Purpose, administrator: User
) -> None:
    ada, ben, cleo = (ContactFactory(email=f"{it}@example.org") for it in ("ada", "ben", "cleo"))
    left = datetime(2026, 2, 1, tzinfo=UTC)
    for contact in (ada, ben, cleo):
        said(contact, news, ConsentState.WITHDRAWN, left)
    bring(
        "E-mail,News,Consent given at\n"
        "ada@example.org,yes,\n"
        "ben@example.org,yes,2026-01-15\n"
        "cleo@example.org,yes,2026-03-15\n",
        administrator,
    )
    assert states() == {
        "ada@example.org": "withdrawn",
        "ben@example.org": "withdrawn",
        "cleo@example.org": "granted",
    }


@pytest.mark.parametrize("kind", ["crm.contact", "crm.lead"])
@pytest.mark.parametrize("is_reversed", [False, True])
@pytest.mark.parametrize(
    "words",
    [
        [("no", "2026-03-01"), ("yes", "2026-01-15")],
        [("no", "2026-03-01"), ("yes", "2026-03-01")],
        [("no", ""), ("yes", "")],
    ],
    ids=["newer", "same day", "undated"],
)
def test_of_several_rows_on_one_contact_the_newest_holds(
    words: list[tuple[str, str]], is_reversed: bool, kind: str, news: Purpose, administrator: User
) -> None:
    """Whatever their order; of two at one moment the no is stronger."""
    ContactFactory(email="ada@example.org", name="Ada")
    words = words[::-1] if is_reversed else words
    rows = [f"Ada,ada@example.org,Firm {n},{word},{at}\n" for n, (word, at) in enumerate(words)]
    bring("Name,E-mail,Company,News,Consent given at\n" + "".join(rows), administrator, kind)
    assert states() == {"ada@example.org": "withdrawn"}


def test_a_consent_of_the_future_is_told_and_not_kept(news: Purpose, administrator: User) -> None:
    done = bring(
        "Name,E-mail,News,Consent given at\nAda,ada@example.org,yes,2099-01-01\n", administrator
    )
    assert not Consent.objects.exists()
    assert Contact.objects.filter(email="ada@example.org").exists()
    (row,) = done.refused_rows.all()
    assert "future" in row.reason_text


def test_leads_bring_the_consent_of_their_contact(news: Purpose, administrator: User) -> None:
    bring("Name,E-mail,Company,News\nAda,ada@example.org,Acme,yes\n", administrator, "crm.lead")
    assert states() == {"ada@example.org": "granted"}


def test_undo_puts_back_what_was_known(news: Purpose, administrator: User) -> None:
    ada, ben = (ContactFactory(email=f"{it}@example.org") for it in ("ada", "ben"))
    said(ada, news, ConsentState.WITHDRAWN, datetime(2026, 1, 1, tzinfo=UTC))
    done = bring(
        "Name,E-mail,News,Consent given at\n"
        "Ada,ada@example.org,yes,2026-03-01\n"
        "Ben,ben@example.org,no,\n"
        "Dan,dan@example.org,yes,\n",
        administrator,
    )
    said(ben, news, ConsentState.GRANTED, timezone.now() + timedelta(minutes=1))
    assert set(states().values()) == {"granted"}
    run = carry_out(start_reverting(file_import=done, by=administrator, as_of=NOW))
    assert run.state == "succeeded"
    assert states() == {"ada@example.org": "withdrawn", "ben@example.org": "granted"}
    trail = trail_of(ada.pk)
    assert [(event.state, event.taken_back_at is not None) for event in trail] == [
        ("granted", True),
        ("withdrawn", False),
    ]
    assert not Interaction.objects.filter(contact=ben, kind="unsubscribe").exists()
    assert Interaction.objects.filter(contact=ada, kind="unsubscribe").exists()


def test_a_trial_leaves_nothing(news: Purpose, administrator: User) -> None:
    file_import = upload(LIST, administrator)
    carry_out(start_trial(file_import=file_import, by=administrator, as_of=NOW))
    assert not ConsentEvent.objects.exists()
    carry_out(start(file_import, administrator))
    assert len(states()) == 2


def test_only_who_may_note_consents_is_offered_the_columns(news: Purpose) -> None:
    grants = {"crm.contact.create": Reach.ALL, "crm.import.use": Reach.ALL}
    bob: User = UserFactory(roles=[RoleFactory(grants=grants)])
    names = Targets("crm.contact", bob, Viewpoint(bob, timezone.now())).by_name
    assert not [name for name in names if name.startswith("consent")]


def test_archived_purposes_are_not_offered(news: Purpose, administrator: User) -> None:
    Purpose.objects.update(archived_at=timezone.now())
    view = Viewpoint(administrator, timezone.now())
    assert "consent_at" not in Targets("crm.contact", administrator, view).by_name
