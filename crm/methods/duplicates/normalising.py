"""Names, addresses and numbers in the form in which they are compared."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from urllib.parse import unquote

from core.search.pinyin import syllables
from crm.methods.duplicates.words import (
    COMPOUND_SURNAMES,
    GENERATIONS,
    HAN_LEGAL_FORMS,
    HAN_TITLES,
    LEGAL_FORMS,
    TITLES,
)

HAN = re.compile(r"[\u3400-\u9fff]")
LETTERS_OF_THEIR_OWN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
APOSTROPHES = re.compile(r"['’`´ʼ]")
NO_LETTERS = re.compile(r"[\W\d_]+")
NO_WORDS = re.compile(r"[\W_]+")
PARENTHESES = re.compile(r"\([^)]*\)|\[[^\]]*\]")
EXTENSION = re.compile(r"(?:ext\.?|x|#|;|转|durchwahl).*$", re.IGNORECASE)
PROFILE = re.compile(r"linkedin\.com/(?:in|pub)/([^/?#\s]+)", re.IGNORECASE)
SITE = re.compile(r"^(?:[a-z]+://)?(?:www\.)?([^/:?#\s]+)", re.IGNORECASE)
SIGNIFICANT_DIGITS = 8  # the shortest whole numbers (Norway, Denmark, Singapore) have as many
FEWEST_DIGITS = 7
MAX_READ = 200


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name: words in the order written, and how they are read in Latin letters."""

    words: tuple[str, ...] = ()
    readings: tuple[tuple[str, ...], ...] = ()
    is_han: bool = False
    generation: str = ""

    @property
    def key(self) -> str:
        """The name whatever its order and script: what frequencies are counted by."""
        return " ".join(sorted(self.readings[0])) if self.readings else ""


def without_accents(text: str) -> str:
    """Small letters without accents.

    >>> without_accents("Łukasz MÜLLER-Strauß")
    'lukasz muller-strauss'
    """
    parts = unicodedata.normalize("NFKD", text[:MAX_READ]).casefold()
    bare = "".join(c for c in parts if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare.translate(LETTERS_OF_THEIR_OWN))


@lru_cache(50_000)
def name_of(text: str) -> Name:
    """A name without titles, credentials, emoji and remarks in parentheses.

    >>> name_of("Dr. José García, Ph.D. 🚀").words
    ('jose', 'garcia')
    >>> name_of("欧阳小明先生").readings
    (('ouyang', 'xiaoming'),)
    """
    bare = APOSTROPHES.sub("", without_accents(PARENTHESES.sub(" ", text)))
    if HAN.search(bare):
        return _han_name("".join(HAN.findall(bare)))
    words: list[str] = []
    generation = ""
    for chunk in re.split(r"[\s,;/]+", bare):
        joined = NO_LETTERS.sub("", chunk)
        if words and (joined in GENERATIONS or joined == "sr"):
            generation = GENERATIONS.get(joined, "sr")
        elif joined not in TITLES:
            words += [word for word in NO_LETTERS.split(chunk) if word and word not in TITLES]
    return Name(tuple(words), (tuple(words),) if words else (), generation=generation)


def _han_name(characters: str) -> Name:
    for title in HAN_TITLES:
        if len(characters) > len(title):
            characters = characters.removesuffix(title)
    length = 2 if characters[:2] in COMPOUND_SURNAMES and len(characters) > 2 else 1
    readings = dict.fromkeys(
        tuple(part for part in ("".join(read[:length]), "".join(read[length:])) if part)
        for read in [*syllables(characters), list(_lazy_pinyin()(characters))]
    )
    words = (characters[:length], characters[length:]) if characters[length:] else (characters,)
    return Name(words, tuple(readings), is_han=True)


@cache
def _lazy_pinyin() -> Any:
    # A quarter of a second and 57 MB, which only those who write Chinese records need.
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    return lazy_pinyin


@lru_cache(50_000)
def firm_words(text: str) -> tuple[str, ...]:
    """The words of a company's name without its legal form.

    >>> firm_words("Müller & Söhne GmbH & Co. KG"), firm_words("北京星辰科技股份有限公司")
    (('muller', 'sohne'), ('北京星辰科技',))
    """
    bare = APOSTROPHES.sub("", without_accents(text))
    if HAN.search(bare):
        return (_without_han_form(NO_WORDS.sub("", PARENTHESES.sub("", bare))),)
    chunks = [chunk.replace(".", "") for chunk in re.split(r"[\s,;]+", bare)]
    words = [part for chunk in chunks if chunk not in LEGAL_FORMS for part in NO_WORDS.split(chunk)]
    kept = tuple(word for word in words if word and word not in LEGAL_FORMS)
    return kept or tuple(word for word in NO_WORDS.split(bare) if word)


def _without_han_form(name: str) -> str:
    for form in HAN_LEGAL_FORMS:
        if name.endswith(form) and len(name) > len(form) + 1:
            name = name.removesuffix(form)
    return name


def email_of(text: str) -> str:
    """An address as its provider reads it; empty where it is none.

    >>> email_of(" Jo.Smith+crm@GoogleMail.com ")
    'josmith@gmail.com'
    """
    local, at, domain = text.strip().casefold().rpartition("@")
    local = local.split("+", 1)[0]
    if domain in {"gmail.com", "googlemail.com"}:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}" if at and local and "." in domain else ""


def phone_of(text: str) -> str:
    """The last digits of a number, which are the same with and without its prefixes.

    >>> phone_of("+49 (0)30 1234-5678"), phone_of("030/12345678 ext. 12"), phone_of("n/a")
    ('12345678', '12345678', '')
    """
    digits = "".join(c for c in EXTENSION.sub("", text) if c.isdecimal())
    digits = digits.removeprefix("00").lstrip("0")
    if len(digits) < FEWEST_DIGITS or len(set(digits)) == 1:
        return ""
    return "".join(str(int(c)) for c in digits)[-SIGNIFICANT_DIGITS:]


def profile_of(url: str) -> str:
    """The name of a LinkedIn profile.

    >>> profile_of("https://www.linkedin.com/in/Jo-Smith-42/?locale=en")
    'jo-smith-42'
    """
    found = PROFILE.search(url)
    return unquote(found[1]).casefold() if found else ""


def domain_of(text: str) -> str:
    """The domain of a site.

    >>> domain_of("https://www.Acme.com/about")
    'acme.com'
    """
    found = SITE.match(text.strip())
    return found[1].casefold().rstrip(".") if found and "." in found[1] else ""
