"""Messages and invitations of LinkedIn's archive become interactions with the people on the other side."""

import pytest

from core.errors import Refused
from core.models import User
from crm.models import Contact, FileImport, Interaction
from tests.crm.files import counts, csv_text, import_file
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db

IN = "https://www.linkedin.com/in/"
MEMBER, ADA, BEN, EVE = (f"{IN}{name}" for name in ("me", "ada", "ben", "eve"))
HEADER = [
    "CONVERSATION ID",
    "CONVERSATION TITLE",
    "FROM",
    "SENDER PROFILE URL",
    "TO",
    "RECIPIENT PROFILE URLS",
    "DATE",
    "SUBJECT",
    "CONTENT",
    "FOLDER",
    "ATTACHMENTS",
]


def message(
    talk: str, sender: tuple[str, str], to: tuple[str, str], minute: int, text: str
) -> list[str]:
    at = f"2026-07-01 10:{minute:02}:00 UTC"
    return [talk, "", *sender, *to, at, "", text, "INBOX", ""]


ME, A, B = ("Me Myself", MEMBER), ("Ada Lovelace", ADA), ("Ben Hur", f"{BEN}/")
ROWS = [
    HEADER,
    message("1", A, ME, 1, "Hello, I saw\nyour talk"),
    message("1", ME, A, 2, "Thank you"),
    message("2", ME, ("Ben Hur,Eve", f"{BEN},{EVE}"), 3, "x" * 3_000),
    message("2", B, ("Me Myself,Eve", f"{MEMBER},{EVE}"), 4, "Fine"),
    message("3", ("LinkedIn Member", ""), ME, 5, "Gone"),
]


def bring(by: User, rows: list[list[str]], name: str = "messages.csv") -> FileImport:
    return import_file(csv_text(rows), by, name=name, object_type="")


def test_messages_are_of_the_people_on_the_other_side(administrator: User) -> None:
    ada = ContactFactory(name="Ada L.", linkedin_url=ADA)
    done = bring(administrator, ROWS)
    assert (done.object_type, done.source) == ("crm.interaction", "linkedin")
    assert counts(done) == (5, 0, 1)
    assert not Contact.objects.filter(linkedin_url=MEMBER).exists()
    with_ada = Interaction.objects.filter(contact=ada).order_by("at")
    assert [it.detail["Direction"] for it in with_ada] == ["in", "out"]
    assert {(it.kind, it.channel) for it in with_ada} == {("chat", "linkedin")}
    assert with_ada[0].detail["Content"] == "Hello, I saw\nyour talk"
    ben, eve = (Contact.objects.get(linkedin_url=url) for url in (BEN, EVE))
    assert (ben.name, ben.interactions.count()) == ("Ben Hur", 2)
    assert (eve.name, eve.interactions.count()) == ("Eve", 1)
    assert len(eve.interactions.get().detail["Content"]) == 2_000
    refused = done.refused_rows.get()
    assert refused.reason_text == "The row does not say whose it is."
    assert "LinkedIn Member" in refused.values


def test_messages_come_once(administrator: User) -> None:
    bring(administrator, ROWS)
    again = bring(administrator, ROWS)
    assert (counts(again)[0], again.run.result["unchanged"]) == (0, 5)
    assert Interaction.objects.count() == 5


def test_member_of_a_single_conversation_is_no_contact(administrator: User) -> None:
    with pytest.raises(Refused, match="take part in every conversation"):
        bring(administrator, ROWS[:3])
    ada = ContactFactory(linkedin_url=ADA)
    bring(administrator, ROWS[:3])
    assert set(Interaction.objects.values_list("contact", flat=True)) == {ada.pk}


def test_namesakes_with_another_address_are_somebody_else(administrator: User) -> None:
    other = ContactFactory(name="Ada Lovelace", linkedin_url=f"{IN}another-ada")
    without = ContactFactory(name="Ben Hur", linkedin_url="")
    bring(administrator, ROWS)
    assert not other.interactions.exists()
    assert without.interactions.count() == 2


def test_invitations_are_interactions(administrator: User) -> None:
    ada, ben = ContactFactory(linkedin_url=ADA), ContactFactory(linkedin_url=BEN)
    rows = [
        ["From", "To", "Sent At", "Message", "Direction", "inviterProfileUrl", "inviteeProfileUrl"],
        ["Me", "Ada", "7/8/26, 3:43 PM", "Let us talk", "OUTGOING", MEMBER, ADA],
        ["Ben", "Me", "7/28/26, 9:00 AM", "", "INCOMING", BEN, MEMBER],
        ["Me", "Eve", "7/28/26, 9:00 AM", "", "OUTGOING", MEMBER, EVE],
    ]
    done = bring(administrator, rows, "Invitations.csv")
    assert counts(done) == (2, 0, 1)
    sent, got = ada.interactions.get(), ben.interactions.get()
    assert (sent.kind, sent.subject, sent.detail["Direction"]) == ("other", "Invitation", "out")
    assert (sent.at.month, sent.at.day, sent.detail["Content"]) == (7, 8, "Let us talk")
    assert got.detail["Direction"] == "in"
