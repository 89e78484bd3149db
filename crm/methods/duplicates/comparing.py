"""Comparison: how far two records agree, field by field, in a few levels."""

from rapidfuzz.distance import JaroWinkler
from rapidfuzz.fuzz import ratio, token_set_ratio

from crm.methods.duplicates.levels import Field, Level
from crm.methods.duplicates.names import compare_names
from crm.methods.duplicates.normalising import HAN
from crm.methods.duplicates.profiles import FirmProfile, PersonProfile

CLOSE_WORDS = 90.0  # of 100
CLOSE_HAN = 75.0  # characters say more than letters; a city before the name is left out at times
CLOSE_LETTERS = 0.93  # Jaro-Winkler

Agreement = dict[Field, Level]


def compare_people(one: PersonProfile, other: PersonProfile) -> Agreement:
    """The level of each field of two people."""
    return {
        Field.NAME: compare_names(one.name, other.name),
        Field.EMAIL: _compare_emails(one, other),
        Field.PHONE: _compare_sets(one.phones, other.phones),
        Field.LINKEDIN: _compare_values(one.linkedin, other.linkedin),
        Field.FIRM: _compare_employers(one, other),
        Field.TITLE: _compare_texts(one.title, other.title),
        Field.CITY: _compare_texts(one.city, other.city),
        Field.EXTERNAL_ID: _compare_values(one.external_id, other.external_id),
    }


def compare_firms(one: FirmProfile, other: FirmProfile) -> Agreement:
    """The level of each field of two companies."""
    return {
        Field.FIRM_NAME: _compare_firm_names(one.name, other.name),
        Field.DOMAIN: _compare_values(one.domain, other.domain),
        Field.PHONE: _compare_values(one.phone, other.phone),
        Field.CITY: _compare_texts(one.city, other.city),
        Field.EXTERNAL_ID: _compare_values(one.external_id, other.external_id),
    }


def _compare_values(one: str, other: str) -> Level:
    if not one or not other:
        return Level.MISSING
    return Level.SAME if one == other else Level.DIFFERENT


def _compare_sets(one: frozenset[str], other: frozenset[str]) -> Level:
    if not one or not other:
        return Level.MISSING
    return Level.DIFFERENT if one.isdisjoint(other) else Level.SAME


def _compare_texts(one: str, other: str) -> Level:
    level = _compare_values(one, other)
    if level is Level.DIFFERENT and token_set_ratio(one, other) >= CLOSE_WORDS:
        return Level.CLOSE
    return level


def _compare_emails(one: PersonProfile, other: PersonProfile) -> Level:
    level = _compare_sets(one.emails, other.emails)
    if level is Level.SAME:
        return level
    if not one.mailboxes.isdisjoint(other.mailboxes):
        return Level.SHARED
    if level is Level.MISSING:
        return level
    pairs = [(a.split("@"), b.split("@")) for a in one.emails for b in other.emails]
    if any(a[1] == b[1] and a[1] in one.domains for a, b in pairs):
        return Level.NEIGHBOUR
    if any(JaroWinkler.similarity(a[0], b[0]) >= CLOSE_LETTERS for a, b in pairs):
        return Level.CLOSE
    return Level.DIFFERENT


def _compare_employers(one: PersonProfile, other: PersonProfile) -> Level:
    if not one.domains.isdisjoint(other.domains):
        return Level.SAME
    return _compare_firm_names(one.firm, other.firm)


def _compare_firm_names(one: tuple[str, ...], other: tuple[str, ...]) -> Level:
    if not one or not other:
        return Level.MISSING
    if "".join(one) == "".join(other):
        return Level.SAME
    mine, yours = " ".join(one), " ".join(other)
    if HAN.search(mine) and HAN.search(yours):
        return Level.CLOSE if _close_han(mine, yours) else Level.DIFFERENT
    return Level.CLOSE if _close_latin(mine, yours) else Level.DIFFERENT


def _close_latin(one: str, other: str) -> bool:
    """Whether one has all words of the other or few letters are off."""
    if token_set_ratio(one, other) >= CLOSE_WORDS:
        return True
    return JaroWinkler.similarity(one, other) >= CLOSE_LETTERS


def _close_han(one: str, other: str) -> bool:
    """Whether one is the end of the other (no city before it) or nearly all is the same."""
    short, long = sorted((one, other), key=len)
    return long.endswith(short) or ratio(one, other) >= CLOSE_HAN
