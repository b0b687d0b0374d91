"""The page's text font for images too, on machines that do not have it."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_VARIABLE: Final = "FONTCONFIG_FILE"
_CONFIGURATION: Final = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{folder}</dir>
</fontconfig>
"""


@contextlib.contextmanager
def bundled_font() -> Iterator[None]:
    """Let programs started within find Inter by fontconfig; a configuration of the operator's own stays."""
    if os.environ.get(_VARIABLE):
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "fonts.conf"
        file.write_text(_CONFIGURATION.format(folder=Path(__file__).with_name("fonts")), encoding="utf-8")
        os.environ[_VARIABLE] = str(file)
        try:
            yield
        finally:
            del os.environ[_VARIABLE]
