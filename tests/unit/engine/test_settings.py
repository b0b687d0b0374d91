"""Redis addresses as Celery and redis-py want them."""

import pytest

from agentcluster.celery_settings import broker_url, transport_options
from agentcluster.streams.connections import async_pool, sync_client
from agentcluster.streams.errors import RedisUrlError
from designer.engine.bootstep import EngineStep


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://localhost:6379/0", "redis://localhost:6379/0"),
        ("unix:///run/redis.sock?db=1", "redis+socket:///run/redis.sock?db=1"),
        ("rediss://h:6379/0", "rediss://h:6379/0?ssl_cert_reqs=required"),
        ("rediss://h:6379/0?ssl_cert_reqs=none", "rediss://h:6379/0?ssl_cert_reqs=none"),
        ("sentinel://:pw@a:1,b:2/mymaster/3", "sentinel://:pw@a:1/3;sentinel://:pw@b:2/3"),
    ],
)
def test_the_broker_is_the_redis_of_everything_else(url: str, expected: str) -> None:
    assert broker_url(url) == expected


def test_sentinel_needs_the_name_of_the_master() -> None:
    assert transport_options("sentinel://a:1/mymaster/3")["master_name"] == "mymaster"
    assert "master_name" not in transport_options("redis://localhost")
    with pytest.raises(RedisUrlError):
        sync_client("sentinel://a:1")


async def test_sentinel_pools_follow_the_master() -> None:
    pool = async_pool("sentinel://user:pw@a:1,b:2/mymaster/3")
    assert pool.connection_kwargs["db"] == 3
    assert pool.connection_kwargs["username"] == "user"
    assert type(pool.make_connection()).__name__ == "SentinelManagedConnection"


@pytest.mark.parametrize("url", ["http://localhost", "localhost:6379"])
def test_an_address_that_is_none_is_refused_with_the_way_to_write_it(url: str) -> None:
    with pytest.raises(RedisUrlError, match="redis://"):
        sync_client(url)
    with pytest.raises(RedisUrlError):
        async_pool(url)


def test_only_workers_of_the_queue_runs_drive_runs() -> None:
    class Worker:
        def __init__(self, *queues: str) -> None:
            self.app = self.amqp = self.queues = self
            self.consume_from = dict.fromkeys(queues)
            self.steps: list[object] = []

    assert EngineStep.include_if(object.__new__(EngineStep), Worker("runs"))
    assert not EngineStep.include_if(object.__new__(EngineStep), Worker("jobs"))
