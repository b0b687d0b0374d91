import msgspec
import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from agents.domain.manifest import IntentSchema, Manifest

CSV_PARSE = Manifest(
    name="csv-parse",
    version="1.2.0",
    title={"en": "Parse CSV", "zh-Hans": "解析表格"},
    description={"en": "Turns a CSV file into a table.", "zh-Hans": "把 CSV 文件变成表。"},
    capabilities=("csv-parse", "table-read"),
    intent=IntentSchema(
        input={
            "type": "object",
            "required": ["file"],
            "properties": {
                "file": {"type": "object", "title": "File", "x-type": "file", "description": "The CSV"},
                "separator": {"type": "string", "default": ","},
            },
        },
        output={"type": "object", "properties": {"table": {"type": "object", "x-type": "table"}}},
    ),
    entry_point="agents.tools.csv_parse.run:run",
    category="data",
    icon="table",
)


def manifest(**changes) -> Manifest:
    return msgspec.structs.replace(CSV_PARSE, **changes)


@pytest.fixture
def user(db) -> User:
    return User.objects.create_user("ada")


@pytest.fixture
def api(user) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client
