"""Blocking: which pairs of records are worth comparing.

Each record has keys; only records that share a key are compared. Keys are numbers of 64 bits
with a sign, so that they fit a BIGINT column and candidate pairs are a self-join of that table.
A key that more than `BLOCK_LIMIT` records have is left out of the join: what makes wide blocks
(a common name) is stored joined with a second field (firm, city, job title) as well, so that
these pairs are found in the narrower block.

Source: Christen, *Data Matching* (2012), chapter 4; deletion neighbourhoods after Garbe's
SymSpell (2012), which finds one typo without comparing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import combinations, product

from crm.methods.duplicates.normalising import Name
from crm.methods.duplicates.profiles import (
    FirmProfile,
    PersonProfile,
    firm_profile,
    person_profile,
)
from crm.methods.duplicates.records import Firm, Person

BLOCK_LIMIT = 20
SHORTEST_WITH_TYPO = 4
LONGEST_WITH_TYPO = 12  # more letters would be more keys; such names are rare and told by others
LETTERS_OF_FIRM = 5
LETTERS_OF_NAME = 3


def keys_of(record: Person | Firm) -> frozenset[int]:
    """The keys of a record: a person's and a company's are never the same."""
    if isinstance(record, Person):
        texts = _person_keys(person_profile(record))
    else:
        texts = _firm_keys(firm_profile(record))
    return frozenset(_hashed(text) for text in texts)


def candidate_pairs(
    keys: Mapping[int, Iterable[int]], limit: int = BLOCK_LIMIT
) -> set[tuple[int, int]]:
    """Pairs of ids, the smaller first, that share a key which at most `limit` records have.

    >>> sorted(candidate_pairs({1: [7, 8], 2: [8], 3: [9]}))
    [(1, 2)]
    """
    blocks: defaultdict[int, list[int]] = defaultdict(list)
    for record, its_keys in keys.items():
        for key in its_keys:
            blocks[key].append(record)
    return {
        pair
        for block in blocks.values()
        if 1 < len(block) <= limit
        for pair in combinations(sorted(block), 2)
    }


def _hashed(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _person_keys(person: PersonProfile) -> Iterator[str]:
    yield from _identifier_keys(person)
    for address, reading in product(person.emails, person.name.readings):
        yield f"local:{address.split('@')[0]}:{_initials(reading)}"
    seconds = list(_second_keys(person))
    for reading in person.name.readings:
        yield from _name_keys(reading, seconds)
        if person.city:
            yield f"name:{_letters(reading)}:city:{person.city}"
    yield from _typo_keys(person.name, seconds[:1])


def _identifier_keys(person: PersonProfile) -> Iterator[str]:
    for address in person.emails | person.mailboxes:
        yield f"email:{address}"
    for number in person.phones:
        yield f"phone:{number}"
    if person.linkedin:
        yield f"linkedin:{person.linkedin}"
    if person.external_id:
        yield f"external:{person.external_id}"


def _second_keys(person: PersonProfile) -> Iterator[str]:
    if person.firm:
        yield f"firm:{''.join(person.firm)[:LETTERS_OF_FIRM]}"
    for domain in person.domains:
        yield f"domain:{domain}"


def _name_keys(reading: tuple[str, ...], seconds: list[str]) -> Iterator[str]:
    """The whole name in any order; by firm, the whole name and its initials."""
    whole = _letters(reading)
    yield f"name:{whole}"
    for second in seconds:
        yield f"name:{whole}:{second}"
        yield f"initials:{_initials(reading)}:{second}"


def _letters(reading: tuple[str, ...]) -> str:
    """The same however the name is spaced or ordered."""
    return "".join(sorted("".join(reading)))


def _initials(reading: tuple[str, ...]) -> str:
    return "".join(sorted(word[0] for word in (reading[0], reading[-1])))


def _typo_keys(name: Name, seconds: list[str]) -> Iterator[str]:
    """The surname with each one letter left out, beside the given name and the firm: a name that
    is only similar never makes a duplicate without a firm, and addresses have keys of their own."""
    if name.is_han or len(name.words) < 2:
        return
    surname, given = name.words[-1], name.words[0][:LETTERS_OF_NAME]
    for form in _one_deleted(surname):
        yield from (f"typo:{form}:{given}:{second}" for second in seconds)


def _one_deleted(word: str) -> set[str]:
    if not SHORTEST_WITH_TYPO <= len(word) <= LONGEST_WITH_TYPO:
        return set()
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}


def _firm_keys(firm: FirmProfile) -> Iterator[str]:
    if firm.domain:
        yield f"firm-domain:{firm.domain}"
    if firm.phone:
        yield f"firm-phone:{firm.phone}"
    if firm.external_id:
        yield f"firm-external:{firm.external_id}"
    if not firm.name:
        return
    joined = "".join(firm.name)
    yield f"firm-name:{joined}"
    yield f"firm-words:{' '.join(sorted(firm.name))}"
    if firm.city:
        yield f"firm-city:{joined[:LETTERS_OF_FIRM]}:{firm.city}"
    for form in _one_deleted(firm.name[0]):
        yield f"firm-typo:{form}:{' '.join(firm.name[1:])[:LETTERS_OF_NAME]}"
