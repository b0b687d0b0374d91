"""Files over REST: uploaded, downloaded by those who may, tables read page by page."""

import datetime as dt
import json

import pyarrow as pa
import pytest
from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncClient

from agentcluster import artifacts
from agentcluster.security import tokens
from agentcluster.security.models import Role
from agents.tools.tables import write_table
from designer.models import Run, Upload, Workflow

UPLOADS = "/api/v1/artifacts"


def upload(client, content=b"a,b\n1,2\n", name="data.csv", media_type="text/csv", **fields):
    file = SimpleUploadedFile(name, content, media_type)
    return client.post(UPLOADS, {"file": file, **fields}, format="multipart")


async def download(user, url):
    """Get a file as a program does; the answer and its bytes."""
    token = await sync_to_async(tokens.create)(user, "test")
    answer = await AsyncClient().get(url, headers={"authorization": f"Bearer {token}"})
    body = b"".join([piece async for piece in answer]) if answer.streaming else answer.content
    return answer, body


@pytest.fixture
def run(published, with_redis):
    workflow = Workflow.objects.get(pk=published["id"])
    return Run.objects.create(
        project=workflow.project, workflow=workflow, version=workflow.versions.get(), status="completed"
    )


def test_an_upload_answers_the_reference_to_it(api, project):
    answer = upload(api)
    assert answer.status_code == 201
    body = answer.json()
    assert body["ref"] == {"$artifact": {key: body[key] for key in ("digest", "size", "media_type", "name")}}
    assert (body["size"], body["media_type"], body["name"]) == (8, "text/csv", "data.csv")
    assert artifacts.read_bytes(body["digest"]) == b"a,b\n1,2\n"


def test_the_same_file_again_is_the_same_upload(api, project):
    assert upload(api).json() == upload(api).json()
    assert Upload.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\data\\sales.csv", "sales.csv"),
        ('a"b<c>.csv', "a_b_c_.csv"),
        ("销售.csv", "销售.csv"),
        ("x" * 400 + ".csv", "x" * 251 + ".csv"),
    ],
)
def test_names_are_kept_without_what_could_do_harm(api, project, given, kept):
    file = SimpleUploadedFile("x", b"1")
    file._name = given
    assert api.post(UPLOADS, {"file": file}, format="multipart").json()["name"] == kept


def test_an_upload_without_a_file_says_what_is_missing(api, project):
    answer = api.post(UPLOADS, {"note": "hello"}, format="multipart")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "/file")


def test_json_is_not_an_upload(api, project):
    assert api.post(UPLOADS, {"file": "hello"}).status_code == 415


def test_a_project_that_is_not_yours_takes_nothing(api, project):
    answer = upload(api, project="secret")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "/project")


