"""The names that a company may be stored under when only its legal form differs."""

from crm.methods.duplicates.words import HAN_LEGAL_FORMS, LEGAL_FORMS

# Not at the end of a name, or no form at all.
NO_ENDS = frozenset({"and", "und", "et", "the"})
TWO_PARTS = (
    "gmbh & co. kg",
    "gmbh & co kg",
    "co., ltd.",
    "co., ltd",
    "co. ltd.",
    "pte. ltd.",
    "pty ltd",
)
BETWEEN = (" ", ", ")


def spellings(name: str) -> set[str]:
    """The name, and the same with each other legal form; it is compared text.

    An index finds them by equality, on any database.

    >>> sorted(spellings("acme gmbh") & {"acme", "acme inc.", "acme, inc.", "acme ag", "acme works"})
    ['acme', 'acme ag', 'acme inc.', 'acme, inc.']
    >>> "北京星辰科技" in spellings("北京星辰科技有限公司")
    True
    """
    bare = _bare(name)
    ends = {*TWO_PARTS, *(LEGAL_FORMS - NO_ENDS)}
    ends |= {f"{end}." for end in LEGAL_FORMS - NO_ENDS}
    found = {name, bare, *(f"{bare}{mark}{end}" for mark in BETWEEN for end in ends)}
    return found | {f"{bare}{form}" for form in HAN_LEGAL_FORMS}


def _bare(name: str) -> str:
    """Without the legal form at its end; a name that is nothing else stays."""
    for form in HAN_LEGAL_FORMS:
        if name.endswith(form) and len(name) > len(form) + 1:
            return name.removesuffix(form)
    words = name.split()
    while len(words) > 1 and _is_form(words[-1]):
        words.pop()
    return " ".join(words).rstrip(",")


def _is_form(word: str) -> bool:
    plain = word.strip(".,()").replace(".", "")
    return plain == "&" or plain in LEGAL_FORMS
