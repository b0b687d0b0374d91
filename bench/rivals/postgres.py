"""A PostgreSQL that keeps what it says it keeps: the tests' one runs without fsync."""

from agentcluster.up import embedded
from tests.postgres import Postgres


class DurablePostgres(Postgres):
    """With PostgreSQL's own defaults: each commit is on disk."""

    def start(self) -> None:
        """Start the server."""
        options = f"-p {self.port} -k '' -c listen_addresses={embedded.LOOPBACK} -c max_connections=200"
        self._run("pg_ctl", "-D", str(self.data), "-l", str(self.folder / "log"), "-o", options, "-w", "start")
