"""Merging records: values, links, the bin, undoing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import ForeignKey, Model
from django.utils import timezone

from core.choices import FieldType, Reach
from core.errors import Refused
from core.models import Attachment, AuditEvent, ChangeSet, ExternalKey, User
from core.registries import record_types
from crm.choices import InteractionKind, PairState
from crm.models import (
    Company,
    Contact,
    ContactLife,
    ContactQuality,
    Deal,
    DuplicatePair,
    Interaction,
    LifeStay,
    Membership,
    MergedRecord,
)
from crm.services.interactions import NewInteraction, record_interactions
from crm.services.merging.merging import MERGED_TYPES, merge_records
from crm.services.merging.proposing import propose
from crm.services.merging.relations import STAYS, counts_of, relations_of, tables_by_number
from crm.services.merging.undoing import became, undo_merge
from tests.factories import (
    ActivityFactory,
    CompanyFactory,
    ContactFactory,
    ContactSegmentFactory,
    CustomerSegmentFactory,
    CustomFieldFactory,
    DealFactory,
    GroupFactory,
    LeadFactory,
    LifeStageFactory,
    RoleFactory,
    TagFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

AT = datetime(2026, 5, 4, 10, tzinfo=UTC)
CONTACT, COMPANY = record_types["crm.contact"], record_types["crm.company"]


def merge(kind: Any, survivor: Model, *losers: Model, by: User, **winners: int) -> ChangeSet:
    return merge_records(
        kind=kind,
        survivor=survivor.pk,
        losers=[loser.pk for loser in losers],
        winners=winners,
        by=by,
        at=AT,
    )


def test_chosen_values_are_taken_and_the_loser_says_what_it_became(administrator: User) -> None:
    stays = ContactFactory(name="Ada Lovelace", email="", external_id=None)
    goes = ContactFactory(name="A. Lovelace", email="ada@engines.example", external_id="7")
    stays.tags.add(TagFactory(name="Poet"))
    goes.tags.add(TagFactory(name="Engines"))
    winners = {"email": goes.pk, "external_id": goes.pk}
    merge(CONTACT, stays, goes, by=administrator, **winners)
    stays.refresh_from_db()
    goes.refresh_from_db()
    assert (stays.name, stays.email_key) == ("Ada Lovelace", "ada@engines.example")
    assert (stays.external_id, goes.external_id) == ("7", None)
    assert {tag.name for tag in stays.tags.all()} == {"Poet", "Engines"}
    assert goes.deleted_at == AT
    assert became("crm.contact", goes.pk) == stays.pk
    assert became("crm.contact", stays.pk) is None
    actions = AuditEvent.objects.filter(object_type="crm.contact", object_id=stays.pk)
    assert set(actions.values_list("action", flat=True)) >= {"edit", "merge"}


@pytest.mark.parametrize("key", MERGED_TYPES)
def test_every_link_of_every_model_is_walked(key: str) -> None:
    """By the other end: each foreign key to the type, and each table of records by number."""
    kind = record_types[key]
    known = {relation.key for relation in relations_of(kind)}
    from django.apps import apps

    models = apps.get_models(include_auto_created=True)
    own_tags = kind.model._meta.get_field("tags").remote_field.through
    for model in models:
        for field in model._meta.concrete_fields:
            is_beside = field.primary_key  # said of the record itself, not linked to it
            is_link = isinstance(field, ForeignKey) and not is_beside
            if is_link and field.related_model is kind.model:
                assert model is own_tags or f"{model._meta.label_lower}.{field.attname}" in known
    for model in tables_by_number():
        name = model._meta.label_lower
        assert name in STAYS or f"{name}.object_id" in known


@pytest.mark.parametrize("key", MERGED_TYPES)
def test_nothing_points_to_the_loser_afterwards_and_all_of_it_after_undoing(
    key: str, administrator: User
) -> None:
    kind = record_types[key]
    stays, goes = (_with_links(kind, administrator, suffix) for suffix in "ab")
    before = {pk: counts_of(kind, [pk]) for pk in (stays.pk, goes.pk)}
    assert before[goes.pk]
    change_set = merge(kind, stays, goes, by=administrator)
    assert counts_of(kind, [goes.pk]) == {}
    done = undo_merge(change_set=change_set, by=administrator, at=AT + timedelta(hours=1))
    assert (done.survivor_left, done.links_left) == (False, 0)
    assert {pk: counts_of(kind, [pk]) for pk in (stays.pk, goes.pk)} == before
    goes.refresh_from_db()
    assert goes.deleted_at is None


def _with_links(kind: Any, user: User, suffix: str) -> Any:
    """A record with files, keys, deals, leads, activities and records below it."""
    if kind is CONTACT:
        record: Any = ContactFactory(name="Ada")
        LeadFactory(contact=record)
        ContactFactory(reports_to=record)
        event = NewInteraction(record.pk, InteractionKind.VISIT, AT, key=suffix)
        record_interactions([event])
    else:
        record = CompanyFactory(name=f"Acme {suffix}")
        LeadFactory(company=record)
        ContactFactory(company=record)
        CompanyFactory(parent=record, name=f"Below {suffix}")
        DealFactory(company=record)
    ActivityFactory(**{kind.key.partition(".")[2]: record})
    Attachment.objects.create(
        object_type=kind.key, object_id=record.pk, file="a.txt", name="a.txt", size=1
    )
    ExternalKey.objects.create(
        object_type=kind.key, object_id=record.pk, source="Other", key=suffix
    )
    return record


def test_what_both_have_stays_once_and_comes_back(administrator: User) -> None:
    stays, goes = ContactFactory.create_batch(2)
    group = GroupFactory()
    for person, role in ((stays, "Chair"), (goes, "Speaker")):
        Membership.objects.create(group=group, contact=person, role=role)
    change_set = merge(CONTACT, stays, goes, by=administrator)
    assert list(group.memberships.values_list("contact", "role")) == [(stays.pk, "Chair")]
    undo_merge(change_set=change_set, by=administrator, at=AT)
    rows = group.memberships.order_by("pk").values_list("contact", "role")
    assert list(rows) == [(stays.pk, "Chair"), (goes.pk, "Speaker")]


def test_interactions_keep_their_numbers(administrator: User) -> None:
    stays, goes = ContactFactory.create_batch(2)
    news = [NewInteraction(p.pk, InteractionKind.VISIT, AT, key=str(p.pk)) for p in (stays, goes)]
    record_interactions(news)
    before = set(Interaction.objects.values_list("pk", flat=True))
    merge(CONTACT, stays, goes, by=administrator)
    after = Interaction.objects.filter(contact=stays)
    assert set(after.values_list("pk", flat=True)) == before
    told_again = [NewInteraction(stays.pk, InteractionKind.VISIT, AT, key=n.key) for n in news]
    assert record_interactions(told_again) == 0


def test_added_fields_that_lead_to_the_loser_lead_to_the_survivor(administrator: User) -> None:
    field = CustomFieldFactory(
        object_type="crm.deal", key="advisor", type=FieldType.LINK, target="crm.contact"
    )
    stays, goes = ContactFactory.create_batch(2)
    deal = DealFactory(custom={field.key: goes.pk})
    change_set = merge(CONTACT, stays, goes, by=administrator)
    assert Deal.objects.get(pk=deal.pk).custom == {"advisor": stays.pk}
    undo_merge(change_set=change_set, by=administrator, at=AT)
    assert Deal.objects.get(pk=deal.pk).custom == {"advisor": goes.pk}


def test_nobody_reports_to_herself(administrator: User) -> None:
    goes = ContactFactory()
    stays = ContactFactory(reports_to=goes)
    merge(CONTACT, stays, goes, by=administrator)
    assert Contact.objects.get(pk=stays.pk).reports_to is None


def test_a_company_that_was_part_of_the_other_is_not_part_of_itself(administrator: User) -> None:
    goes = CompanyFactory(name="Acme")
    stays = CompanyFactory(name="Acme GmbH", parent=goes)
    merge(COMPANY, stays, goes, by=administrator, parent=stays.pk)
    assert Company.objects.get(pk=stays.pk).parent is None


def test_undoing_says_what_somebody_has_changed_since(administrator: User) -> None:
    stays = ContactFactory(email="", external_id=None)
    goes = ContactFactory(email="ada@engines.example", external_id="7")
    lead = LeadFactory(contact=goes)
    winners = {"email": goes.pk, "external_id": goes.pk}
    change_set = merge(CONTACT, stays, goes, by=administrator, **winners)
    Contact.objects.filter(pk=stays.pk).update(email="other@engines.example")
    lead.contact = ContactFactory()
    lead.save()
    done = undo_merge(change_set=change_set, by=administrator, at=AT)
    assert (done.survivor_left, done.links_left) == (True, 1)
    assert Contact.objects.get(pk=goes.pk).deleted_at is None
    with pytest.raises(Refused):
        undo_merge(change_set=change_set, by=administrator, at=AT)


def test_undoing_waits_for_the_record_in_the_bin(administrator: User) -> None:
    stays, goes = ContactFactory.create_batch(2)
    change_set = merge(CONTACT, stays, goes, by=administrator)
    Contact.objects.filter(pk=goes.pk).delete()
    with pytest.raises(Refused):
        undo_merge(change_set=change_set, by=administrator, at=AT)
    assert ChangeSet.objects.get(pk=change_set.pk).undone_at is None


def test_the_second_of_two_merges_is_refused(administrator: User) -> None:
    one, two, three = ContactFactory.create_batch(3)
    merge(CONTACT, one, two, by=administrator)
    with pytest.raises(Refused):
        merge(CONTACT, three, two, by=administrator)
    assert MergedRecord.objects.count() == 1
    merge(CONTACT, three, one, by=administrator)
    assert became("crm.contact", two.pk) == three.pk


@pytest.mark.parametrize("count", [1, 6])
def test_two_to_five_records_are_merged(count: int, administrator: User) -> None:
    first, *others = ContactFactory.create_batch(count)
    with pytest.raises(Refused):
        merge(CONTACT, first, *others, by=administrator)


def test_a_record_out_of_reach_is_not_merged(sales: User, outsider: User) -> None:
    own = ContactFactory(owner=sales, team=sales.team)
    foreign = ContactFactory(owner=outsider, team=outsider.team)
    role = RoleFactory(
        grants={f"crm.contact.{action}": Reach.OWN for action in ("view", "edit", "delete")}
    )
    user = UserFactory(team=sales.team)
    user.roles.set([role])
    mine = ContactFactory(owner=user, team=user.team)
    for other in (own, foreign):
        with pytest.raises(Refused):
            merge(CONTACT, mine, other, by=user)
    assert not MergedRecord.objects.exists()


def test_a_field_that_the_role_may_not_edit_stays(administrator: User) -> None:
    from core.choices import FieldAccess

    grants = {f"crm.contact.{action}": Reach.ALL for action in ("view", "edit", "delete")}
    role = RoleFactory(grants=grants)
    role.field_rules.create(field="crm.contact.phone", access=FieldAccess.SEE)
    user = UserFactory()
    user.roles.set([role])
    stays, goes = ContactFactory(phone=""), ContactFactory(phone="+49 30 1")
    merge(CONTACT, stays, goes, by=user, phone=goes.pk)
    assert Contact.objects.get(pk=stays.pk).phone == ""


def test_the_pair_is_merged_and_open_again(administrator: User) -> None:
    stays, goes = ContactFactory.create_batch(2)
    pair = DuplicatePair.objects.create(
        object_type="crm.contact", one_id=stays.pk, other_id=goes.pk, probability=0.99,
        digest=1, seen_at=AT,
    )  # fmt: skip
    change_set = merge(CONTACT, stays, goes, by=administrator)
    pair.refresh_from_db()
    assert pair.state == PairState.MERGED
    undo_merge(change_set=change_set, by=administrator, at=AT)
    pair.refresh_from_db()
    assert pair.state == PairState.OPEN


def test_proposed_are_filled_over_empty_then_by_hand_then_newer(administrator: User) -> None:
    one = ContactFactory(name="Ada", phone="1", city="", job_title="Poet")
    two = ContactFactory(name="Ada Lovelace", phone="2", city="London", job_title="Analyst")
    now = timezone.now()
    Contact.objects.filter(pk=one.pk).update(updated_at=now - timedelta(days=9))
    AuditEvent.objects.create(
        actor=administrator, action="edit", object_type="crm.contact", object_id=one.pk,
        changes={"phone": ["", "1"]},
    )  # fmt: skip
    records = list(Contact.objects.filter(pk__in=[one.pk, two.pk]))
    proposal = propose(CONTACT, records, administrator)
    assert proposal.winners["city"] == two.pk
    assert proposal.winners["phone"] == one.pk
    assert proposal.winners["job_title"] == two.pk


def test_what_is_computed_of_a_record_stays_with_it(administrator: User) -> None:
    """Both have a row of their own in a table beside the contacts: neither is in the other's way."""
    stays, goes = ContactFactory.create_batch(2)
    segment = CustomerSegmentFactory()
    for contact in (stays, goes):
        ContactSegmentFactory(contact=contact, segment=segment, version=segment.version)
    change_set = merge(CONTACT, stays, goes, by=administrator)
    assert segment.members.count() == 2
    undo_merge(change_set=change_set, by=administrator, at=AT + timedelta(hours=1))
    assert set(segment.members.values_list("pk", flat=True)) == {stays.pk, goes.pk}


def test_each_of_two_people_has_a_lifecycle_and_the_one_that_stays_has_one(
    administrator: User,
) -> None:
    """Nothing is there twice; undoing gives the other one its own back."""
    stage, other = LifeStageFactory.create_batch(2)
    people = ContactFactory.create_batch(2)
    for person, place in zip(people, (stage, other), strict=True):
        ContactLife.objects.create(contact=person, stage=place, since=AT, as_of=AT)
        LifeStay.objects.create(contact=person, stage=place, since=AT)
        ContactQuality.objects.create(record=person, email="typo")
    change_set = merge(CONTACT, *people, by=administrator)
    assert ContactLife.objects.get(contact=people[0]).stage == stage
    assert list(LifeStay.objects.values_list("contact", "stage")) == [(people[0].pk, stage.pk)]
    undo_merge(change_set=change_set, by=administrator, at=AT + timedelta(minutes=1))
    assert dict(ContactLife.objects.values_list("contact", "stage")) == {
        people[0].pk: stage.pk,
        people[1].pk: other.pk,
    }
