"""The walk with Chromium and axe sees every page there is."""

from collections.abc import Callable

import pytest
from django.test import Client

from core.models import User
from tests.browser.places import BESIDE_RECORD, KINDS, LISTS, WITHOUT_RECORD
from tests.house.addresses import addresses

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]

WALKED = {place.partition("?")[0] for place in (*WITHOUT_RECORD, *LISTS)}
WALKED |= {f"/{folder}/new/" for folder in KINDS.values() if "../new/" in BESIDE_RECORD}


def test_every_page_is_walked(administrator: User, log_in: LogIn) -> None:
    """Add an address that fails here to `WITHOUT_RECORD` in tests/browser/places.py."""
    client = log_in(administrator)
    missing = []
    for address in addresses():
        if address.parameters or not address.is_ours or address.is_api:
            continue
        url = address.url(administrator)
        response = client.get(url)
        is_shown = response.status_code == 200 and not response.streaming
        is_page = is_shown and b"<html" in response.content
        if is_page and url not in WALKED:
            missing.append(url)
    assert not missing
