"""The installation's secret key: made on first start, readable by its owner only, never a default."""

import os
import secrets
from pathlib import Path


def load_or_create(home: Path) -> str:
    """Return the key kept in ``<home>/secret_key``, creating it (mode 0600) when it is not there."""
    path = home / "secret_key"
    home.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    key = secrets.token_urlsafe(64)
    with os.fdopen(handle, "w") as file:
        file.write(key)
    return key
