"""The websites of the company: added, taken away."""

import re

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.errors import Refused
from core.models import User
from marketing.models import Website
from marketing.queries.websites import forget_domains

MANAGE = "core.settings.manage"
DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")


@transaction.atomic
def add_website(*, domain: str, by: User) -> Website:
    """A domain with all below it; an address is read for its domain."""
    permissions.require(by, MANAGE)
    name = domain.strip().casefold().removeprefix("https://").removeprefix("http://")
    name = name.partition("/")[0].partition(":")[0]
    try:
        name = name.encode("idna").decode()
    except UnicodeError:
        name = ""
    if not DOMAIN.fullmatch(name) or len(name) > 253:
        raise Refused(_("Enter a domain such as example.com."))
    website, is_new = Website.objects.get_or_create(domain=name)
    if is_new:
        audit.record(actor=by, action="website.add", subject=website)
        transaction.on_commit(forget_domains)
    return website


@transaction.atomic
def remove_website(*, website: Website, by: User) -> None:
    permissions.require(by, MANAGE)
    audit.record(actor=by, action="website.remove", subject=website)
    website.delete()
    transaction.on_commit(forget_domains)