def test_a_too_large_upload_is_refused_with_the_limit(api, project, settings):
    settings.UPLOAD_MAX_BYTES, settings.UPLOAD_MAX_MB = 1024, 0
    answer = upload(api, b"x" * 2000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert not Upload.objects.exists()


def test_a_viewer_may_not_upload(project, member, client_of):
    assert upload(client_of(member(Role.VIEWER, "val"))).status_code == 403


@pytest.mark.django_db(transaction=True)
class TestDownloads:
    async def test_an_upload_is_downloaded_as_an_attachment(self, api, editor):
        body = await sync_to_async(lambda: upload(api, name="销售.csv").json())()
        answer, content = await download(editor, f"{UPLOADS}/{body['digest']}")
        assert content == b"a,b\n1,2\n"
        assert answer["Content-Type"] == "text/csv"
        assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]

    async def test_a_page_in_disguise_is_just_bytes(self, api, editor):
        body = await sync_to_async(lambda: upload(api, b"<script>", "x.html", "text/html").json())()
        answer, _ = await download(editor, f"{UPLOADS}/{body['digest']}")
        assert answer["Content-Type"] == "application/octet-stream"

    async def test_other_projects_files_do_not_exist(self, api, member):
        body = await sync_to_async(lambda: upload(api).json())()
        stranger = await sync_to_async(member)(None, "eve")
        answer, _ = await download(stranger, f"{UPLOADS}/{body['digest']}")
        assert answer.status_code == 404

    async def test_a_run_gives_only_the_files_it_mentions(self, run, editor):
        def prepare():
            mentioned = artifacts.put_bytes(b"png", "image/png", "chart.png")
            run.output = {"chart": {"png": mentioned.to_value()}}
            run.save()
            return mentioned.digest, artifacts.put_bytes(b"other", "text/plain").digest

        mentioned, other = await sync_to_async(prepare)()
        answer, content = await download(editor, f"/api/v1/runs/{run.pk}/artifacts/{mentioned}")
        assert (content, answer["Content-Type"]) == (b"png", "image/png")
        answer, _ = await download(editor, f"/api/v1/runs/{run.pk}/artifacts/{other}")
        assert answer.status_code == 404

    async def test_files_named_in_a_large_output_are_the_runs_too_but_not_those_a_file_of_the_input_names(
        self, run, editor
    ):
        def prepare():
            first, second, third = (artifacts.put_bytes(text, "text/plain") for text in (b"one", b"two", b"three"))

            def stored(ref):
                return artifacts.put_bytes(json.dumps({"files": [ref.to_value()]}).encode(), "application/json")

            run.output = {"all": stored(first).to_value(), "deep": stored(stored(third)).to_value()}
            run.input = {"list": stored(second).to_value()}
            run.save()
            return [ref.digest for ref in (first, second, third)]

        statuses = [
            (await download(editor, f"/api/v1/runs/{run.pk}/artifacts/{digest}"))[0].status_code
            for digest in await sync_to_async(prepare)()
        ]
        assert statuses == [200, 404, 404]

    @pytest.mark.parametrize("digest", ["sha256:abc", "..%2f..%2fsecret_key", "sha256:" + "Z" * 64])
    async def test_what_is_no_digest_is_refused(self, run, editor, digest):
        for url in (f"{UPLOADS}/{digest}", f"/api/v1/runs/{run.pk}/artifacts/{digest}"):
            answer, _ = await download(editor, url)
            assert answer.status_code in (400, 404)


class TestTables:
    @pytest.fixture
    def table(self, run):
        day = dt.date(2026, 7, 1)
        content = pa.table({
            "day": [day + dt.timedelta(days=number) for number in range(250)],
            "revenue": [None, *(float(number) for number in range(249))],
        })  # fmt: skip
        run.output = {"table": write_table(content, "t.arrow")}
        run.save()
        return f"/api/v1/runs/{run.pk}/artifacts/{run.output['table']['data']['$artifact']['digest']}/table"

    def test_rows_come_page_by_page(self, api, table):
        first = api.get(table).json()
        assert first["columns"] == [{"name": "day", "type": "date"}, {"name": "revenue", "type": "number"}]
        assert (first["row_count"], len(first["rows"]), first["rows"][0]) == (250, 100, ["2026-07-01", None])
        assert api.get(f"{table}?offset=248&limit=10").json()["rows"][-1] == ["2027-03-07", 248.0]
        assert api.get(f"{table}?offset=1000").json()["rows"] == []

    @pytest.mark.parametrize("query", ["offset=-1", "limit=0", "limit=1001", "limit=many"])
    def test_a_page_that_is_none_is_refused(self, api, table, query):
        assert api.get(f"{table}?{query}").status_code == 400

    def test_what_is_no_table_is_said_to_be_none(self, api, run):
        ref = artifacts.put_bytes(b"hello", "text/plain")
        run.output = {"file": ref.to_value()}
        run.save()
        assert api.get(f"/api/v1/runs/{run.pk}/artifacts/{ref.digest}/table").status_code in (400, 422)
