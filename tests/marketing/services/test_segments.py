"""Segments are written with their condition, shared, withheld, duplicated and put away."""

from datetime import timedelta

import pytest

from core.choices import Reach, Sharing
from core.conditions import Criterion, Happened, Viewpoint, all_of, checked, to_q
from core.errors import Refused
from core.models import AuditEvent, JobRun, User
from core.registries import record_types
from core.services.records import assign_records
from crm.models import Contact
from marketing.choices import SegmentKind
from marketing.models import Segment
from marketing.services.memberships import add_to_list
from marketing.services.segments import archive_segment, duplicate_segment, save_segment
from tests.factories import ContactFactory, RoleFactory, SegmentFactory, UserFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

TITLE = Criterion("job_title", "is", ["Buyer"])
SEES = {
    "marketing.segment.view": Reach.OWN,
    "marketing.segment.edit": Reach.OWN,
    "marketing.segment.create": Reach.ALL,
    "crm.contact.view": Reach.ALL,
    "crm.company.view": Reach.ALL,
}


def dynamic(*conditions: object, **values: object) -> Segment:
    asked = all_of(*(conditions or (TITLE,))).as_json()  # type: ignore[arg-type]
    return Segment(name="Buyers", condition=asked, **values)


def test_dynamic_segment_is_kept_with_what_it_takes(marketing: User) -> None:
    segment = dynamic(
        Criterion("industry", "is", ["Optics"]),
        Criterion("company.city", "is", ["Jena"]),
        Happened("activity", at_least=1, days=30),
    )
    save_segment(segment=segment, by=marketing, at=NOW)
    assert set(segment.reads.strip("|").split("|")) == {
        "crm.contact.industry",
        "crm.contact.company",
        "crm.company.view",
        "crm.company.industry",
        "crm.company.city",
        "crm.activity.view",
    }
    assert segment.causes == "|crm.activity:<contact|crm.company:company|"
    assert (segment.owner, segment.team) == (marketing, marketing.team)
    assert AuditEvent.objects.filter(object_type="marketing.segment", action="create").exists()


def test_its_members_are_asked_for_once_and_again_with_another_condition(marketing: User) -> None:
    segment = save_segment(segment=dynamic(), by=marketing, at=NOW)
    runs = JobRun.objects.filter(kind="marketing.segments")
    assert [run.scope for run in runs] == [{"segment": segment.pk, "version": 1}]
    segment.description = "They buy."
    save_segment(segment=segment, by=marketing, at=NOW)
    assert runs.count() == 1
    segment.condition = all_of(Criterion("job_title", "is", ["Chief"])).as_json()
    save_segment(segment=segment, by=marketing, at=NOW)
    assert [run.scope["version"] for run in runs.order_by("pk")] == [1, 2]


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        (all_of(), "Say which contacts"),
        (all_of(Criterion("owner", "is", ["me"])), "the same for everybody"),
        (all_of(Criterion("no_such", "is", ["x"])), "There is no field"),
    ],
)
def test_condition_that_makes_no_sense_is_refused(
    marketing: User, condition: object, sentence: str
) -> None:
    segment = Segment(name="Odd", condition=condition.as_json())  # type: ignore[attr-defined]
    with pytest.raises(Refused, match=sentence):
        save_segment(segment=segment, by=marketing, at=NOW)
    assert not Segment.objects.exists()


def test_a_name_is_needed(marketing: User) -> None:
    with pytest.raises(Refused, match="Give the segment a name"):
        save_segment(segment=Segment(name="  ", kind="static"), by=marketing, at=NOW)


def test_team_of_nobody_cannot_have_it() -> None:
    loner = UserFactory(roles=[RoleFactory(grants=SEES)])
    segment = dynamic(sharing=Sharing.TEAM)
    with pytest.raises(Refused, match="in no team"):
        save_segment(segment=segment, by=loner, at=NOW)


def test_no_segment_asks_for_itself(marketing: User) -> None:
    one = save_segment(segment=dynamic(), by=marketing, at=NOW)
    other = dynamic(Criterion("segments", "has_any", [str(one.pk)]))
    save_segment(segment=other, by=marketing, at=NOW)
    third = dynamic(Criterion("segments", "has_none", [str(other.pk)]))
    save_segment(segment=third, by=marketing, at=NOW)
    one.condition = all_of(Criterion("segments", "has_any", [str(third.pk)])).as_json()
    with pytest.raises(Refused, match="asks for this segment itself"):
        save_segment(segment=one, by=marketing, at=NOW)
    other.condition = all_of(Criterion("segments", "has_any", [str(other.pk)])).as_json()
    with pytest.raises(Refused, match="asks for this segment itself"):
        save_segment(segment=other, by=marketing, at=NOW)


