"""Settings of what becomes of finished runs."""

from agentcluster.environment import count

ARCHIVE_AFTER_S = count("ARCHIVE_AFTER_S", "60", 0)
"""Seconds after their end that runs stay in Redis, where live traces and quick reloads read them."""
ARTIFACT_GRACE_S = count("ARTIFACT_GRACE_H", "24", 0) * 3600
"""How long a file stays that nothing mentions any more."""
TRACE_SOCKETS_PER_USER = count("TRACE_SOCKETS_PER_USER", "50", 1)
"""Live traces (WebSockets and event streams) one account may have open in a web process."""
