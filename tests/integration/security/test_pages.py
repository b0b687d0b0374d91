"""The shell, the error pages, the headers they are sent with, and static files."""

import json
import re

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.test import Client, override_settings

from agentcluster.pages.vite import find_entry

pytestmark = pytest.mark.django_db

MANIFEST = {
    "src/main.tsx": {
        "file": "assets/main-AAAAAAAA.js",
        "isEntry": True,
        "imports": ["_a.js"],
        "css": ["assets/m-A.css"],
    },
    "_a.js": {"file": "assets/a-BBBBBBBB.js", "imports": ["_b.js"], "css": ["assets/a-B.css"]},
    "_b.js": {"file": "assets/b-CCCCCCCC.js", "imports": ["_a.js"]},
    "src/ui/tokens.css": {"file": "assets/tokens-DDDDDDDD.css", "isEntry": True},
}


@pytest.fixture
def page(client):
    client.force_login(User.objects.create_user("ada"))
    return client


@pytest.fixture
def built(tmp_path):
    folder = tmp_path / "frontend" / "dist" / ".vite"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    with override_settings(BASE_DIR=tmp_path):
        yield


def fetch(client, path: str):
    """Get a file as a browser does: to its end."""
    answer = client.get(path)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


def nonce_of(answer) -> str:
    return re.search(r"script-src [^;]*'nonce-([^']+)'", answer["Content-Security-Policy"])[1]


@pytest.mark.parametrize("path", ["/", "/workflows", "/workflows/01j/edit", "/runs/01j", "/agents", "/loginish"])
def test_every_page_is_the_shell_with_the_built_files(page, built, path):
    answer = page.get(path)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert '<script type="module" src="/static/assets/main-AAAAAAAA.js"></script>' in html
    for part in ("assets/m-A.css", "assets/a-B.css", 'modulepreload" href="/static/assets/b-CCCCCCCC.js'):
        assert html.count(part) == 1
    assert f'<meta name="csp-nonce" content="{nonce_of(answer)}">' in html
    assert "csrftoken" in answer.cookies
    assert "no-store" in answer["Cache-Control"]


def test_nonces_are_used_once(page, built):
    assert nonce_of(page.get("/")) != nonce_of(page.get("/"))


def test_without_a_build_the_page_says_what_to_run(page, tmp_path):
    with override_settings(BASE_DIR=tmp_path):
        answer = page.get("/")
    assert answer.status_code == 503
    assert "make build" in answer.content.decode()


def test_the_tokens_of_the_front_end_style_the_login(client, built):
    assert "/static/assets/tokens-DDDDDDDD.css" in client.get("/login/").content.decode()
    assert find_entry("src/no.tsx") is None


@pytest.mark.parametrize("path", ["/", "/login/", "/api/v1/me", "/api/nowhere", "/logout/x", "/admin/"])
def test_every_answer_carries_the_headers(client, path):
    answer = client.get(path)
    policy = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert "unsafe-inline" not in policy["script-src"]
    assert ("unsafe-eval" in policy["script-src"]) == path.startswith("/admin/")
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_pages_have_no_inline_script_without_a_nonce(client):
    from agentcluster.security import login_links
    from agentcluster.security.first_user import ensure_first_user

    for path in ("/login/", login_links.create(ensure_first_user()), "/logout/x"):
        answer = client.get(path)
        for tag in re.findall(r"<script[^>]*>", answer.content.decode()):
            assert "src=" in tag or f'nonce="{nonce_of(answer)}"' in tag


def test_errors_have_a_page_of_their_own(page):
    missing = page.get("/logout/x")
    assert (missing.status_code, "There is nothing here" in missing.content.decode()) == (404, True)
    refused = page.get("/admin/")
    assert refused.status_code == 302


def test_a_form_from_elsewhere_is_refused_in_plain_words():
    answer = Client(enforce_csrf_checks=True).post("/login/", {"username": "ada", "password": "x"})
    assert answer.status_code == 403
    assert "too old or came from another site" in answer.content.decode()


def test_static_files_are_served_and_only_hashed_ones_for_ever(client):
    style = fetch(client, "/static/agentcluster/base.css")
    assert style.status_code == 200
    assert "immutable" not in style["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in style
    from django.conf import settings

    immutable = settings.WHITENOISE_IMMUTABLE_FILE_TEST
    assert immutable("", "/static/assets/main-XYCB_9KP.js")
    assert not immutable("", "/static/agentcluster/base.css")


def test_files_built_while_the_server_runs_are_found_and_old_ones_forgotten(client, tmp_path):
    with override_settings(STATICFILES_DIRS=[tmp_path]):
        finders.get_finder.cache_clear()
        assert client.get("/static/assets/new-AAAAAAAA.js").status_code == 404
        (tmp_path / "assets").mkdir()
        file = tmp_path / "assets" / "new-AAAAAAAA.js"
        file.write_text("1")
        answer = fetch(client, "/static/assets/new-AAAAAAAA.js")
        assert (answer.status_code, "immutable" in answer["Cache-Control"]) == (200, True)
        file.unlink()
        for path in ("/static/assets/new-AAAAAAAA.js", "/static/assets/", "/static/assets"):
            assert client.get(path).status_code == 404
    finders.get_finder.cache_clear()


@pytest.mark.parametrize("path", ["/static/../manage.py", "/static/%2e%2e/%2e%2e/manage.py", "/static//etc/passwd"])
def test_nothing_else_on_the_disk_is_served(client, path):
    assert client.get(path).status_code in {400, 404}


def test_the_favicon_is_public(client):
    assert fetch(client, client.get("/favicon.ico")["Location"])["Content-Type"] == "image/svg+xml"


def test_the_docs_page_takes_everything_from_here(page):
    html = page.get("/api/docs/").content.decode()
    for address in re.findall(r'(?:src|href|data-schema)="([^"]+)"', html):
        assert address.startswith("/")
        assert fetch(page, address).status_code == 200, address
