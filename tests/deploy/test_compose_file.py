"""docker-compose.yml follows the Compose Specification and runs what ``make up`` runs."""

import json
import re
import subprocess
from pathlib import Path

import jsonschema
import pytest

from agentcluster.up import processes
from agentcluster.up.config import PROJECT
from tests.deploy import compose


def test_the_file_follows_the_compose_specification() -> None:
    schema = json.loads((Path(__file__).parent / "compose-spec.json").read_text())
    validator = jsonschema.Draft7Validator(schema)
    assert [error.message for error in validator.iter_errors(compose.load())] == []


@pytest.mark.parametrize(
    ("service", "arguments"),
    [
        ("web", processes.web_arguments("0.0.0.0", 8000)),
        ("worker", processes.ENGINE),
        ("jobs", processes.JOBS),
        ("node", processes.NODE[:2]),
        ("beat", processes.BEAT),
        ("triggers", processes.TRIGGERS),
        ("gateway", processes.gateway_arguments("0.0.0.0", 50051, 8090)),
        ("migrate", processes.PREPARE[:2]),
    ],
)
def test_a_service_runs_the_command_that_make_up_runs(service: str, arguments: tuple[str, ...]) -> None:
    assert compose.load()["services"][service]["command"] == ["python", *arguments]


def test_every_service_comes_back_is_watched_and_keeps_its_data() -> None:
    file = compose.load()
    for name, service in file["services"].items():
        assert "restart" in service, name
        assert "healthcheck" in service, name
        named = {volume.split(":")[0] for volume in service.get("volumes", [])}
        assert named, name
        assert named <= set(file["volumes"]), name


def test_every_process_gets_the_settings_that_stand_in_env() -> None:
    for name, service in compose.load()["services"].items():
        if "build" in service:
            assert service["env_file"] == [{"path": ".env", "required": False}], name


def test_every_process_is_asked_every_five_seconds_and_is_down_after_three_failures() -> None:
    services = compose.load()["services"]
    for name in compose.APP:
        check = services[name]["healthcheck"]
        assert (check["interval"], check["timeout"], check["retries"]) == ("5s", "5s", 3), name
        port = 8000 if name == "web" else services[name]["environment"]["HEALTH_PORT"]
        assert f"http://127.0.0.1:{port}/health/live" in check["test"][-1], name


def test_every_dependency_is_a_service_and_the_servers_are_healthy_first() -> None:
    services = compose.load()["services"]
    for name in (*compose.APP, "migrate"):
        conditions = services[name]["depends_on"]
        assert set(conditions) <= set(services)
        for server in ("nats", "valkey", "postgres"):
            assert conditions[server]["condition"] == "service_healthy"
    assert services["web"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_application_containers_have_no_rights_they_do_not_need() -> None:
    for name in (*compose.APP, "migrate"):
        service = compose.load()["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
    users = re.findall(r"^USER (\S+)$", (PROJECT / "Dockerfile").read_text(), re.MULTILINE)
    assert users == ["agentcluster"]


def test_no_secret_has_a_default_and_fresh_ones_differ() -> None:
    text = (PROJECT / "docker-compose.yml").read_text()
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "NATS_PASSWORD"):
        assert re.findall(rf"\$\{{{name}(.)", text)
        assert f"${{{name}:-" not in text
    first, second = compose.env_file(), compose.env_file()
    assert first["SECRET_KEY"] != second["SECRET_KEY"]
    assert len(first["POSTGRES_PASSWORD"]) == 64


def test_an_environment_file_from_before_nats_had_a_password_is_told_how_to_get_one_and_loses_nothing() -> None:
    file = compose.load()
    old = {name: value for name, value in compose.env_file().items() if name != "NATS_PASSWORD"}
    for text in (file["services"]["web"]["environment"]["NATS_URL"], *file["services"]["nats"]["environment"].values()):
        with pytest.raises(
            AssertionError, match=r"NATS_PASSWORD is missing: run sh deploy/env\.sh \| grep NATS >> \.env"
        ):
            compose.interpolate(text, old)
    added = subprocess.run(
        ["sh", "-c", "sh deploy/env.sh | grep NATS"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    assert re.fullmatch(r"NATS_PASSWORD=[0-9a-f]{64}\n", added)


def test_every_file_the_image_copies_is_there_and_not_ignored() -> None:
    allowed = {line[1:] for line in (PROJECT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", (PROJECT / "Dockerfile").read_text(), re.MULTILINE):
        for source in sources.split():
            assert (PROJECT / source).exists(), source
            assert source.rstrip("/").split("/")[0] in allowed, source
