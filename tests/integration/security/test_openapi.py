"""The OpenAPI document is complete, valid, and generated without warnings."""

import json

import pytest
import yaml
from django.core.management import call_command
from openapi_spec_validator import validate

from agentcluster.security.models import Role

pytestmark = pytest.mark.django_db


def test_the_document_is_generated_without_warnings_and_valid(tmp_path):
    file = tmp_path / "schema.yaml"
    call_command("spectacular", file=str(file), fail_on_warn=True)
    document = yaml.safe_load(file.read_text())
    validate(document)
    assert document["openapi"].startswith("3.1")
    assert {"/api/v1/me", "/api/v1/agents", "/api/v1/agents/{name}", "/api/v1/nodes"} <= set(document["paths"])


def test_every_operation_can_fail_with_problem_details_and_says_what_it_does(api, member):
    api.force_login(member(Role.VIEWER))
    document = json.loads(api.get("/api/schema/?format=json").content)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert "application/problem+json" in operation["responses"]["default"]["content"], (method, path)
            assert operation["summary"], (method, path)
            assert {"token": []} in operation["security"], (method, path)
