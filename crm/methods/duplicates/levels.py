"""The fields that are compared and the levels of agreement."""

from enum import StrEnum


class Field(StrEnum):
    """What is compared."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    LINKEDIN = "linkedin"
    FIRM = "firm"
    TITLE = "title"
    CITY = "city"
    EXTERNAL_ID = "external_id"
    FIRM_NAME = "firm_name"
    DOMAIN = "domain"


class Level(StrEnum):
    """How far two values agree."""

    SAME = "same"
    SWAPPED = "swapped"  # the same words in another order
    ROMANISED = "romanised"  # Chinese characters against their pinyin
    HOMOPHONE = "homophone"  # other characters that are read the same
    ONE_LETTER = "one_letter"
    INITIALS = "initials"  # an initial, or a middle name left out
    PARTIAL = "partial"  # one has a single word of the other
    CLOSE = "close"
    SHARED = "shared"  # a mailbox of several people
    NEIGHBOUR = "neighbour"  # another address at the same company
    DIFFERENT = "different"
    MISSING = "missing"
