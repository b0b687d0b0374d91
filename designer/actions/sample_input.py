"""The sample input of a template, made ready to run: its files are uploaded to a project, once."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User

from agentcluster.artifacts import ArtifactRef
from agentcluster.security.models import Project
from agentcluster.security.permissions import Action, allows, role_in
from designer.actions.upload_artifact import upload_artifact
from designer.models import Upload
from designer.samples import Template, sample_file


def ready_input(user: User, project: Project, template: Template) -> dict[str, Any]:
    """Return the template's input with references in place of its sample files, uploading those not there yet.

    Who may not upload to the project gets the input without the files that nobody has uploaded.
    """
    may_upload = allows(role_in(user, project), Action.UPLOAD)
    found = {
        name: _ready(user, project, template.name, value, may_upload) for name, value in template.sample_input.items()
    }
    return {name: value for name, value in found.items() if value is not None}


def _ready(user: User, project: Project, template: str, value: Any, may_upload: bool) -> Any:
    if not isinstance(value, dict) or set(value) != {"sample"}:
        return value
    path = sample_file(template, value["sample"])
    upload = Upload.objects.filter(project=project, digest=_digest(path), name=path.name).first()
    if upload is None:
        if not may_upload:
            return None
        with path.open("rb") as file:
            upload = upload_artifact(user, project, file, name=path.name)
    return ArtifactRef(
        digest=upload.digest, size=upload.size, media_type=upload.media_type, name=upload.name
    ).to_value()


@cache
def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
