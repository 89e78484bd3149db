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
from core.search.questions import NOTHING as NOTHING_SAID
from core.search.questions import Node, Question, begins, called, has_words
from core.search.typos import LONG, SAME_START, edits, may_be_mistyped, near

Asked = Callable[[frozenset[str]], Node]

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
    """The best matches: called so, then called something that begins so, then the rest; the
    latest first. Where nothing matches, mistyped words are put right."""
    question = Question.of(text)
    if not question:
        return []
    kinds = [k for k in searched_types() if permissions.access_of(user).may(f"{k.key}.view")]
    found: dict[tuple[str, int], Hit] = {}
    for rank, ask in enumerate(_ways(question)):
        for hit in _matching(_condition(kinds, user, ask), rank):
            found.setdefault((hit.object_type, hit.object_id), hit)
        if len(found) >= limit:
            break
    if not found and (also := other_spellings(question)):
        corrected = _condition(kinds, user, partial(has_words, question, also=also))
        found = {(h.object_type, h.object_id): h for h in _matching(corrected, 0)}
    return sorted(found.values(), key=lambda hit: (hit.rank, -hit.changed_at.timestamp()))[:limit]


def _ways(question: Question) -> Iterator[Asked]:
    """What is asked of the index, the best first; a name counts for those who see names."""
    yield lambda classes: called(question) if "name" in classes else NOTHING_SAID
    yield lambda classes: begins(question) if "name" in classes else NOTHING_SAID
    yield lambda classes: has_words(question, classes)


def search_condition(text: str, kind: RecordType, user: User) -> Q:
    """The records of one type that have the words: the search of lists.

    Up to some thousand matches are given by their ids, so that the database need not guess how
    many there are; beyond that the list walks its own order and asks the index.
    """
    question = Question.of(text)
    if not question:
        return NOTHING
    condition = _words_condition(kind, user, question)
    found = _ids(condition)
    if not found and (also := other_spellings(question)):
        found = _ids(_words_condition(kind, user, question, also))
    if len(found) <= MOST_NAMED:
        return Q(pk__in=found)
    return Q(pk__in=SearchEntry.objects.filter(condition).values("object_id"))


def _words_condition(
    kind: RecordType,
    user: User,
    question: Question,
    also: dict[str, list[str]] | None = None,
) -> Q:
    classes = seen_classes(kind, permissions.access_of(user))
    return Q(Matches(has_words(question, classes, also)), object_type=kind.key)


def _ids(condition: Q) -> list[int]:
    with index_preferred():
        rows = SearchEntry.objects.filter(condition).values_list("object_id", flat=True)
        return list(rows[: MOST_NAMED + 1])


def _matching(condition: Q, rank: int) -> list[Hit]:
    with index_preferred():
        rows = SearchEntry.objects.filter(condition)
        return [
            Hit(kind, pk, rank, changed_at)
            for kind, pk, changed_at in rows.values_list("object_type", "object_id", "changed_at")[
                :MOST_LOOKED_AT
            ]
        ]


def _condition(kinds: Sequence[RecordType], user: User, ask: Asked) -> Q:
    """What each type is asked depends on the fields that the user sees of it, and on the reach."""
    access = permissions.access_of(user)
    groups: dict[tuple[frozenset[str], Reach | None], list[RecordType]] = {}
    for kind in kinds:
        group = (seen_classes(kind, access), access.reach(f"{kind.key}.view"))
        groups.setdefault(group, []).append(kind)
    conditions = [
        Q(Matches(ask(classes)), object_type__in=[kind.key for kind in members])
        & permissions.reach_condition(members[0].model, user)
        for (classes, _reach), members in groups.items()
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
