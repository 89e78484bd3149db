"""How far two names of people agree."""

from collections.abc import Iterable
from itertools import product

from rapidfuzz.distance import OSA, JaroWinkler

from crm.methods.duplicates.levels import Level
from crm.methods.duplicates.normalising import Name

Words = tuple[str, ...]

CLOSE = 0.9  # Jaro-Winkler of each word; Winkler (1990) takes 0.88 to 0.92 as agreement
SHORTEST_WITH_TYPO = 4  # one letter of a shorter word makes another name: Wang and Wan
SHORTEST_ALIKE = 3


NEARNESS = [Level.ONE_LETTER, Level.INITIALS, Level.CLOSE, Level.PARTIAL, Level.DIFFERENT]


def compare_names(one: Name, other: Name) -> Level:
    """The level of agreement; the same whichever comes first."""
    if not one.words or not other.words:
        return Level.MISSING
    if one.generation and other.generation and one.generation != other.generation:
        return Level.DIFFERENT
    if one.words == other.words:
        return Level.SAME
    if one.is_han or other.is_han:
        return _compare_readings(one, other)
    return _compare_spelling(one.words, other.words)


def _compare_readings(one: Name, other: Name) -> Level:
    both = one.is_han and other.is_han
    if both and sorted("".join(one.words)) == sorted("".join(other.words)):
        return Level.SWAPPED
    pairs = list(product(one.readings, other.readings))
    if any(_same_in_any_order(mine, yours) for mine, yours in pairs):
        return Level.HOMOPHONE if both else Level.ROMANISED
    if both:
        return Level.DIFFERENT
    return _nearest(_compare_spelling(mine, yours) for mine, yours in pairs)


def _compare_spelling(one: Words, other: Words) -> Level:
    if "".join(one) == "".join(other):
        return Level.SAME
    if _same_in_any_order(one, other):
        return Level.SWAPPED
    if _abbreviated(one, other):
        return Level.PARTIAL if min(len(one), len(other)) == 1 else Level.INITIALS
    if len(one) == len(other) > 1:
        turns = (other[at:] + other[:at] for at in range(len(other)))
        return _nearest(_compare_aligned(one, turn) for turn in turns)
    return Level.DIFFERENT


def _nearest(levels: Iterable[Level]) -> Level:
    return min(levels, key=NEARNESS.index, default=Level.DIFFERENT)


def _same_in_any_order(one: Words, other: Words) -> bool:
    """Also where a name of two is written apart: "Xiao Ming Wang" and "Wang Xiaoming"."""
    if sorted(one) == sorted(other):
        return True
    return "".join(one) in _turned(other) or "".join(other) in _turned(one)


def _turned(words: Words) -> set[str]:
    return {"".join(words[at:] + words[:at]) for at in range(len(words))}


def _abbreviated(one: Words, other: Words) -> bool:
    """Whether each word of the shorter name is a word or an initial of the longer one."""
    short, left = (list(words) for words in sorted((one, other), key=len))
    whole = [word for word in short if len(word) > 1 and word in left]
    for word in whole:
        if word in left:
            left.remove(word)
            short.remove(word)
    for word in short:
        found = next((it for it in left if _agrees(word, it)), None)
        if found is None:
            return False
        left.remove(found)
    return bool(whole)


def _agrees(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])


def _compare_aligned(one: Words, other: Words) -> Level:
    pairs = list(zip(one, other, strict=True))
    unlike = [(a, b) for a, b in pairs if not _agrees(a, b)]
    shortest = min((min(len(a), len(b)) for a, b in unlike), default=0)
    if shortest < SHORTEST_ALIKE:
        return Level.DIFFERENT
    one_letter = len(unlike) == 1 and OSA.distance(*unlike[0], score_cutoff=1) <= 1
    written_out = all(a == b for a, b in pairs if (a, b) not in unlike)
    if one_letter and written_out and shortest >= SHORTEST_WITH_TYPO:
        return Level.ONE_LETTER
    return Level.CLOSE if all(_alike(a, b) for a, b in unlike) else Level.DIFFERENT


def _alike(one: str, other: str) -> bool:
    return JaroWinkler.similarity(one, other) >= CLOSE
