"""What Sentry would be sent: where it broke, nothing about anybody."""

import json
import subprocess
import sys

from core.telemetry.errors import scrub

PERSONAL = "erika@example.com"
# In a process of its own: the package hooks into whatever runs beside it.
SENDING = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
import django; django.setup()
from core.telemetry.errors import start
import sentry_sdk
from sentry_sdk.transport import Transport
sent = []
class Kept(Transport):
    def capture_envelope(self, envelope):
        sent.extend(item.payload.json for item in envelope.items if item.type == "event")
start(dsn="https://key@sentry.invalid/1", release="1", environment="test", transport=Kept)
sentry_sdk.set_user({"id": 7, "email": "erika@example.com"})
sentry_sdk.set_extra("row", "erika@example.com")
def fail(email):
    raise ValueError("refused\\nDETAIL:  Key (email)=(erika@example.com) exists.")
try:
    fail("erika@example.com")
except ValueError as error:
    sentry_sdk.capture_exception(error)
print(json.dumps(sent))
"""


def test_error_that_is_sent_names_nobody() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SENDING], capture_output=True, text=True, check=True
    )
    (event,) = json.loads(done.stdout)
    assert event["user"] == {"id": 7}
    assert event["exception"]["values"][0]["type"] == "ValueError"
    assert "vars" not in json.dumps(event)
    values = json.dumps({k: v for k, v in event.items() if k != "exception"})
    assert PERSONAL not in values
    assert PERSONAL not in event["exception"]["values"][0]["value"]


def test_request_keeps_its_method_only() -> None:
    request = {
        "method": "POST",
        "url": f"https://crm.example.com/contacts/7/?q={PERSONAL}",
        "query_string": f"q={PERSONAL}",
        "cookies": {"sessionid": "x"},
        "headers": {"Cookie": "x"},
        "data": {"email": PERSONAL},
    }
    assert scrub({"request": request, "logentry": {"params": [PERSONAL]}}, {}) == {
        "request": {"method": "POST"}
    }
