"""What files do not say: the country of phone numbers, the currency of amounts."""

import pytz

from core.company import company
from core.currencies import base_currency
from crm.services.imports.cells import Setting


def usual_country() -> str | None:
    """The country (ISO 3166) of the company's time zone; None for zones of no country."""
    zone = company().time_zone
    found = (code for code, zones in pytz.country_timezones.items() if zone in zones)
    return next(found, None)


def usual_setting() -> Setting:
    return Setting(usual_country(), base_currency())
