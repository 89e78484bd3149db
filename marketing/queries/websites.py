"""The websites of the company, asked for by each click and visit."""

from django.core.cache import cache

from marketing.models import Website

KEY, SECONDS = "marketing-websites", 60


def domains() -> list[str]:
    """The domains of which visits are counted; remembered for a minute."""
    found: list[str] | None = cache.get(KEY)
    if found is None:
        found = list(Website.objects.values_list("domain", flat=True))
        cache.set(KEY, found, timeout=SECONDS)
    return found


def forget_domains() -> None:
    """Read them anew: one has come or gone."""
    cache.delete(KEY)
