"""When a recipient may be written to: hours and weekdays, in whose time."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytz
from phonenumbers import NumberParseException, parse
from phonenumbers.timezone import time_zones_for_number

from core.text import comparable
from marketing.models import Campaign

DAYS = 7
UNKNOWN_ZONE = "Etc/Unknown"
ALL_DAY = time(0), time(23, 59)
# Where most people of a country with several zones live.
CHIEF = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "ES": "Europe/Madrid",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
    "MX": "America/Mexico_City",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kiev",
    "US": "America/New_York",
}
OTHER_NAMES = {
    "great britain": "GB",
    "united kingdom": "GB",
    "uk": "GB",
    "usa": "US",
    "united states of america": "US",
    "deutschland": "DE",
    "中国": "CN",
    "中国香港": "HK",
    "香港": "HK",
    "台湾": "TW",
    "日本": "JP",
    "韩国": "KR",
    "新加坡": "SG",
    "德国": "DE",
    "法国": "FR",
    "英国": "GB",
    "美国": "US",
}


@dataclass(frozen=True)
class Hours:
    """From when to when on which weekdays (0 is Monday); a window may go over midnight."""

    first: time
    last: time
    weekdays: frozenset[int]

    @classmethod
    def of(cls, campaign: Campaign) -> "Hours":
        days = frozenset(campaign.weekdays) & frozenset(range(DAYS))
        return cls(campaign.window_from, campaign.window_to, days or frozenset(range(DAYS)))

    @property
    def is_always(self) -> bool:
        return (self.first, self.last) == ALL_DAY and len(self.weekdays) == DAYS

    def next(self, at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
        """The first moment from `at` on that is within the hours of the zone, and their end."""
        if self.is_always:
            return at, None
        day = at.astimezone(zone).date() - timedelta(days=1)
        for number in range(DAYS + 2):
            begin, end = self._on(day + timedelta(days=number), zone)
            if begin is not None and at < end:
                return max(at, begin), end
        raise AssertionError("A week has each of its days.")

    def _on(self, day: date, zone: ZoneInfo) -> tuple[datetime | None, datetime]:
        """The window that begins on the day; the minute of its end belongs to it."""
        begin = datetime.combine(day, self.first, zone)
        last = day if self.first <= self.last else day + timedelta(days=1)
        end = datetime.combine(last, self.last, zone) + timedelta(minutes=1)
        is_on = day.weekday() in self.weekdays
        return (begin.astimezone(UTC) if is_on else None), end.astimezone(UTC)


def local_moment(moment: datetime, own: ZoneInfo, theirs: ZoneInfo) -> datetime:
    """The moment at which clocks there show what the own ones show at `moment`."""
    return moment.astimezone(own).replace(tzinfo=theirs).astimezone(UTC)


def zone_of(phones: Collection[str], country: str, own: str) -> ZoneInfo:
    """Where somebody lives, as far as telephone numbers and the country tell; else the company's zone."""
    code = _code_of(country)
    for phone in phones:
        found = _zone_of_phone(phone, code)
        if found:
            return ZoneInfo(found)
    return ZoneInfo(_zone_of_country(code) or own)


@lru_cache(maxsize=4096)
def _zone_of_phone(phone: str, code: str) -> str:
    if not phone:
        return ""
    try:
        number = parse(phone, code or None)
    except NumberParseException:
        return ""
    zones = [zone for zone in time_zones_for_number(number) if zone != UNKNOWN_ZONE]
    # Several: the number of a large country says no more than the country.

    return zones[0] if len(zones) == 1 else ""


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    names = {comparable(name): code for code, name in pytz.country_names.items()}
    return names | {comparable(name): code for name, code in OTHER_NAMES.items()}


def _code_of(country: str) -> str:
    plain = country.strip()
    if re.fullmatch(r"[A-Za-z]{2}", plain):
        return OTHER_NAMES.get(plain.lower(), plain.upper())
    return _names().get(comparable(plain), "")


def _zone_of_country(code: str) -> str:
    if code in CHIEF:
        return CHIEF[code]
    zones = pytz.country_timezones.get(code) or []
    return str(zones[0]) if zones else ""
