"""The OpenAPI document says what the API does: every call is in it, and real answers fit it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from designer.domain.events import RunCompleted, RunStarted
from designer.models import OpenApproval, Run, Workflow
from tests.integration.api.records import write_log


@pytest.fixture(scope="module")
def document():
    return SchemaGenerator().get_schema(request=None, public=True)


def routes(patterns, prefix="/"):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern)


def fits(document, method, path, status, body):
    operation = document["paths"][path][method]
    schema = operation["responses"][str(status)]["content"]["application/json"]["schema"]
    errors = list(Draft202012Validator({**schema, "components": document["components"]}).iter_errors(body))
    assert not errors, (path, errors)


def test_it_is_valid_and_complete(document):
    validate(document)
    described = {path.replace("{", "<").replace("}", ">") for path in document["paths"]}
    for route in routes(get_resolver().url_patterns):
        if route.startswith("/api/v1/"):
            plain = route.replace("str:", "").replace("path:", "").replace("int:", "").replace("slug:", "")
            assert plain in described, route


def test_every_call_has_a_name_words_and_a_tag(document):
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    for operation in operations:
        assert len(operation["description"]) > 15, operation["operationId"]
        assert operation["tags"], operation["operationId"]


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/api/v1/workflows", "post"),
        ("/api/v1/workflows/{workflow_id}/draft", "put"),
        ("/api/v1/workflows/{workflow_id}/runs", "post"),
        ("/api/v1/workflows/{workflow_id}/runs/batch", "post"),
        ("/api/v1/runs/{run_id}/fork", "post"),
        ("/api/v1/runs/{run_id}/signal", "post"),
        ("/api/v1/runs/{run_id}/approvals/{step}", "post"),
        ("/api/v1/runs/bulk", "post"),
    ],
)
def test_what_is_hard_to_guess_has_an_example(document, path, method):
    assert document["paths"][path][method]["requestBody"]["content"]["application/json"]["examples"]


@pytest.mark.usefixtures("with_redis")
def test_real_answers_fit_it(document, api, published):
    workflow = Workflow.objects.get(pk=published["id"])
    version = workflow.versions.get()
    error = {"code": "x", "message": "X", "step": "greet"}
    run = Run.objects.create(
        project=workflow.project, workflow=workflow, version=version, status="failed", error=error, trace_id="0" * 32
    )
    write_log(run, [RunStarted(run.pk, workflow.pk, version.pk, {}), RunCompleted(None)])
    for path in (
        "/api/v1/me",
        "/api/v1/templates",
        "/api/v1/templates/{name}",
        "/api/v1/workflows",
        "/api/v1/workflows/{workflow_id}",
        "/api/v1/workflows/{workflow_id}/versions",
        "/api/v1/workflows/{workflow_id}/versions/{number}",
        "/api/v1/runs",
        "/api/v1/runs/{run_id}",
        "/api/v1/runs/{run_id}/events",
        "/api/v1/runs/{run_id}/why",
        "/api/v1/workflows/{workflow_id}/signals",
        "/api/v1/approvals",
    ):
        answer = api.get(path.format(name="analyse-sales", workflow_id=workflow.pk, number=1, run_id=run.pk))
        assert answer.status_code == 200, answer.content
        fits(document, "get", path, 200, answer.json())
    waiting = {"step": "ask", "message": "Pay?", "since": run.created_at}
    open_run = Run.objects.create(
        project=workflow.project, workflow=workflow, version=version, origin={"kind": "replay", "run_id": run.pk}
    )
    OpenApproval.objects.create(run=open_run, **waiting)
    fits(document, "get", "/api/v1/approvals", 200, api.get("/api/v1/approvals").json())
    fits(document, "get", "/api/v1/runs/{run_id}", 200, api.get(f"/api/v1/runs/{run.pk}").json())
    body = {"runs": [{"input": {"name": "Ada"}}, {"input": {}}]}
    answer = api.post(f"/api/v1/workflows/{workflow.pk}/runs/batch", body)
    fits(document, "post", "/api/v1/workflows/{workflow_id}/runs/batch", 202, answer.json())
    answer = api.post("/api/v1/runs/bulk", {"action": "cancel", "dry_run": True})
    fits(document, "post", "/api/v1/runs/bulk", 200, answer.json())
    place = "/api/v1/workflows/{workflow_id}/versions/{number}/restore"
    answer = api.post(place.format(workflow_id=workflow.pk, number=1), {}, headers={"If-Match": '"1"'})
    fits(document, "post", place, 200, answer.json())
    compared = api.get(f"/api/v1/workflows/{workflow.pk}/diff?from=1&to=draft")
    fits(document, "get", "/api/v1/workflows/{workflow_id}/diff", 200, compared.json())
    file = SimpleUploadedFile("data.csv", b"a\n1\n", "text/csv")
    answer = api.post("/api/v1/artifacts", {"file": file}, format="multipart")
    fits(document, "post", "/api/v1/artifacts", 201, answer.json())
    missing = api.get(f"/api/v1/runs/{'0' * 26}")
    problem = document["components"]["schemas"]["Problem"]
    assert not list(Draft202012Validator(problem).iter_errors(missing.json()))
