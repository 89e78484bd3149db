"""The company: its name and look on every page, what new users begin with, its logo."""

import struct
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import PeriodicTask

from core.conditions.periods import period
from core.images import picture_of
from core.models import AuditEvent, Installation, User
from core.services.users import create_user
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
URL = "/settings/company/"
FORM = {
    "name": "Acme",
    "accent": "teal",
    "time_zone": "Asia/Shanghai",
    "week_start": "6",
    "stale_after_days": "180",
    "languages": ["en", "zh-hans"],
    "language": "zh-hans",
    "address": "1 Quay Road",
}


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def png(width: int = 40, height: int = 20) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x20\x60\xa0" * width for _ in range(height)))
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def upload(client: Client, data: bytes, name: str = "logo.png") -> Any:
    return client.post(f"{URL}logo/", {"logo": SimpleUploadedFile(name, data)}, follow=True)


def test_name_and_colour_stand_on_every_page(
    administrator: User, sales: User, log_in: LogIn
) -> None:
    client = log_in(administrator)
    assert client.post(URL, {**FORM, "name": ""}).status_code == 422
    assert client.post(URL, FORM).status_code == 302
    for page in (log_in(sales).get("/"), Client().get("/accounts/login/")):
        assert 'data-accent="teal"' in page.content.decode()
        assert "Acme" in page.content.decode()
    event = AuditEvent.objects.get(action="company.change")
    assert event.changes["accent"] == ["blue", "teal"]
    assert log_in(sales).get(URL).status_code == 403


def test_saving_the_same_again_leaves_no_trace(administrator: User, log_in: LogIn) -> None:
    client = log_in(administrator)
    client.post(URL, FORM)
    client.post(URL, FORM)
    assert AuditEvent.objects.filter(action="company.change").count() == 1


def test_new_users_begin_with_the_language_and_time_zone(
    administrator: User, log_in: LogIn
) -> None:
    log_in(administrator).post(URL, FORM)
    user = create_user(email="a@example.org", name="A", password=None, roles=[])
    assert (user.language, user.time_zone) == ("zh-hans", "Asia/Shanghai")


def test_language_that_is_not_offered_is_nobodys(administrator: User, log_in: LogIn) -> None:
    reader = UserFactory(language="zh-hans")
    client = log_in(administrator)
    only_english = {**FORM, "languages": ["en"], "language": "en"}
    client.post(URL, only_english)
    reader.refresh_from_db()
    assert reader.language == "en"
    client.post("/settings/preferences/", {"language": "zh-hans"})
    administrator.refresh_from_db()
    assert administrator.language == "en"
    visitor = Client(headers={"accept-language": "zh-hans"}).get("/accounts/login/")
    assert visitor.headers["Content-Language"] == "en"


@pytest.mark.parametrize("change", [{"languages": []}, {"languages": ["en"]}, {"accent": "#fff"}])
def test_what_does_not_fit_is_refused(
    change: dict[str, Any], administrator: User, log_in: LogIn
) -> None:
    assert log_in(administrator).post(URL, {**FORM, **change}).status_code == 422
    assert not Installation.objects.exclude(name="Renmai").exists()


def test_schedules_keep_their_hour_in_the_new_zone(administrator: User, log_in: LogIn) -> None:
    log_in(administrator).post(URL, FORM)
    nightly = PeriodicTask.objects.get(name="Lead score, nightly").crontab
    assert (nightly.hour, str(nightly.timezone)) == ("2", "Asia/Shanghai")


def test_weeks_of_filters_begin_on_the_chosen_day() -> None:
    tuesday = date(2026, 2, 3)
    assert period("this_week", tuesday) == (date(2026, 2, 2), date(2026, 2, 9))
    assert period("this_week", tuesday, 6) == (date(2026, 2, 1), date(2026, 2, 8))
    assert period("last_week", date(2026, 2, 1), 6) == (date(2026, 1, 25), date(2026, 2, 1))


def test_logo_is_shown_at_the_log_in_and_served_safely(administrator: User, log_in: LogIn) -> None:
    client = log_in(administrator)
    upload(client, png())
    installation = Installation.objects.get()
    url = reverse("company_logo", args=[installation.logo.name.rpartition("/")[2]])
    assert url in Client().get("/accounts/login/").content.decode()
    answer = Client().get(url)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.content == png()
    assert Client().get("/company/logo/other.png").status_code == 404


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + bytes(40),
        png()[:-8],
        png(4_000, 1),
        png(8, 8),
        png() + bytes(600_000),
    ],
)
def test_what_is_no_logo_is_refused(data: bytes, administrator: User, log_in: LogIn) -> None:
    page = upload(log_in(administrator), data)
    assert "toast-bad" in page.content.decode()
    assert not Installation.objects.exclude(logo="").exists()


def test_logo_is_replaced_and_removed_with_its_file(
    administrator: User, log_in: LogIn, django_capture_on_commit_callbacks: Any, tmp_path: Path
) -> None:
    client = log_in(administrator)
    upload(client, png())
    with django_capture_on_commit_callbacks(execute=True):
        upload(client, png(50, 50))
    assert len(list((tmp_path / "company").iterdir())) == 1
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{URL}logo/", {"remove": "yes"})
    assert not list((tmp_path / "company").iterdir())
    assert AuditEvent.objects.filter(action="company.logo").count() == 3


def test_only_who_manages_settings_sets_the_logo(sales: User, log_in: LogIn) -> None:
    assert log_in(sales).post(f"{URL}logo/", {"remove": "yes"}).status_code == 403


def test_pictures_are_known_by_their_content() -> None:
    jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08\0\x20\0\x40" + bytes(12) + b"\xff\xd9"
    lossless = b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8L" + bytes(4) + b"\x2f"
    lossless += (63 | 31 << 14).to_bytes(4, "little") + bytes(13)
    found = [picture_of(data) for data in (png(), jpeg, lossless)]
    assert [(p.ending, p.width, p.height) for p in found if p] == [
        ("png", 40, 20),
        ("jpg", 64, 32),
        ("webp", 64, 32),
    ]
