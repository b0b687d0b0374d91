"""The token of this machine's owner: lets the command line work without set-up where the data folder can be read.

Whoever can read the folder has the database and the secret key too, so the file (mode 0600) gives nothing away.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from django.contrib.auth.models import User

NAME: Final = "cli_token"
TITLE: Final = "Command line on the server"


def read(home: Path) -> str:
    """Return the secret kept in the data folder, or an empty string when there is none to be read."""
    try:
        return (home / NAME).read_text().strip()
    except OSError:
        return ""


def ensure(user: "User", home: Path) -> None:
    """Keep a living token of ``user`` in the data folder; one that works already is left as it is."""
    # Imported here: whoever only reads the file, as the command line does, needs no Django.
    from agentcluster.security import tokens

    secret = read(home)
    if secret and tokens.find(secret) is not None:
        return
    draft = home / f"{NAME}.new"
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(tokens.create(user, TITLE))
    draft.replace(home / NAME)
