"""Finding records: the best first, only those that the user may see, by what the user may see."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial, reduce
from operator import or_

from django.db import connection, transaction
from django.db.models import Case, Q, Value, When

from core import permissions
from core.choices import Reach
from core.models import SearchEntry, SearchWord, User
from core.permissions import NOTHING
from core.plans import plan_of
from core.registries import RecordType
from core.search.entries import hidden_classes, searched_types, seen_classes
from core.search.matching import IsInArray, IsOneOf, Matches
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
MOST_SORTED = 100_000  # matches that are sorted for a page


@dataclass(frozen=True)
class Hit:
    """A record that was found, before it is read."""

    object_type: str
    object_id: int
    rank: int
    changed_at: datetime


Found = dict[tuple[str, int], Hit]


def find_records(text: str, user: User, *, limit: int) -> list[Hit]:
    """The best matches: called so, then a name that begins so, then a name that has the words, then
    the rest; of each the latest first. All words but the last are whole; where nothing matches, they
    are beginnings, and then mistyped words are put right."""
    question = Question.of(text)
    if not question:
        return []
    search = _Search(question, user)
    with index_preferred():
        found = search.names()
        if len(found) < limit:
            found = search.more(found, WHOLE)
        if not found and len(question.chunks) > 1:
            found = search.more(found, has_words)
        if not found and (also := other_spellings(question)):
            found = search.more(found, partial(has_words, also=also))
    return sorted(found.values(), key=lambda hit: (hit.rank, -hit.changed_at.timestamp()))[:limit]


@dataclass(frozen=True)
class _Search:
    """One question of one user, asked in several ways."""

    question: Question
    user: User

    def names(self) -> Found:
        """Names that begin so; cheap, and mostly what is meant."""
        first = (self.condition(called, NAMES), 0)
        found = _matching(self.condition(begins, NAMES), [first], rest=1)
        return found if len(found) < MOST_LOOKED_AT else _matching(first[0], [], rest=0) | found

    def more(self, found: Found, way: Way) -> Found:
        """What has the words anywhere; those that have them in the name once more where it is much."""
        ranks = [
            (self.condition(called, NAMES), 0),
            (self.condition(begins, NAMES), 1),
            (self.condition(way, NAMES), 2),
        ]
        anywhere = _matching(self.condition(way, ALL_CLASSES), ranks, rest=3)
        if len(anywhere) == MOST_LOOKED_AT:
            anywhere |= _matching(ranks[2][0], ranks[:2], rest=2)
        return anywhere | found

    def condition(self, way: Way, classes: frozenset[str]) -> Q:
        """What each type is asked depends on the fields that the user sees of it, and on the reach."""
        access = permissions.access_of(self.user)
        groups: dict[tuple[frozenset[str], Reach], list[RecordType]] = {}
        for kind in searched_types():
            reach = access.reach(f"{kind.key}.view")
            if reach is not None:
                asked = classes - hidden_classes(kind, access)
                groups.setdefault((asked, reach), []).append(kind)
        conditions = [
            Q(Matches(way(self.question, asked)), object_type__in=[kind.key for kind in members])
            & permissions.reach_condition(members[0].model, self.user)
            for (asked, _reach), members in groups.items()
        ]
        conditions += self._shared(way, groups)
        return reduce(or_, conditions, NOTHING)

    def _shared(
        self, way: Way, groups: Mapping[tuple[frozenset[str], Reach], list[RecordType]]
    ) -> Iterator[Q]:
        """Beyond the own reach: what others share, of the types that are shared at all."""
        for (asked, _reach), members in groups.items():
            for kind in members:
                rows = permissions.shared_rows(kind.model, self.user)
                if rows is not None:
                    found = Q(object_type=kind.key, object_id__in=rows.values("pk"))
                    yield found & Q(Matches(way(self.question, asked)))


@dataclass(frozen=True)
class Words:
    """The records of one type that have the words: the search of lists.

    Some are given by their ids. With more, `rows` lets the database guess well how many there are,
    and `in_order` keeps it from walking the order of a list to find a page of them: people of one
    first name stand together, far down. Where they stand everywhere, walking is best.
    """

    rows: Q
    in_order: Q
    are_many: bool = False

    @classmethod
    def of(cls, text: str, kind: RecordType, user: User) -> "Words":
        question = Question.of(text)
        if not question:
            return cls(NOTHING, NOTHING)
        with index_preferred():
            condition, found = _named(kind, user, question)
        if len(found) <= MOST_NAMED:
            return cls(Q(IsOneOf(found)), Q(IsOneOf(found)))
        ids = SearchEntry.objects.filter(condition).values("object_id")
        rows = Q(pk__in=ids)
        if connection.vendor != "postgresql" or plan_of(ids).rows > MOST_SORTED:
            return cls(rows, rows)
        return cls(rows, Q(IsInArray(ids)), are_many=True)


def search_condition(text: str, kind: RecordType, user: User) -> Q:
    return Words.of(text, kind, user).in_order


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


def _matching(condition: Q, ranks: Sequence[tuple[Q, int]], *, rest: int) -> Found:
    """What meets the condition, with the rank of the first of the others that it meets."""
    rank = Case(*(When(other, then=Value(n)) for other, n in ranks), default=Value(rest))
    rows = SearchEntry.objects.filter(condition).annotate(rank=rank)
    columns = rows.values_list("object_type", "object_id", "rank", "changed_at")
    return {hit[:2]: Hit(*hit) for hit in columns[:MOST_LOOKED_AT]}


@contextmanager
def index_preferred() -> Iterator[None]:
    """PostgreSQL may take a rare word for a common one, and then reads the whole table."""
    if connection.vendor != "postgresql":
        yield
        return
    goes_on = connection.in_atomic_block
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield
        if goes_on:
            cursor.execute("SET LOCAL enable_seqscan = on")


def other_spellings(question: Question) -> dict[str, list[str]]:
    """Words that occur and look like those of the question, by its word."""
    words = [word for word in question.words if may_be_mistyped(word)]
    if not words:
        return {}
    wanted = {word: edits(word) for word in words}
    every = set(words).union(*wanted.values())
    known = set(SearchWord.objects.filter(word__in=every).values_list("word", flat=True))
    found = {word: sorted(wanted[word] & known)[:MOST_SPELLINGS] for word in words}
    for word in words:
        if not found[word] and len(word) >= LONG and word not in known:
            alike = SearchWord.objects.filter(word__startswith=word[:SAME_START])
            candidates = alike.values_list("word", flat=True)[:MOST_ALIKE]
            found[word] = near(word, candidates)[:MOST_SPELLINGS]
    return {word: spellings for word, spellings in found.items() if spellings}
