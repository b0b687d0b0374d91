"""Whatever goes wrong under /api/ is told as problem details (RFC 9457), and shows no internals."""

import errno

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.db import OperationalError
from django.http import Http404
from django.test import Client, override_settings
from django.urls import path
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from agentcluster.api.permissions import LoggedIn
from agentcluster.api.preconditions import etag, expected_revision
from agentcluster.errors import BadInputError, ConflictError, UnavailableError
from agentcluster.security.models import Project, Role

pytestmark = pytest.mark.django_db

ERRORS = {
    "ours": (ConflictError("Taken.", registered="a"), 409, "conflict"),
    "field": (BadInputError("Too long.", field="/title"), 400, "bad_input"),
    "away": (UnavailableError("NATS is away.", retry_after=3), 503, "unavailable"),
    "http404": (Http404("secret"), 404, "not_found"),
    "denied": (PermissionDenied(), 403, "forbidden"),
    "too-big": (RequestDataTooBig("secret"), 413, "too_large"),
    "model": (ValidationError({"name": ["Not so."]}), 400, "bad_input"),
    "throttled": (Throttled(7), 429, "throttled"),
    "disk-full": (OSError(errno.ENOSPC, "secret"), 507, "storage_full"),
    "sqlite-full": (OperationalError("database or disk is full"), 507, "storage_full"),
    "locked": (OperationalError("database is locked: secret"), 503, "database_unavailable"),
    "bug": (RuntimeError("secret in /srv/code.py"), 500, "internal"),
}


class Line(serializers.Serializer):
    rows = serializers.IntegerField(min_value=1)


class Order(serializers.Serializer):
    title = serializers.CharField()
    lines = Line(many=True)


class FailingView(APIView):
    permission_classes = [LoggedIn]

    def get(self, request, name):
        raise ERRORS[name][0]


class OrderView(APIView):
    permission_classes = [LoggedIn]

    def post(self, request):
        Order(data=request.data).is_valid(raise_exception=True)
        return Response({})

    def put(self, request):
        return Response({"revision": expected_revision(request)}, headers={"ETag": etag(3)})


class ProjectView(APIView):
    def get(self, request, slug):
        self.check_object_permissions(request, Project.objects.get(slug=slug))
        return Response({})

    delete = get


urlpatterns = [
    path("api/fail/<slug:name>", FailingView.as_view()),
    path("api/orders", OrderView.as_view()),
    path("api/projects/<slug:slug>", ProjectView.as_view()),
]
handler404 = "agentcluster.pages.errors.not_found"


@pytest.fixture
def api(member):
    with override_settings(ROOT_URLCONF=__name__):
        client = APIClient(raise_request_exception=False)
        client.force_login(member(Role.VIEWER, "ada"))
        yield client


@pytest.mark.parametrize("name", list(ERRORS))
def test_each_error_has_its_status_and_code(api, name):
    _, status, code = ERRORS[name]
    answer = api.get(f"/api/fail/{name}")
    body = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["type"] == f"https://agentcluster.dev/problems/{code}"
    assert body["title"]
    assert body["detail"]
    assert "secret" not in answer.content.decode()


def test_details_of_our_errors_are_members(api):
    assert api.get("/api/fail/ours").json()["registered"] == "a"
    assert api.get("/api/fail/field").json()["errors"] == [
        {"field": "/title", "message": "Too long.", "code": "bad_input"}
    ]


@pytest.mark.parametrize(("name", "wait"), [("away", "3"), ("throttled", "7")])
def test_waiting_is_said_in_the_header(api, name, wait):
    assert api.get(f"/api/fail/{name}")["Retry-After"] == wait


def test_a_bug_is_logged_and_reported_but_not_shown(api, caplog):
    from django.core.signals import got_request_exception

    seen = []
    got_request_exception.connect(lambda **data: seen.append(data), weak=False, dispatch_uid="here")
    answer = api.get("/api/fail/bug")
    got_request_exception.disconnect(dispatch_uid="here")
    assert "srv" not in answer.content.decode()
    assert len(seen) == 1
    assert "Unhandled error in /api/fail/bug" in caplog.text


def test_validation_names_every_field_by_pointer(api):
    answer = api.post("/api/orders", {"lines": [{"rows": 1}, {"rows": 0}]})
    assert answer.status_code == 400
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [
        ("/title", "required"),
        ("/lines/1/rows", "min_value"),
    ]
    assert answer.json()["detail"].startswith("/title: ")


def test_what_is_not_json_is_malformed(api):
    answer = api.post("/api/orders", "{", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    answer = api.post("/api/orders", "a=1", content_type="text/csv")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_method_that_is_not_there(api):
    answer = api.get("/api/orders")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_an_address_that_is_not_there(api):
    answer = api.get("/api/v1/nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(("header", "status"), [('"3"', 200), ("3", 200), ('W/"3"', 200), ("*", 400), (None, 428)])
def test_if_match_names_a_revision(api, header, status):
    answer = api.put("/api/orders", {}, headers={"If-Match": header} if header else {})
    assert answer.status_code == status
    if status == 200:
        assert (answer.json()["revision"], answer["ETag"]) == (3, '"3"')


def test_objects_are_guarded_by_default(api, project):
    Project.objects.create(slug="secret", name="Secret")
    assert api.get("/api/projects/sales").status_code == 200
    refused = api.delete("/api/projects/sales")
    assert (refused.status_code, refused.json()["required_role"]) == (403, "editor")
    hidden = api.get("/api/projects/secret")
    assert (hidden.status_code, hidden.json()["code"]) == (404, "not_found")
    with override_settings(ROOT_URLCONF=__name__):
        assert Client().get("/api/projects/sales").status_code == 401
