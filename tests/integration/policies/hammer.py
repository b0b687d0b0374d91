"""A process that takes from a bucket as fast as it can: ``python -m … <redis url> <bucket> <seconds>`` prints how many it got."""

import sys
import time

from agentcluster.streams.buckets import Buckets
from agentcluster.streams.connections import sync_client


def main(url: str, name: str, seconds: float) -> int:
    buckets, got = Buckets(sync_client(url)), 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got += not buckets.take(name, rate=200, burst=50).wait_s
    return got


if __name__ == "__main__":
    print(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
