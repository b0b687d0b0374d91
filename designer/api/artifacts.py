"""Files: upload, download."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.artifacts import ArtifactRef, check_digest
from agentcluster.errors import BadInputError, NotFoundError
from agentcluster.security.permissions import visible
from designer.actions.mentions import find_mentioned
from designer.actions.upload_artifact import upload_artifact
from designer.api.artifact_schemas import UploadBody, Uploaded
from designer.api.download import Download, download
from designer.api.examples import UPLOADED
from designer.api.finding import find_project, find_run, user_of
from designer.models import Upload


def as_uploaded(upload: Upload) -> dict[str, object]:
    """Return an upload as JSON, with the reference to put into an input."""
    ref = ArtifactRef(digest=upload.digest, size=upload.size, media_type=upload.media_type, name=upload.name)
    fields = ("digest", "size", "media_type", "name")
    return {**{name: getattr(upload, name) for name in fields}, "ref": ref.to_value()}


class ArtifactsView(APIView):
    """Takes files in."""

    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="upload_artifact",
        request={"multipart/form-data": UploadBody},
        responses={201: Uploaded},
        examples=[OpenApiExample("A CSV file", UPLOADED, response_only=True)],
        tags=["artifacts"],
    )
    def post(self, request: Request) -> Response:
        """Upload a file; put the answered ``ref`` where an input wants a file. 413 when it is too large."""
        file = request.FILES.get("file")
        if file is None:
            raise BadInputError("Send the file as the form field “file”.", field="/file")
        user = user_of(request)
        project = find_project(user, request.POST.get("project"))
        upload = upload_artifact(user, project, file, name=file.name or "", media_type=file.content_type or "")
        return Response(as_uploaded(upload), status=201)


class UploadedView(APIView):
    """An uploaded file."""

    @extend_schema(
        operation_id="download_upload",
        responses={(200, "*/*"): OpenApiTypes.BINARY},
        tags=["artifacts"],
    )
    def get(self, request: Request, digest: str) -> Download:
        """Download a file that was uploaded to one of your projects."""
        upload = visible(Upload.objects.filter(digest=check_digest(digest)), user_of(request)).first()
        if upload is None:
            raise NotFoundError("There is no such file, or you may not see it.")
        return download(upload.digest, upload.media_type, upload.name)


class RunArtifactView(APIView):
    """A file that a run worked with."""

    @extend_schema(
        operation_id="download_run_artifact",
        responses={(200, "*/*"): OpenApiTypes.BINARY},
        tags=["artifacts"],
    )
    def get(self, request: Request, run_id: str, digest: str) -> Download:
        """Download an artifact that the run's input, output or events mention."""
        ref = find_mentioned(find_run(user_of(request), run_id), check_digest(digest))
        return download(ref.digest, ref.media_type, ref.name)
