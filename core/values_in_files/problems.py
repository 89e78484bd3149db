"""What is wrong with addresses and numbers, and what was probably meant."""

from functools import lru_cache

from rapidfuzz.distance import OSA

from core.choices import ValueProblem
from core.values_in_files.addresses import FREE_MAIL, read_emails
from core.values_in_files.phones import read_phones

# Providers with names so long that a single wrong letter is hardly somebody else's domain.
KNOWN = (
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "outlook.com",
    "yahoo.com",
    "icloud.com",
    "protonmail.com",
    "foxmail.com",
    "t-online.de",
    "freenet.de",
)
# One letter away from those, and real.
REAL = frozenset({"email.com", "tmail.com", "fmail.com", "cmail.com", "yahoo.co", "iclod.com"})
ENDINGS = {"con": "com", "cmo": "com", "ocm": "com", "comm": "com", "vom": "com", "xom": "com"}

SHORTEST = 8  # characters of a number that can be dialled from abroad


def email_problem(text: str) -> tuple[str, str]:
    """What is wrong with an address, and the address that was probably meant.

    >>> email_problem("ada@gmial.com"), email_problem("ada@acme"), email_problem("ada@acme.example")
    (('mistyped', 'ada@gmail.com'), ('invalid', ''), ('', ''))
    """
    if not text.strip():
        return "", ""
    try:
        found = read_emails(text)
    except ValueError:
        return ValueProblem.INVALID.value, ""
    if len(found) != 1:
        return ValueProblem.INVALID.value, ""
    local, _at, domain = found[0].rpartition("@")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        return ValueProblem.INVALID.value, ""
    meant = meant_domain(domain)
    return (ValueProblem.MISTYPED.value, f"{local}@{meant}") if meant else ("", "")


@lru_cache(maxsize=20_000)
def meant_domain(domain: str) -> str:
    """The domain that was probably meant; empty when this one may well be right."""
    if domain in FREE_MAIL or domain in REAL:
        return ""
    for known in KNOWN:
        if OSA.distance(domain, known, score_cutoff=1) == 1:
            return known
    name, _dot, ending = domain.rpartition(".")
    return f"{name}.{ENDINGS[ending]}" if name and ending in ENDINGS else ""


def phone_problem(text: str, country: str | None) -> str:
    """What is wrong with a number; one without + is not judged while no country is known.

    >>> phone_problem("030 1234567", "DE"), phone_problem("ask Ada", "DE"), phone_problem("12", None)
    ('', 'invalid', '')
    """
    phones = read_phones(text, country)
    if all(len(phone.e164) >= SHORTEST for phone in phones):
        return ""
    is_judged = country or any(p.written.startswith(("+", "00")) for p in phones)
    has_digits = any(letter.isdecimal() for letter in text)
    return ValueProblem.INVALID.value if is_judged or not has_digits else ""
