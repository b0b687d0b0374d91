"""The identity of an agent version."""

import msgspec
import pytest

from agents.domain.manifest import Manifest, canonical, identity
from agents.tools import builtin


@pytest.mark.parametrize("manifest", builtin(["file-reader", "csv-parse"]), ids=lambda manifest: manifest.name)
def test_a_manifest_that_has_travelled_has_the_same_identity(manifest):
    assert identity(msgspec.json.decode(canonical(manifest), type=Manifest)) == identity(manifest)


def test_another_content_is_another_identity():
    (manifest,) = builtin(["file-reader"])
    assert identity(msgspec.structs.replace(manifest, icon="bolt")) != identity(manifest)
    assert identity(manifest, {"a.py": "sha256:0"}) != identity(manifest)
