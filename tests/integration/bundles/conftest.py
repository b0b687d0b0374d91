"""People who upload and decide, and a place for what they do."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from agents.bundles.api.receiving import UploadRate


@pytest.fixture(autouse=True)
def files_of_their_own(settings, tmp_path, nats_url):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path / "files"}},
    }
    settings.NATS_URL = nats_url
    settings.BUNDLE_UPLOADS_PER_MINUTE = 10_000
    UploadRate.cache.clear()


class Person(APIClient):
    """A user and how he or she speaks with the API."""

    def __init__(self, user: User) -> None:
        super().__init__()
        self.user = user
        self.force_authenticate(user)

    def upload(self, data: bytes, **params):
        file = SimpleUploadedFile("agent.zip", data, "application/zip")
        query = "&".join(f"{name}={value}" for name, value in params.items())
        return self.post(f"/api/v1/bundles?{query}", {"file": file}, format="multipart")

    def decide(self, digest: str, how: str, **body):
        return self.post(f"/api/v1/bundles/{digest}/{how}", body)


@pytest.fixture
def person(db):
    def make(name: str, *permissions: str, **fields) -> Person:
        user = User.objects.create_user(name, **fields)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        return Person(User.objects.get(pk=user.pk))

    return make


@pytest.fixture
def author(person):
    return person("author", "add_bundle")


@pytest.fixture
def reviewer(person):
    return person("reviewer", "decide_bundle")


@pytest.fixture
def keeper(person):
    return person("keeper", "add_signingkey", "delete_signingkey")


@pytest.fixture
def stranger(person):
    return person("stranger")
