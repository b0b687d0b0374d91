"""How an accepted run gets to an engine worker. The SQL row is committed first; this is only a hint.

When Redis is away the run is not lost: the reaper finds its row within seconds of Redis coming back.
"""

from collections.abc import Iterable

from agentcluster.streams import blocking
from agentcluster.streams.shared import shared_client
from designer.engine.request import RunRequest, encode_request


def submit(requests: Iterable[RunRequest]) -> int:
    """Hint at runs whose rows are committed, all in one round trip; return how many.

    Raises ``StreamsUnavailableError`` when Redis is away, which callers may ignore: see above.
    """
    hints = ((request.priority, encode_request(request)) for request in requests)
    return blocking.add_mixed_hints(shared_client(), hints)
