"""How texts become tokens, and pieces of a question the beginnings of tokens.

A token bears the mark of its class in front, so that classes a role may not see are left out of a
question. Nothing here knows a database.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from core.search.pinyin import syllables

LONGEST = 24  # characters of a token that count
GRAM = 4  # digits of a telephone number that make a token
MOST_WORDS = 40  # of one field
KEY = "="  # the whole name in one piece
MARKS = {"name": "", "email": "@", "phone": "#", "company": "~", "other": "+"}

# Letters with a stroke have no mark that could be taken off.
STROKES = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"}
)
WORD = re.compile(r"[^\W_]+")
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
RUN = re.compile(f"[{CJK}]+|[^{CJK}]+")
IS_CJK = re.compile(f"[{CJK}]")


def folded(text: str) -> str:
    """NFKC, casefolded, without accents.

    >>> folded("Ｍüller Łódź")
    'muller lodz'
    """
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text).casefold()
    bare = (c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c)[0] != "M")
    return unicodedata.normalize("NFC", "".join(bare)).translate(STROKES)


def runs(text: str) -> list[str]:
    """The words of a text; Chinese stands apart from other scripts.

    >>> runs("O'Brien 明德Tools")
    ['o', 'brien', '明德', 'tools']
    """
    return [run for word in WORD.findall(folded(text)) for run in RUN.findall(word)]


def is_cjk(run: str) -> bool:
    return IS_CJK.match(run) is not None


def pairs(run: str) -> Iterator[str]:
    """Two characters each and the last one alone: a single character is found as a beginning.

    >>> list(pairs("明德精工"))
    ['明德', '德精', '精工', '工']
    """
    return (run[place : place + 2] for place in range(len(run)))


def grams(digits: str) -> list[str]:
    """Four digits each, so that any fragment of a number is a row of tokens.

    >>> grams("138001")
    ['1380', '3800', '8001']
    """
    return [digits[place : place + GRAM] for place in range(len(digits) - GRAM + 1)]


def digits_of(text: str) -> str:
    """The digits of a telephone number; the zero in "(0)" is dialled inside the country only."""
    return re.sub(r"\D", "", unicodedata.normalize("NFKC", text).replace("(0)", ""), flags=re.ASCII)


def joined_from_each(parts: Sequence[str]) -> Iterator[str]:
    """From each part to the end, in one piece: a fragment from any part on is a beginning.

    >>> list(joined_from_each(["ada", "lovelace"]))
    ['adalovelace', 'lovelace']
    """
    return ("".join(parts[place : place + LONGEST])[:LONGEST] for place in range(len(parts)))


def name_tokens(text: str) -> Iterator[str]:
    """Words, Chinese by pairs, pinyin and its initials, and the name in one piece."""
    found = runs(text)[:MOST_WORDS]
    yield from _word_tokens(found)
    yield KEY + "".join(found)[:LONGEST]
    for run in filter(is_cjk, found):
        yield KEY + run[:LONGEST]
        for read in syllables(run):
            initials = [syllable[0] for syllable in read]
            yield KEY + "".join(read)[:LONGEST]
            yield KEY + "".join(initials)[:LONGEST]
            yield from read
            yield from (it for it in joined_from_each(initials) if len(it) > 1)


@lru_cache(10_000)  # one company stands at many records
def word_tokens(text: str) -> tuple[str, ...]:
    """Words, Chinese by pairs, pinyin."""
    return tuple(_word_tokens(runs(text)[:MOST_WORDS]))


def _word_tokens(found: Sequence[str]) -> Iterator[str]:
    for run in found:
        if not is_cjk(run):
            yield run[:LONGEST]
            continue
        yield from pairs(run)
        for read in syllables(run):
            yield from joined_from_each(read)


def email_tokens(text: str) -> Iterator[str]:
    """From each word of the address on, without its punctuation; the last part alone says nothing."""
    parts = runs(text)[:MOST_WORDS]
    return joined_from_each(parts) if len(parts) < 2 else _all_but_last(joined_from_each(parts))


def _all_but_last(tokens: Iterator[str]) -> Iterator[str]:
    *most, _last = tokens
    return iter(most)


def phone_tokens(text: str) -> Iterator[str]:
    return iter(grams(digits_of(text)))


CUTTERS: dict[str, Callable[[str], Iterable[str]]] = {
    "name": name_tokens,
    "email": email_tokens,
    "phone": phone_tokens,
    "company": word_tokens,
    "other": word_tokens,
}


def tokens_of(values: Sequence[tuple[str, str]]) -> list[str]:
    """The marked tokens of (class, text) pairs; telephone numbers keep the order of their digits."""
    words: dict[str, None] = {}
    numbers: list[str] = []
    for name, text in values:
        mark = MARKS[name]
        tokens = [mark + token for token in CUTTERS[name](text)]
        if name == "phone":
            # The bare mark keeps the end of one number from running into the next.
            numbers += [*tokens, mark]
        else:
            words |= dict.fromkeys(tokens)
    return [*words, *numbers]
