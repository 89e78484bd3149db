"""The way of contacts through the stages, and their months: stage, action, what it brought, stage after."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.choices import Grain
from analytics.datasets.life_events import DAY, People, counted, milliseconds
from analytics.datasets.life_rules import Rules, key_of
from analytics.methods.lifecycle.replay import (
    MOMENT_BITS,
    MOST_MOMENT,
    Counted,
    Passages,
    months_of,
    replay,
    stages_at,
)
from analytics.methods.lifecycle.time_in_stage import day_counts
from analytics.models.periods import shifted
from core.conditions import Happened, Viewpoint, answers_to
from core.currencies import Rates
from core.registries import record_types
from core.time_ids import first_id
from crm.choices import ActivityKind, Direction, InteractionKind, LifeAction
from crm.models import Activity, Deal, Interaction, Quote

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

ACTIONS = tuple(map(str, LifeAction.values))
PLACE = {name: place for place, name in enumerate(ACTIONS)}
MONTHS = 36  # of the past that count

# How answers of fields are kept: [[since, whether]], the first one of all times before.
Answers = dict[str, list[list[Any]]]


@dataclass(frozen=True)
class Lives:
    """Contacts with the stages they passed; `answers` are those of fields, to be kept."""

    ids: IntArray
    stays: Passages
    answers: list[Answers]

    @property
    def present(self) -> IntArray:
        """The place of each contact's last stay."""
        size = len(self.ids)
        return np.asarray(np.searchsorted(self.stays.records, np.arange(size), "right") - 1)


def read_lives(contacts: Any, rules: Rules, view: Viewpoint) -> Lives | None:
    """Work out the stages of kept contacts up to the viewpoint's moment; None where there are none."""
    rows = list(contacts.kept().order_by("pk").values_list("pk", "created_at", "life__answers"))
    if not rows:
        return None
    people = People(np.array([row[0] for row in rows], dtype=np.int64))
    kept = _answered(rules, contacts, {row[0]: row[2] or {} for row in rows}, view)
    known: dict[Happened, IntArray] = {}
    tests = [
        counted(leaf, people, view, known)
        if isinstance(leaf, Happened)
        else _told(key_of(leaf), kept)
        for leaf in rules.leaves
    ]
    born = np.array([milliseconds(row[1]) for row in rows], dtype=np.int64)
    for test in tests:
        if test.cause != "field" and len(test.begins):
            np.minimum.at(born, test.records, test.begins)
    until = milliseconds(view.now)
    stays = replay(np.minimum(born, until), tests, rules.asked, until)
    return Lives(people.ids, stays, [kept[pk] for pk in people.ids.tolist()])


def _answered(
    rules: Rules, contacts: Any, before: dict[int, Answers], view: Viewpoint
) -> dict[int, Answers]:
    """The answers of fields with that of now: what was answered earlier stays as it was."""
    kept: dict[int, Answers] = {pk: {} for pk in before}
    if not rules.fields:
        return kept
    asked = {f"asked_{number}": leaf for number, leaf in rules.fields}
    rows = contacts.kept().annotate(**answers_to(asked, record_types["crm.contact"], view))
    now = milliseconds(view.now)
    for row in rows.values("pk", *asked):
        if row["pk"] not in before:
            continue
        for name, leaf in asked.items():
            key, answer = key_of(leaf), bool(row[name])
            told = before[row["pk"]].get(key) or [[0, answer]]
            kept[row["pk"]][key] = told if told[-1][1] == answer else [*told, [now, answer]]
    return kept


def _told(key: str, kept: dict[int, Answers]) -> Counted:
    """A test of a field: it counts while its answer was yes."""
    spans: list[tuple[int, int, int]] = []
    for place, answers in enumerate(kept.values()):
        told = answers.get(key, [])
        ends = [since for since, _answer in told[1:]] + [MOST_MOMENT]
        spans += [
            (place, since, end) for (since, answer), end in zip(told, ends, strict=False) if answer
        ]
    places, begins, ends_at = np.array(spans, dtype=np.int64).reshape(-1, 3).T
    return Counted(places, begins, ends_at, 1, None, "field")


