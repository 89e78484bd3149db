"""Phone numbers as people write them."""

import re
from dataclasses import dataclass

from phonenumbers import (
    SUPPORTED_REGIONS,
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    country_code_for_region,
    format_number,
    is_possible_number,
    is_valid_number,
    parse,
)

from core.values_in_files.plain import plain

_FEWEST_DIGITS = 7  # of a number beside another one; fewer are a part of one
_LONGEST = 250  # what the library reads
_BETWEEN = re.compile(r"[;\n|、；]")
_PERHAPS_BETWEEN = (re.compile(r"[,，]"), re.compile(r" / "), re.compile(r"/"))
_EXTENSION = re.compile(r"\s*(?:转|轉|分机|Durchwahl|DW|poste)\s*(?=[0-9])", re.IGNORECASE)
_DECIMALS = re.compile(r"(?<=[0-9]{7})\.0$")  # a spreadsheet took it for a number
_DIGIT = re.compile(r"[0-9]")


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as it was written and, where that can be told, as it is dialled (E.164)."""

    written: str
    e164: str = ""
    extension: str = ""
    is_valid: bool = False


def read_phone(text: str, country: str | None) -> Phone:
    """One number; `country` (ISO 3166, two letters) is where numbers without +… are dialled.

    What cannot be read is kept as it is written, without E.164 and not valid.

    >>> read_phone("030/1234567", "DE").e164
    '+49301234567'
    """
    written = text.strip()
    if len(written) > _LONGEST:
        return Phone(written)
    digits = _EXTENSION.sub(" ext. ", _DECIMALS.sub("", plain(text).lstrip("'")))
    number = _parsed(digits, country)
    if digits.startswith("00") and not (number and is_valid_number(number)):
        number = _parsed(f"+{digits[2:]}", country) or number
    is_valid = number is not None and is_valid_number(number)
    if number is None or not (is_valid or is_possible_number(number)):
        return Phone(written)
    e164 = format_number(number, PhoneNumberFormat.E164)
    return Phone(written, e164, number.extension or "", is_valid)


def read_phones(text: str, country: str | None) -> list[Phone]:
    """All numbers of a cell."""
    parts = _BETWEEN.split(text)
    for separator in _PERHAPS_BETWEEN:
        parts = [part for line in parts for part in _parts(line, separator)]
    return [read_phone(part, country) for part in parts if part.strip()]


def _parts(line: str, separator: re.Pattern[str]) -> list[str]:
    """030/1234567 is one number, and so is one with `, ext. 5`."""
    parts = separator.split(line)
    if len(parts) == 1:
        return parts
    enough = all(len(_DIGIT.findall(plain(part))) >= _FEWEST_DIGITS for part in parts)
    return parts if enough else [line]


def _parsed(text: str, country: str | None) -> PhoneNumber | None:
    try:
        return parse(text, country)
    except NumberParseException:
        return None


def dialling_countries() -> list[tuple[str, str]]:
    """The countries that have a code, such as DE +49, by their letters."""
    return [
        (region, f"{region} +{country_code_for_region(region)}")
        for region in sorted(SUPPORTED_REGIONS)
    ]