def test_sharing_reaches_beyond_roles_and_only_for_seeing() -> None:
    role = RoleFactory(grants=SEES)
    owner = UserFactory(role="marketing")
    reader = UserFactory(roles=[role])
    mine = SegmentFactory(owner=owner, team=owner.team)
    assert not Segment.objects.visible_to(reader).exists()
    Segment.objects.filter(pk=mine.pk).update(sharing=Sharing.ALL)
    mine.refresh_from_db()
    assert Segment.objects.visible_to(reader).get() == mine
    assert not Segment.objects.visible_to(reader, "edit").exists()
    view = Viewpoint(reader, NOW)
    assert view.reaches(record_types["marketing.segment"], mine)


def test_shared_with_a_team_only_the_team_sees_it(
    marketing: User, sales: User, outsider: User
) -> None:
    segment = SegmentFactory(owner=marketing, team=marketing.team, sharing=Sharing.TEAM)
    assert Segment.objects.visible_to(sales).get() == segment
    assert not Segment.objects.visible_to(outsider).exists()


def test_whoever_may_not_see_a_field_sees_no_segment_by_it(marketing: User) -> None:
    segment = SegmentFactory(owner=marketing, asked=TITLE, sharing=Sharing.ALL)
    grants = {"marketing.segment.view": Reach.ALL, "crm.contact.view": Reach.ALL}
    blind = UserFactory(roles=[RoleFactory(grants=grants, hides=["crm.contact.job_title"])])
    seeing = UserFactory(roles=[RoleFactory(grants=grants)])
    assert Segment.objects.visible_to(seeing).get() == segment
    assert not Segment.objects.visible_to(blind).exists()
    kind, buyer = record_types["crm.contact"], ContactFactory(job_title="Buyer")
    segment.members.create(contact=buyer, since=NOW)
    asked = Criterion("segments", "has_any", [str(segment.pk)])
    for user, found in ((seeing, [buyer]), (blind, [])):
        view = Viewpoint(user, NOW)
        rows = Contact.objects.filter(to_q(checked(asked, kind, view), kind, view))
        assert list(rows) == found
    assert not Viewpoint(blind, NOW).reaches(record_types["marketing.segment"], segment)


def test_what_a_used_segment_takes_the_user_of_it_takes_too(marketing: User) -> None:
    used = save_segment(segment=dynamic(), by=marketing, at=NOW)
    user_of = dynamic(Criterion("segments", "has_any", [str(used.pk)]))
    save_segment(segment=user_of, by=marketing, at=NOW)
    assert "|crm.contact.job_title|" in user_of.reads
    used.condition = all_of(Criterion("city", "is", ["Jena"])).as_json()
    save_segment(segment=used, by=marketing, at=NOW)
    user_of.refresh_from_db()
    assert "|crm.contact.city|" in user_of.reads
    assert "|crm.contact.job_title|" not in user_of.reads


def test_another_owner_asks_with_other_eyes(marketing: User, manager: User) -> None:
    segment = save_segment(segment=dynamic(), by=marketing, at=NOW)
    rows = Segment.objects.filter(pk=segment.pk)
    assign_records(rows=rows, owner=manager, by=marketing, at=NOW)
    segment.refresh_from_db()
    assert (segment.owner, segment.version) == (manager, 2)
    scope = {"segment": segment.pk, "version": 2}
    assert JobRun.objects.filter(kind="marketing.segments", scope=scope).exists()


def test_copy_is_ones_own_and_a_list_takes_its_members_along(marketing: User, sales: User) -> None:
    seen = ContactFactory(owner=sales, team=sales.team)
    unseen = ContactFactory()
    original = SegmentFactory(owner=marketing, team=marketing.team, sharing=Sharing.ALL)
    add_to_list(segment=original, contacts=[seen.pk, unseen.pk], by=marketing, at=NOW)
    copy = duplicate_segment(segment=original, by=sales, at=NOW)
    assert (copy.owner, copy.sharing) == (sales, Sharing.PRIVATE)
    assert copy.name == f"Copy of {original.name}"
    assert list(copy.contacts.all()) == [seen]
    copy.refresh_from_db()
    assert copy.size == 1


def test_archived_one_keeps_its_members_and_is_asked_no_more(marketing: User) -> None:
    segment = save_segment(segment=dynamic(), by=marketing, at=NOW)
    archive_segment(segment=segment, is_archived=True, by=marketing, at=NOW)
    assert not Segment.objects.at_work().exists()
    before = JobRun.objects.count()
    archive_segment(segment=segment, is_archived=False, by=marketing, at=NOW + timedelta(days=1))
    assert list(Segment.objects.at_work()) == [segment]
    assert JobRun.objects.count() == before + 1


def test_somebody_elses_is_not_changed(sales: User, marketing: User) -> None:
    segment = SegmentFactory(owner=marketing, sharing=Sharing.ALL)
    with pytest.raises(Refused, match="may not change this segment"):
        save_segment(segment=segment, by=sales, at=NOW)
    with pytest.raises(Refused, match="may not change this segment"):
        archive_segment(segment=segment, is_archived=True, by=sales, at=NOW)
    assert segment.kind == SegmentKind.STATIC
