"""What production tells browsers, in a process with its settings."""

import json
import os
import subprocess
import sys

from scripts.check import PRODUCTION

ASKING = """
import json
import django; django.setup()
from django.test import Client
answers = [Client().get("/healthz", secure=s, headers={"Host": "crm.example.com"}) for s in (True, False)]
print(json.dumps([[a.status_code, dict(a.headers)] for a in answers]))
redirect = Client().get("/accounts/login/", headers={"Host": "crm.example.com"})
print(json.dumps([redirect.status_code, redirect.headers["Location"]]))
"""


def test_production_sends_its_headers_and_leads_to_https() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASKING],
        env={**os.environ, **PRODUCTION},
        capture_output=True,
        text=True,
        check=True,
    )
    answers, redirect = (json.loads(line) for line in done.stdout.splitlines()[-2:])
    (status, headers), (plain_status, _) = answers
    assert (status, plain_status) == (200, 200)  # health checks come without HTTPS
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert redirect == [301, "https://crm.example.com/accounts/login/"]
