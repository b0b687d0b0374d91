"""The Celery side: tasks that do nothing, chained by ten; set up as Celery comes, without a result back end."""

import os

import redis
from celery import Celery, Task

app = Celery("chain", broker=os.environ["REDIS_URL"])
app.conf.task_ignore_result = True
app.conf.task_default_queue = "chain"
app.conf.broker_connection_retry_on_startup = True
_client = redis.Redis.from_url(os.environ["REDIS_URL"])


@app.task(name="chain.step", bind=True)
def step(self: Task, value: dict[str, object]) -> dict[str, object]:
    """Return the input, as ``bench-noop`` does."""
    return value


@app.task(name="chain.last", bind=True)
def last(self: Task, value: dict[str, object]) -> None:
    """End a chain and count it."""
    _client.incr("chains")
