"""Where the rivals are, and which of them are there."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
HOME: Final = ROOT / ".toolchain" / "rivals"
PYTHON: Final = HOME / "venv" / "bin" / "python"
RESTATE: Final = HOME / "restate" / "node_modules" / ".bin" / "restate-server"
TEMPORAL: Final = PYTHON.parent / "temporal"
_PACKAGES: Final = {"dbos": "dbos", "temporal": "temporalio", "restate": "restate", "langgraph-sqlite": "langgraph",
                    "langgraph-postgres": "langgraph"}  # fmt: skip
_PROGRAMS: Final = {"temporal": TEMPORAL, "restate": RESTATE}
HOW: Final = "`make bench-rivals` installs it"


def why_missing(measurement: str) -> str:
    """Return why a measurement cannot be made; empty when it can."""
    package = _PACKAGES.get(measurement)
    if package is None:
        return ""
    if not PYTHON.exists() or not [*PYTHON.parent.parent.glob(f"lib/python*/site-packages/{package}")]:
        return f"not installed; {HOW}"
    program = _PROGRAMS.get(measurement)
    return "" if program is None or program.exists() else f"no {program.name}; {HOW}"
