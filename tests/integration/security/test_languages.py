"""The server's own pages in the reader's language: by the browser's wish, then by choice."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db

CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}


def test_the_login_page_follows_the_browser() -> None:
    answer = Client(headers=CHINESE).get("/login/")
    html = answer.content.decode()
    assert '<html lang="zh-hans">' in html
    assert "用户名" in html
    assert "User name" not in html
    assert "Accept-Language" in answer["Vary"]


def test_a_wrong_password_is_said_in_chinese() -> None:
    html = Client(headers=CHINESE).post("/login/", {"username": "ada", "password": "x"}).content.decode()
    assert "请输入一个正确的" in html


def test_another_language_gets_english() -> None:
    assert "User name" in Client(headers={"Accept-Language": "fr"}).get("/login/").content.decode()


def test_a_choice_is_kept_above_the_browsers_wish() -> None:
    client = Client(headers=CHINESE)
    answer = client.post("/language/", {"language": "en", "next": "/login/"})
    assert answer["Location"] == "/login/"
    assert "User name" in client.get("/login/").content.decode()
    assert client.cookies["django_language"]["max-age"] == 365 * 86_400


def test_a_choice_leads_nowhere_else() -> None:
    answer = Client().post("/language/", {"language": "zh-hans", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


def test_the_admin_panel_speaks_chinese() -> None:
    client = Client(headers=CHINESE)
    client.force_login(User.objects.create_superuser("ada"))
    overview = client.get("/admin/").content.decode()
    assert "进行中的运行" in overview
    project = client.get("/admin/security/project/add/").content.decode()
    assert "短名称" in project
    assert "Slug" not in project


def test_an_error_page_speaks_chinese() -> None:
    client = Client(headers=CHINESE)
    client.force_login(User.objects.create_user("ada"))
    assert "这里什么都没有" in client.get("/login/nothing").content.decode()


def test_the_api_explains_itself_in_english_all_the_same() -> None:
    client = Client(headers=CHINESE)
    client.force_login(User.objects.create_user("ada"))
    assert client.get("/api/v1/runs/none").json()["detail"] == "There is no such run, or you may not see it."