def stays_tally(lives: Lives, stages: int, now: int) -> dict[str, Any]:
    """How long contacts have stayed, by stage and day, and how many are in each stage now."""
    found = lives.stays
    ends = np.append(found.since[1:], now)
    has_ended = np.append(found.records[1:] == found.records[:-1], False)
    days = np.maximum(np.where(has_ended, ends, now) - found.since, 0) // DAY
    told: dict[str, Any] = {"ended": [], "running": [], "present": []}
    for stage in range(stages):
        here = found.stages == stage
        ended, running = day_counts(days[here], has_ended[here])
        told["ended"].append(_sparse(ended))
        told["running"].append(_sparse(running))
        told["present"].append(int((here & ~has_ended).sum()))
    return told


def _sparse(counts: IntArray) -> dict[str, int]:
    return {str(day): int(counts[day]) for day in np.flatnonzero(counts)}


# -- months ----------------------------------------------------------------------------------------


def month_bounds(view: Viewpoint, months: int = MONTHS) -> list[datetime]:
    """When each of the last whole months began, and the last one ended."""
    this = view.now.date().replace(day=1)
    days = [shifted(this, Grain.MONTH, -back) for back in range(months, -1, -1)]
    zone = view.now.tzinfo
    return [datetime(day.year, day.month, 1, tzinfo=zone) for day in days]


@dataclass(frozen=True)
class Worth:
    """What the months are reckoned with: the terms, and what a sale without a value brings on average."""

    costs: FloatArray  # of the actions
    margins: FloatArray  # of the stages, of 1
    month_costs: FloatArray  # of the stages
    usual_sale: float
    rates: Rates


@dataclass(frozen=True)
class Months:
    """Whole months of contacts: one row each; `moved` are the stays with a month's move."""

    before: IntArray
    actions: IntArray
    after: IntArray
    rewards: FloatArray
    moves: dict[int, str]

    def tally(self, stages: int) -> dict[str, Any]:
        """Counts, sums and sums of squares, as a run adds them up."""
        shape = (stages, len(ACTIONS))
        counts = np.zeros((*shape, stages))
        np.add.at(counts, (self.before, self.actions, self.after), 1.0)
        rewards, squares = np.zeros(shape), np.zeros(shape)
        np.add.at(rewards, (self.before, self.actions), self.rewards)
        np.add.at(squares, (self.before, self.actions), self.rewards**2)
        return {
            "counts": counts.tolist(),
            "rewards": rewards.tolist(),
            "squares": squares.tolist(),
        }


def read_months(lives: Lives, rules: Rules, bounds: Collection[datetime], worth: Worth) -> Months:
    """What was done about the contacts in whole months, what came of it, and what it brought."""
    edges = np.array([milliseconds(bound) for bound in bounds], dtype=np.int64)
    before, after = months_of(lives.stays, len(lives.ids), edges)
    people, window = People(lives.ids), (min(bounds), max(bounds))
    grid = _Grid(people, edges)
    actions = _actions(grid, window, lives.stays, before)
    brought = _brought(grid, window, worth)
    is_known = (before >= 0) & (after >= 0)
    place, action = before[is_known], actions[is_known]
    rewards = (
        brought[is_known] * worth.margins[place] - worth.month_costs[place] - worth.costs[action]
    )
    moves = month_moves(lives, rules, bounds)
    return Months(place, action, after[is_known], rewards, moves)


@dataclass(frozen=True)
class _Grid:
    """Contacts by months."""

    people: People
    edges: IntArray

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.people.ids), len(self.edges) - 1

    def cells(self, contacts: IntArray, at: IntArray) -> tuple[IntArray, IntArray, Any]:
        """The row and the month of each event, and whether there is one."""
        place, is_there = self.people.places(contacts)
        month = np.searchsorted(self.edges, at, "right") - 1
        is_there &= (month >= 0) & (month < self.shape[1])
        return place, month, is_there


