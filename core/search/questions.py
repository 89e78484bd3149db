"""What somebody types, as a tree of tokens that a record has to have."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from core.search.words import (
    GRAM,
    KEY,
    LONGEST,
    MARKS,
    digits_of,
    grams,
    is_cjk,
    pairs,
    runs,
)

MOST_CHUNKS = 12
WORD_CLASSES = ("name", "company", "other")
# Digits and what stands between them, also in full width.
NUMBER = re.compile(r"[+(]*[\d\s().+/\-]*\d[\d\s().+/\-]*", re.ASCII)


@dataclass(frozen=True)
class Term:
    """A token, or every token that begins so."""

    token: str
    is_prefix: bool = False


@dataclass(frozen=True)
class Phrase:
    """Tokens one after the other."""

    tokens: tuple[str, ...]


@dataclass(frozen=True)
class All:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Any:
    """One of the parts; of no parts, none is."""

    parts: tuple["Node", ...]


Node = Term | Phrase | All | Any
NOTHING = Any(())


def joined(kind: type[All] | type[Any], parts: Sequence[Node]) -> Node:
    """A tree without needless levels; what contains the impossible is impossible."""
    if kind is All:
        if NOTHING in parts:
            return NOTHING
    else:
        parts = [part for part in parts if part != NOTHING]
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


@dataclass(frozen=True)
class Question:
    """The text, cut: `chunks` stand between spaces, `key` is all of it in one piece."""

    text: str
    chunks: tuple[str, ...]
    key: str

    @classmethod
    def of(cls, text: str) -> "Question":
        text = text.replace("\0", " ")[:200]
        chunks = [chunk for chunk in text.split() if runs(chunk)][:MOST_CHUNKS]
        # A single letter beside a word ("J Weber") would have to look at half of all names.
        long = [chunk for chunk in chunks if len(chunk) > 1 or is_cjk(runs(chunk)[0])]
        return cls(text, tuple(long or chunks), "".join(runs(text))[:LONGEST])

    def __bool__(self) -> bool:
        return bool(self.chunks)

    @property
    def words(self) -> list[str]:
        """The words that are not Chinese: those that may be mistyped."""
        return [run for chunk in self.chunks for run in runs(chunk) if not is_cjk(run)]


def called(question: Question, classes: Collection[str]) -> Node:
    """Records of exactly this name."""
    return Term(KEY + question.key) if "name" in classes else NOTHING


def begins(question: Question, classes: Collection[str]) -> Node:
    """Records whose name begins so."""
    return Term(KEY + question.key, is_prefix=True) if "name" in classes else NOTHING


def has_words(
    question: Question,
    classes: Collection[str],
    also: Mapping[str, Collection[str]] | None = None,
    *,
    are_whole: bool = False,
) -> Node:
    """Records with all the words in the classes; `also` gives other spellings of a word.

    Each word is a beginning; where they `are_whole`, only the last one is, which costs a tenth.
    """
    number = _number(question.text) if "phone" in classes else NOTHING
    if number != NOTHING:  # all of it is one number, wherever its spaces are
        classes = set(classes) - {"phone"}
    *first, last = question.chunks
    parts = [_chunk(chunk, classes, also or {}, is_whole=are_whole) for chunk in first]
    parts.append(_chunk(last, classes, also or {}, is_whole=False))
    return joined(Any, [joined(All, parts), number])


def _chunk(
    chunk: str, classes: Collection[str], also: Mapping[str, Collection[str]], *, is_whole: bool
) -> Node:
    found = runs(chunk)
    marks = [MARKS[name] for name in WORD_CLASSES if name in classes]
    ways: list[Node] = [joined(All, [_word(run, marks, also, is_whole) for run in found])]
    if "email" in classes and not (is_whole and len(found) == 1):
        ways.append(Term(MARKS["email"] + "".join(found)[:LONGEST], is_prefix=True))
    if "phone" in classes:
        ways.append(_number(chunk))
    return joined(Any, ways)


def _word(
    run: str, marks: Sequence[str], also: Mapping[str, Collection[str]], is_whole: bool
) -> Node:
    """The word in one of the classes with the marks."""
    if is_cjk(run) and len(run) > 1:
        pieces = list(pairs(run))[:-1]
        return joined(Any, [joined(All, [Term(m + p) for p in pieces]) for m in marks])
    spellings = [Term(mark + run[:LONGEST], is_prefix=not is_whole) for mark in marks]
    return joined(Any, [*spellings, *(Term(m + w) for m in marks for w in also.get(run, ()))])


def _number(text: str) -> Node:
    """A fragment of a telephone number; the zeros before an area code are not in each of them."""
    if not NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip()):
        return NOTHING
    digits = digits_of(text)
    ways = {d for d in (digits, digits.lstrip("0")) if len(d) >= GRAM}
    return joined(Any, [_phrase(way) for way in sorted(ways)])


def _phrase(digits: str) -> Node:
    tokens = tuple(MARKS["phone"] + gram for gram in grams(digits))
    return Term(tokens[0]) if len(tokens) == 1 else Phrase(tokens)
