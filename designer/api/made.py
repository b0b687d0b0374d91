"""How a request that makes a run is answered."""

from typing import Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from designer.api.finding import find_run, user_of
from designer.api.run_schemas import RunDetail
from designer.models import Run

KEY: Final = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Up to 200 characters of your choice: the same key and body again answers the first run",
)


def made(request: Request, run: Run, new: bool, status: int = 201) -> Response:
    """Answer a run's detail and address: with ``status`` when it is new, 200 when it was made by the same key before."""
    location = request.build_absolute_uri(f"/api/v1/runs/{run.pk}")
    detail = dict(RunDetail(run if new else find_run(user_of(request), run.pk)).data)
    return Response(detail, status=status if new else 200, headers={"Location": location})


def key_of(request: Request) -> str:
    """Return the ``Idempotency-Key`` of the request, empty when it has none."""
    return request.headers.get("Idempotency-Key", "")