def _actions(
    grid: _Grid, window: tuple[datetime, datetime], stays: Passages, before: IntArray
) -> IntArray:
    """The last of the actions, in the order of `LifeAction`, that each month saw.

    One counts while the contact is still in the stage in which the month began: what is done after
    a move has not brought it about.
    """
    found = np.zeros(grid.shape, dtype=np.int64)
    for events in (_activities(grid.people, window), _offers(grid.people, window)):
        table = np.array(list(events), dtype=np.int64).reshape(-1, 3)
        place, month, is_there = grid.cells(table[:, 0], table[:, 1])
        place, month, at = place[is_there], month[is_there], table[is_there, 1]
        is_still = stages_at(stays, place, at) == before[place, month]
        taken = table[is_there, 2][is_still]
        np.maximum.at(found, (place[is_still], month[is_still]), taken)
    return found


def _activities(
    people: People, window: tuple[datetime, datetime]
) -> Iterable[tuple[int, int, int]]:
    kinds = [ActivityKind.EMAIL, ActivityKind.CALL, ActivityKind.MEETING]
    rows = Activity.objects.kept().filter(
        kind__in=kinds, done_at__gte=window[0], done_at__lt=window[1]
    )
    rows = rows.exclude(kind=ActivityKind.EMAIL, direction=Direction.IN)
    of_deals = rows.filter(contact__isnull=True, **people.within("deal__contact"))
    own = rows.filter(**people.within("contact"))
    for found, link in ((own, "contact"), (of_deals, "deal__contact")):
        for contact, at, kind in found.order_by().values_list(link, "done_at", "kind"):
            yield contact, milliseconds(at), PLACE[kind]


def _offers(people: People, window: tuple[datetime, datetime]) -> Iterable[tuple[int, int, int]]:
    rows = Quote.objects.issued().filter(
        deal__deleted_at=None,
        issued_on__gte=window[0].date(),
        issued_on__lt=window[1].date(),
        **people.within("deal__contact"),
    )
    issued: Any = rows.order_by().values_list("deal__contact", "issued_on")
    for contact, day in issued:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=window[0].tzinfo)
        yield contact, milliseconds(noon), PLACE[LifeAction.OFFER]


def _brought(grid: _Grid, window: tuple[datetime, datetime], worth: Worth) -> FloatArray:
    """What was won of each contact in each month, deals and purchases, in the base currency."""
    found = np.zeros(grid.shape)
    deals = (
        Deal.objects.kept()
        .won()
        .filter(closed_at__gte=window[0], closed_at__lt=window[1], **grid.people.within("contact"))
    )
    won: Any = deals.order_by().values_list("contact", "closed_at", "base_amount")
    sums = [
        (contact, milliseconds(at), worth.usual_sale if amount is None else float(amount))
        for contact, at, amount in won
    ]
    sums += _purchases(grid.people, window, worth.rates)
    if sums:
        contacts, at_ms, amounts = zip(*sums, strict=True)
        place, month, is_there = grid.cells(np.array(contacts), np.array(at_ms))
        np.add.at(
            found, (place[is_there], month[is_there]), np.array(amounts, dtype=float)[is_there]
        )
    return found


def _purchases(
    people: People, window: tuple[datetime, datetime], rates: Rates
) -> Iterable[tuple[int, int, float]]:
    rows = Interaction.objects.filter(
        kind=InteractionKind.PURCHASE,
        pk__gte=first_id(window[0]),
        pk__lt=first_id(window[1]),
        **people.within("contact"),
    )
    for contact, at, amount, currency in rows.order_by().values_list(
        "contact", "at", "amount", "currency"
    ):
        based = rates.in_base(amount, currency or rates.base, at.date())
        yield contact, milliseconds(at), float(based or 0)


def month_moves(lives: Lives, rules: Rules, bounds: Collection[datetime]) -> dict[int, str]:
    """The moves of months, by the place of the stay that each month ended in."""
    edges = np.array([milliseconds(bound) for bound in bounds], dtype=np.int64)
    before, after = months_of(lives.stays, len(lives.ids), edges)
    place, month = np.nonzero((before >= 0) & (after >= 0) & (before != after))
    keys = (lives.stays.records << MOMENT_BITS) | lives.stays.since
    ended = np.searchsorted(keys, (place << MOMENT_BITS) | (edges[month + 1] - 1), "right") - 1
    pks = [stage.pk for stage in rules.stages]
    return {
        int(stay): f"{pks[old]}>{pks[new]}"
        for stay, old, new in zip(ended, before[place, month], after[place, month], strict=True)
    }
