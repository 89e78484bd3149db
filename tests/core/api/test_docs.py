"""docs/api.md: its client works, and what it names is there."""

import json
import re
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings
from django.urls import Resolver404, resolve
from requests.adapters import BaseAdapter

from core.conditions import checked, from_json
from core.conditions.viewpoint import Viewpoint
from core.models import User
from core.registries import record_types
from crm.models import Contact
from tests.core.api.callers import Caller
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

TEXT = (settings.BASE_DIR / "docs" / "api.md").read_text()
MOST_LINES = 10


class InProcess(BaseAdapter):
    """Brings the requests of a client to the product without a network."""

    def __init__(self, caller: Caller) -> None:
        super().__init__()
        self.client = caller.client

    def send(self, request: requests.PreparedRequest, **_given: object) -> requests.Response:
        parts = urlsplit(request.url)
        answer = self.client.generic(
            request.method,
            parts.path,
            request.body or b"",
            content_type=request.headers.get("Content-Type", ""),
            QUERY_STRING=parts.query,
            headers={"Authorization": request.headers["Authorization"]},
        )
        response = requests.Response()
        response.status_code, response._content = answer.status_code, answer.content
        response.headers.update(answer.headers)
        return response

    def close(self) -> None:
        """Nothing is open."""


def test_the_client_of_the_file_works(
    administrator: User, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)[1]
    statements = [line for line in code.splitlines() if line and not line.startswith("import")]
    assert len(statements) <= MOST_LINES
    caller = Caller(administrator)
    monkeypatch.setenv("RENMAI_TOKEN", caller.secret)
    monkeypatch.setenv("RENMAI_URL", "http://testserver")

    def mount(session: requests.Session) -> None:
        requests_init(session)
        session.mount("http://testserver", InProcess(caller))

    requests_init = requests.Session.__init__
    monkeypatch.setattr(requests.Session, "__init__", mount)
    exec(compile(code, "docs/api.md", "exec"), {})
    assert Contact.objects.get(name="Ann Lee").city == "Ulm"
    said = capsys.readouterr().out
    assert "'created': 1" in said
    assert said.rstrip().endswith("Ann Lee")


def test_the_addresses_of_the_file_are_there() -> None:
    found = set(re.findall(r"(?<=[A-Z] )/(?:[a-z0-9-]+/)+", TEXT))
    assert len(found) > 20
    for path in found:
        match = resolve(f"/api/v1{path}")
        assert match.url_name != "api_unknown", path
    with pytest.raises(Resolver404):
        resolve("/nonsense/")


def test_the_condition_of_the_file_is_one(administrator: User) -> None:
    said = json.loads(re.search(r"```json\n(.*?)```", TEXT, re.DOTALL)[1])
    eyes = Viewpoint(administrator, NOW)
    assert checked(from_json(said["condition"]), record_types["crm.lead"], eyes)


def test_the_settings_of_the_file_are_the_defaults() -> None:
    assert f"a body may have {settings.API_MAX_BYTES // 1_048_576} MB" in TEXT
