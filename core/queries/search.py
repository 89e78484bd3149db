"""Finding records: the best first, only those that the user may see, by what the user may see."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial, reduce
from operator import or_

from django.db import connection, transaction
from django.db.models import Q

from core import permissions
from core.choices import Reach
from core.models import SearchEntry, SearchWord, User
from core.permissions import NOTHING
from core.registries import RecordType
from core.search.entries import searched_types, seen_classes
from core.search.matching import Matches
from core.search.questions import Node, Question, begins, called, has_words
from core.search.typos import LONG, SAME_START, edits, may_be_mistyped, near
from core.search.words import MARKS

Way = Callable[[Question, frozenset[str]], Node]

WHOLE: Way = partial(has_words, are_whole=True)
NAMES = frozenset({"name"})
ALL_CLASSES = frozenset(MARKS)

MOST_LOOKED_AT = 500  # matches that are ranked; a wide question has more
MOST_SPELLINGS = 8
MOST_ALIKE = 3_000
MOST_NAMED = 2_000  # matches that a list is given by id


@dataclass(frozen=True)
class Hit:
    """A record that was found, before it is read."""

    object_type: str
    object_id: int
    rank: int
    changed_at: datetime


def find_records(text: str, user: User, *, limit: int) -> list[Hit]:
    """The best matches: called so, then a name that begins so, then a name that has the words, then
    the rest; of each the latest first. All words but the last are whole; where nothing matches, they
    are beginnings, and then mistyped words are put right."""
    question = Question.of(text)
    if not question:
        return []
    with index_preferred():
        found = _best(question, user, limit, (called, begins, WHOLE))
        if not found and len(question.chunks) > 1:
            found = _best(question, user, limit, (has_words,))
        if not found and (also := other_spellings(question)):
            found = _best(question, user, limit, (partial(has_words, also=also),))
    return sorted(found, key=lambda hit: (hit.rank, -hit.changed_at.timestamp()))[:limit]


def _best(question: Question, user: User, limit: int, ways: Sequence[Way]) -> list[Hit]:
    """Ask all classes in the last way; where that finds more than is wanted, the names in each of
    the ways before it, until it is enough."""
    kinds = [k for k in searched_types() if permissions.access_of(user).may(f"{k.key}.view")]
    everything = _matching(_condition(kinds, user, question, ways[-1], ALL_CLASSES), len(ways))
    found: dict[tuple[str, int], Hit] = {}
    for rank, way in enumerate(ways if everything else ()):
        for hit in _matching(_condition(kinds, user, question, way, NAMES), rank):
            found.setdefault((hit.object_type, hit.object_id), hit)
        if len(found) >= limit:
            return list(found.values())
    for hit in everything:
        found.setdefault((hit.object_type, hit.object_id), hit)
    return list(found.values())


def search_condition(text: str, kind: RecordType, user: User) -> Q:
    """The records of one type that have the words: the search of lists.

    Up to some thousand matches are given by their ids, so that the database need not guess how
    many there are; beyond that the list walks its own order and asks the index.
    """
    question = Question.of(text)
    if not question:
        return NOTHING
    with index_preferred():
        condition, found = _named(kind, user, question)
    if len(found) <= MOST_NAMED:
        return Q(pk__in=found)
    return Q(pk__in=SearchEntry.objects.filter(condition).values("object_id"))


def _named(kind: RecordType, user: User, question: Question) -> tuple[Q, list[int]]:
    """The first way of asking that finds something, and the ids that it finds."""
    condition = _words_condition(kind, user, question, WHOLE)
    found = _ids(condition)
    if not found and len(question.chunks) > 1:
        condition = _words_condition(kind, user, question, has_words)
        found = _ids(condition)
    if not found and (also := other_spellings(question)):
        condition = _words_condition(kind, user, question, partial(has_words, also=also))
        found = _ids(condition)
    return condition, found


def _words_condition(kind: RecordType, user: User, question: Question, way: Way) -> Q:
    classes = seen_classes(kind, permissions.access_of(user))
    return Q(Matches(way(question, classes)), object_type=kind.key)


def _ids(condition: Q) -> list[int]:
    rows = SearchEntry.objects.filter(condition).values_list("object_id", flat=True)
    return list(rows[: MOST_NAMED + 1])


def _matching(condition: Q, rank: int) -> list[Hit]:
    entries = SearchEntry.objects.filter(condition)
    rows = entries.values_list("object_type", "object_id", "changed_at")
    return [Hit(kind, pk, rank, changed) for kind, pk, changed in rows[:MOST_LOOKED_AT]]


def _condition(
    kinds: Sequence[RecordType],
    user: User,
    question: Question,
    way: Way,
    classes: frozenset[str],
) -> Q:
    """What each type is asked depends on the fields that the user sees of it, and on the reach."""
    access = permissions.access_of(user)
    groups: dict[tuple[frozenset[str], Reach | None], list[RecordType]] = {}
    for kind in kinds:
        group = (seen_classes(kind, access) & classes, access.reach(f"{kind.key}.view"))
        groups.setdefault(group, []).append(kind)
    conditions = [
        Q(Matches(way(question, seen)), object_type__in=[kind.key for kind in members])
        & permissions.reach_condition(members[0].model, user)
        for (seen, _reach), members in groups.items()
    ]
    return reduce(or_, conditions, NOTHING)


@contextmanager
def index_preferred() -> Iterator[None]:
    """PostgreSQL may take a rare word for a common one, and then reads the whole table."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield
        cursor.execute("SET LOCAL enable_seqscan = on")


def other_spellings(question: Question) -> dict[str, list[str]]:
    """Words that occur and look like those of the question, by its word."""
    words = [word for word in question.words if may_be_mistyped(word)]
    if not words:
        return {}
    wanted = {word: edits(word) for word in words}
    every = set().union(*wanted.values())
    known = set(SearchWord.objects.filter(word__in=every).values_list("word", flat=True))
    found = {word: sorted(wanted[word] & known)[:MOST_SPELLINGS] for word in words}
    for word in words:
        if not found[word] and len(word) >= LONG:
            alike = SearchWord.objects.filter(word__startswith=word[:SAME_START])
            candidates = alike.values_list("word", flat=True)[:MOST_ALIKE]
            found[word] = near(word, candidates)[:MOST_SPELLINGS]
    return {word: spellings for word, spellings in found.items() if spellings}
