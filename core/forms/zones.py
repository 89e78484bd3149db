"""The time zones that people choose from."""

from zoneinfo import available_timezones


def zone_choices() -> list[tuple[str, str]]:
    zones = ["UTC", *sorted(zone for zone in available_timezones() if "/" in zone)]
    return [(zone, zone.replace("_", " ")) for zone in zones]
