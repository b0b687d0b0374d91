"""The people and projects of the API's tests."""

from tests.integration.api.conftest import (  # noqa: F401
    api,
    client_of,
    editor,
    member,
    project,
    published,
    registry,
    with_redis,
    workflow,
)
