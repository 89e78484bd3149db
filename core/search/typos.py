"""Words that are one slip of the finger away, two in long words."""

import string
from collections import Counter
from collections.abc import Iterable, Iterator

SHORTEST = 4
LONG = 8  # letters from which on a word may hold two slips
LETTERS = string.ascii_lowercase
SAME_START = 3  # letters that are right where a word holds two slips


def may_be_mistyped(word: str) -> bool:
    return len(word) >= SHORTEST and word.isascii() and word.isalpha()


def edits(word: str) -> set[str]:
    """All words one letter away: left out, doubled, wrong, or two turned round.

    >>> "kestrel" in edits("kestral"), "weber" in edits("webre")
    (True, True)
    """
    return set(_edits(word)) - {word}


def _edits(word: str) -> Iterator[str]:
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        yield before + after[1:]
        yield before + after[1:2] + after[:1] + after[2:]
        for letter in LETTERS:
            yield before + letter + after
            yield before + letter + after[1:]


def distance(first: str, second: str) -> int:
    """Damerau-Levenshtein, of adjacent letters (optimal string alignment).

    >>> distance("kestrel", "kesterl"), distance("robotics", "robtoic")
    (1, 2)
    """
    above: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, start=1):
        above2, above, row = above, row, [i]
        for j, b in enumerate(second, start=1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                cost = min(cost, above2[j - 2] + 1)
            row.append(cost)
    return row[-1]


def near(word: str, candidates: Iterable[str], *, most: int = 2) -> list[str]:
    """The candidates within `most` slips, the nearest first."""
    letters = Counter(word)
    close = (
        (distance(word, other), other)
        for other in candidates
        if abs(len(other) - len(word)) <= most
        # Each slip changes at most one letter of either word: most candidates end here.
        and sum((letters - Counter(other)).values()) <= most
    )
    return [other for far, other in sorted(close) if 0 < far <= most]
