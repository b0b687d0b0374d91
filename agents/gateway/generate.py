"""``python -m agents.gateway.generate``: write the code for the gateway's ``.proto`` anew; a test holds the two together."""

import sys
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parent.parent.parent
SOURCE: Final = PROJECT / "proto" / "agentcluster" / "v1"
PACKAGE: Final = "agents/gateway/generated"


def generate(folder: Path) -> None:
    """Write the modules below ``folder``; RuntimeError when the ``.proto`` is not sound.

    The source folder is mapped to the package's path, so that the modules import each other from there: a Python
    package ``agentcluster`` stands already, and is no place for them.
    """
    from grpc_tools import protoc  # only whoever generates needs it

    arguments = [
        "protoc",
        f"--proto_path={PACKAGE}={SOURCE}",
        f"--python_out={folder}",
        f"--pyi_out={folder}",
        f"--grpc_python_out={folder}",
        f"{PACKAGE}/agent_service.proto",
    ]
    code = protoc.main(arguments)
    if code:
        raise RuntimeError(f"protoc ended with {code}")


if __name__ == "__main__":
    generate(PROJECT)
    sys.exit(0)
