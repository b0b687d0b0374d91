"""Take in a file: into the artifact store by its content, and into the project's list of uploads."""

import mimetypes
import re
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from django.contrib.auth.models import User
from django.db import transaction

from agentcluster import artifacts
from agentcluster.security import permissions
from agentcluster.security.models import Project
from agentcluster.security.permissions import Action
from designer.actions import audit
from designer.models import Upload

_MEDIA_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+")
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_NAME_LENGTH: Final = 255
_MEDIA_TYPE_LENGTH: Final = 120
_KNOWN: Final = {".csv": "text/csv", ".tsv": "text/tab-separated-values", ".json": "application/json"}


def upload_artifact(
    user: User, project: Project, file: BinaryIO, *, name: str, media_type: str = "", max_bytes: int | None = None
) -> Upload:
    """Store the file's bytes, streamed, and return the upload; the same content and name again gives the same one.

    Raises:
        ForbiddenError: the user may not upload to the project.
        TooLargeError: the file has more than ``max_bytes``.
    """
    permissions.require(user, Action.UPLOAD, project)
    name = safe_name(name)
    reference = artifacts.put_stream(file, media_type_of(name, media_type), name, max_bytes=max_bytes)
    with transaction.atomic():
        upload, created = Upload.objects.get_or_create(
            project=project,
            digest=reference.digest,
            name=name,
            defaults={"media_type": reference.media_type, "size": reference.size, "created_by": user},
        )
        if created:
            audit.record(user, "artifact.upload", project, reference.digest, name, size=reference.size)
    return upload


def safe_name(name: str) -> str:
    """Return the last part of a file name without characters that mean something to a file system or a browser."""
    base = PurePosixPath(name.replace("\\", "/")).name
    cleaned = _UNSAFE.sub("_", base).strip(" .") or "file"
    stem, dot, suffix = cleaned.rpartition(".")
    room = _NAME_LENGTH - len(suffix) - 1
    return f"{stem[:room]}.{suffix}" if dot and len(suffix) < 16 else cleaned[:_NAME_LENGTH]


def media_type_of(name: str, given: str) -> str:
    """Return the media type the sender stated, or the one the name suggests when that says nothing."""
    stated = given.partition(";")[0].strip().lower()
    if _MEDIA_TYPE.fullmatch(stated) and len(stated) <= _MEDIA_TYPE_LENGTH and stated != "application/octet-stream":
        return stated
    suffix = PurePosixPath(name.lower()).suffix
    return _KNOWN.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
