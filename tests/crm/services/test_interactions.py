"""Interactions: written once each, whatever is told twice or falls together; a part for each year."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.time_ids import SLOTS, first_id, moment_of
from crm import tasks
from crm.models import Interaction
from crm.services import interactions
from crm.services.interactions import NewInteraction, extend_partitions, record_interactions
from tests.factories import ContactFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

only_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="Elsewhere it is one table."
)


def visit(contact: int, key: str, at: datetime = NOW, **more: Any) -> NewInteraction:
    return NewInteraction(contact, "visit", at, key=key, **more)


def test_number_tells_the_time() -> None:
    contact = ContactFactory()
    at = NOW + timedelta(milliseconds=7, microseconds=450)
    record_interactions([visit(contact.pk, "a", at, subject="Pricing", detail={"n": [1, "二"]})])
    row = Interaction.objects.get()
    assert moment_of(row.pk) == NOW + timedelta(milliseconds=7)
    assert first_id(at) <= row.pk < first_id(at) + SLOTS
    assert (row.at, row.subject, row.detail) == (at, "Pricing", {"n": [1, "二"]})


def test_what_is_told_again_is_there_already() -> None:
    contact = ContactFactory()
    told = [visit(contact.pk, str(number)) for number in range(50)]
    assert record_interactions([*told, *told]) == 50
    assert record_interactions(told) == 0
    assert record_interactions([visit(contact.pk, "0", NOW + timedelta(milliseconds=1))]) == 1
    assert Interaction.objects.count() == 51


def test_two_people_may_do_the_same_at_once() -> None:
    told = [visit(ContactFactory().pk, "fair") for _n in range(3)]
    assert record_interactions(told) == 3
    assert record_interactions(told) == 0


def test_what_is_told_again_after_a_merge_is_there_already() -> None:
    kept, gone = ContactFactory(), ContactFactory()
    record_interactions([visit(gone.pk, "a")])
    Interaction.objects.update(contact=kept)
    assert record_interactions([visit(kept.pk, "a")]) == 0


def test_events_without_a_key_are_never_the_same() -> None:
    contact = ContactFactory()
    same = [NewInteraction(contact.pk, "visit", NOW) for _n in range(3)]
    assert record_interactions(same) == 3


def test_more_than_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interactions, "BATCH", 7)
    contact = ContactFactory()
    assert record_interactions(visit(contact.pk, str(n)) for n in range(30)) == 30


class Collisions(TestCase):
    """With a handful of slots nearly every event meets another."""

    @given(
        st.lists(
            st.lists(st.tuples(st.integers(0, 2), st.sampled_from("abcdefg")), max_size=12),
            max_size=4,
        )
    )
    def test_each_event_is_there_once(self, batches: list[list[tuple[int, str]]]) -> None:
        contact = ContactFactory()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(interactions, "slot_of", lambda key: SLOTS - 2 + ord(key) % 2)
            written = 0
            for batch in batches:
                rows = [
                    visit(contact.pk, key, NOW + timedelta(milliseconds=ms)) for ms, key in batch
                ]
                written += record_interactions(rows)
        told = {(NOW + timedelta(milliseconds=ms), key) for batch in batches for ms, key in batch}
        stored = Counter(Interaction.objects.values_list("at", "key"))
        assert stored == Counter(told)
        assert written == len(told)
        for number, at in Interaction.objects.values_list("pk", "at"):
            assert first_id(at) <= number < first_id(at) + SLOTS


# -- a part for each year --------------------------------------------------------------------------


def part_of(number: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM crm_interaction WHERE id = %s", [number]
        )
        name: str = cursor.fetchone()[0]
    return name


def settle() -> None:
    """As after a commit: nothing waits to be checked."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@only_postgresql
def test_each_year_has_its_part_and_early_rows_move_into_theirs() -> None:
    contact = ContactFactory()
    far = datetime(2031, 5, 1, tzinfo=UTC)
    record_interactions([visit(contact.pk, "now"), visit(contact.pk, "far", far)])
    settle()
    now, late = Interaction.objects.order_by("pk").values_list("pk", flat=True)
    assert part_of(now) == "crm_interaction_2026"
    assert part_of(late) == "crm_interaction_other"
    assert extend_partitions(at=datetime(2030, 12, 31, tzinfo=UTC)) == [
        "crm_interaction_2030",
        "crm_interaction_2031",
    ]
    assert part_of(late) == "crm_interaction_2031"
    assert extend_partitions(at=datetime(2030, 12, 31, tzinfo=UTC)) == []
    assert record_interactions([visit(contact.pk, "far", far)]) == 0
    contact.delete()
    settle()
    assert not Interaction.objects.exists()


@only_postgresql
def test_only_the_years_asked_for_are_read() -> None:
    contact = ContactFactory()
    rows = Interaction.objects.filter(contact=contact, pk__gte=first_id(NOW))
    plan = rows.order_by("-pk").explain()
    assert "crm_interaction_2026" in plan
    assert "crm_interaction_2025" not in plan


def test_the_parts_of_this_and_the_next_year_are_always_there() -> None:
    tasks.extend()  # daily
    assert extend_partitions(at=datetime.now(UTC)) == []
