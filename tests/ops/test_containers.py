"""The production files: nothing insecure by default, everything documented."""

import re
from pathlib import Path

import pytest
import yaml

from scripts import check

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = {"migrate", "web", "worker", "prompt", "beat"}
SECRETS = {"SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}


@pytest.fixture(scope="module")
def text():
    return (ROOT / "docker-compose.yml").read_text()


@pytest.fixture(scope="module")
def services(text):
    return yaml.safe_load(text)["services"]


@pytest.fixture(scope="module")
def example():
    return (ROOT / ".env.example").read_text()


def test_all_services_are_there(services):
    assert set(services) == APPLICATION | {"db", "redis"}


def test_secrets_have_no_default(text, example):
    for name in SECRETS:
        uses = re.findall(rf"\$\{{{name}(.*?)\}}", text)
        assert uses
        assert all(use.startswith(":?") for use in uses), name
        assert re.search(rf"^{name}=$", example, re.MULTILINE), name


def test_every_variable_is_in_the_example_and_back(text, example):
    used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", text))
    assert used == set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
    required = set(re.findall(r"(?<!\$)\$\{([A-Z_]+):\?", text))
    assert required == set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    assert required == set(check.COMPOSE)


def test_every_service_is_confined(services):
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert "privileged" not in service, name


def test_only_the_web_server_is_published_and_only_to_this_machine(services):
    assert [name for name in services if "ports" in services[name]] == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in services["web"]["ports"])


def test_data_servers_are_on_the_inner_network_only(text, services):
    assert services["db"]["networks"] == services["redis"]["networks"] == ["inside"]
    assert yaml.safe_load(text)["networks"]["inside"]["internal"] is True


def test_worker_can_be_scaled(services):
    assert not {"container_name", "ports", "hostname"} & set(services["worker"])


def test_services_wait_for_what_they_need(services):
    for name in ("web", "worker", "prompt", "beat"):
        conditions = {need: on["condition"] for need, on in services[name]["depends_on"].items()}
        assert conditions == {
            "migrate": "service_completed_successfully",
            "db": "service_healthy",
            "redis": "service_healthy",
        }


def test_health_is_checked(services):
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert "HEALTHCHECK" in dockerfile  # the web server's, which the others replace or disable
    for name in ("worker", "prompt", "db", "redis"):
        assert services[name]["healthcheck"]["test"], name


def test_broker_password_is_on_no_command_line(services):
    command = services["redis"]["command"][0]
    assert "--requirepass" not in command
    assert "$$REDIS_PASSWORD" in command  # expanded inside the container


def test_image_runs_without_privileges_and_build_tools():
    final = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001", final, re.MULTILINE)
    assert not re.search(r"pip install|build-essential|gcc|-dev\b", final)


def test_secrets_and_data_stay_out_of_the_image():
    ignored = (ROOT / ".dockerignore").read_text().split("\n")
    assert {".git", ".env", ".env.*", "var", ".venv"} <= set(ignored)


def test_every_variable_the_settings_read_is_documented():
    read = set(re.findall(r'(?:env\.\w+|required)\(\s*"([A-Z_]+)"', _settings_sources()))
    guide = (ROOT / "docs" / "operator" / "configuration.md").read_text()
    documented = set(re.findall(r"`([A-Z][A-Z_]+)`", guide))
    assert sorted(read - documented) == []


def _settings_sources():
    paths = [ROOT / "config" / "env.py", *(ROOT / "config" / "settings").glob("*.py")]
    return "\n".join(path.read_text() for path in paths)
