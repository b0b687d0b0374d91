"""Token buckets that all processes share, and the entry that asks them."""

import asyncio
import subprocess
import sys
import time

import pytest
from django.contrib.auth.models import Group

from agentcluster.streams.buckets import AsyncBuckets, Buckets
from agentcluster.streams.connections import sync_client
from agentcluster.streams.errors import StreamsUnavailableError
from agents.domain.policy import Match, Policy, PolicySet
from agents.policies import limits, live
from agents.policies.errors import RateLimitedError
from designer.models import Run
from tests.integration.api.conftest import editor, member, project, published, workflow  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def redis(settings, redis_url):
    settings.REDIS_URL = redis_url
    client = sync_client(redis_url)
    client.flushdb()
    limits._away.until = 0.0  # a test before this one may have found no Redis
    yield client
    client.close()


@pytest.fixture
def api(client_of, editor):  # noqa: F811
    return client_of(editor)


def use(*policies, number=1):
    live.replace(PolicySet(number, policies))


def limit(name, per, burst, rate=0.001, **match):
    return Policy(name, "rate_limit", Match(**match), {"per": per, "rate": rate, "burst": burst})


def test_processes_share_a_bucket_to_the_token(redis_url):
    command = [sys.executable, "-m", "tests.integration.policies.hammer", redis_url, "shared", "2"]
    begin = time.monotonic()
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    given = [int(worker.communicate(timeout=60)[0]) for worker in workers]
    passed = time.monotonic() - begin
    # Never more than the burst and what has dripped in; and most of that, unless the machine is very busy.
    assert 100 < sum(given) <= 50 + passed * 200 + 1


def test_a_bucket_says_how_long_to_wait(redis):
    buckets = Buckets(redis)
    assert [buckets.take("b", rate=0.5, burst=3).wait_s for _ in range(3)] == [0, 0, 0]
    assert 1.5 < buckets.take("b", rate=0.5, burst=3).wait_s <= 2
    some = buckets.take("c", rate=1, burst=10, cost=4)
    assert (some.wait_s, some.left) == (0, 6)
    assert buckets.take("c", rate=1, burst=10, cost=8).left == 6
    assert not buckets.take("d", rate=1, burst=5, cost=50).wait_s
    assert all(0 < redis.ttl(key) < 3600 for key in redis.keys("limit:*"))


async def test_asyncio_code_shares_the_same_bucket(redis, redis_url):
    buckets = AsyncBuckets(redis_url)
    answers = await asyncio.gather(*(buckets.take("s", rate=0.001, burst=4) for _ in range(6)))
    assert sum(not answer.wait_s for answer in answers) == 4
    assert Buckets(redis).take("s", rate=0.001, burst=4).wait_s
    await buckets.close()


def test_without_redis_a_bucket_says_so_and_the_entry_counts_nobody(settings, staff):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(StreamsUnavailableError):
        Buckets(sync_client(settings.REDIS_URL)).take("b", rate=1, burst=1)
    begin = time.monotonic()
    for _ in range(200):
        limits.check_start(user=staff)
    assert time.monotonic() - begin < 3
    limits._away.until = 0.0


def test_each_user_has_the_default_and_others_have_what_a_policy_says(staff, partner):
    with pytest.raises(RateLimitedError) as told:
        _start_often(staff, 10_000)  # on a busy machine the bucket fills in between
    assert told.value.data == {"retry_after": 1, "policy": "default", "per": "user"}
    limits.check_start(user=partner, token="t", address="10.0.0.1", workflow="w")
    use(limit("flows", "workflow", 2), limit("addresses", "address", 5), limit("partners", "user", 3, tag="partners"))
    for _ in range(2):
        limits.check_start(user=partner, workflow="w")
    with pytest.raises(RateLimitedError, match="runs of this workflow"):
        limits.check_start(user=partner, workflow="w")
    with pytest.raises(RateLimitedError, match="partners"):
        limits.check_start(user=partner, workflow="other")
    for _ in range(5):
        limits.check_start(address="10.0.0.2")
    with pytest.raises(RateLimitedError, match="this address"):
        limits.check_start(address="10.0.0.2")
    limits.check_start(address="10.0.0.3")
    for number in range(5):
        limits.check_start(address=f"2001:db8:1:2::{number}")
    with pytest.raises(RateLimitedError, match="this address"):
        limits.check_start(address="2001:db8:1:2::5")
    limits.check_start(address="2001:db8:1:3::1")


def _start_often(user, count):
    for _ in range(count):
        limits.check_start(user=user)


def test_who_joins_a_group_has_its_limit_at_once(staff):
    use(limit("partners", "user", 1, tag="partners"))
    limits.check_start(user=staff)
    limits.check_start(user=staff)
    staff.groups.add(Group.objects.create(name="partners"))
    limits.check_start(user=staff)
    with pytest.raises(RateLimitedError):
        limits.check_start(user=staff)


def test_whether_groups_count_is_asked_of_each_set_anew(staff, monkeypatch):
    staff.groups.add(Group.objects.create(name="partners"))
    use(limit("others", "user", 1000))
    limits.check_start(user=staff)
    monkeypatch.setattr(live, "_known", live._Known(PolicySet()))
    use(limit("partners", "user", 1, tag="partners"))
    limits.check_start(user=staff)
    with pytest.raises(RateLimitedError):
        limits.check_start(user=staff)


@pytest.mark.django_db(transaction=True)
def test_a_start_too_many_gets_429_and_makes_no_run(published, api):  # noqa: F811
    use(limit("slow", "user", 2))
    path = f"/api/v1/workflows/{published['id']}/runs"
    body = {"input": {"name": "Ada"}}
    assert [api.post(path, body).status_code for _ in range(2)] == [202, 202]
    late = api.post(path, body)
    assert (late.status_code, late.json()["code"], late.json()["policy"]) == (429, "rate_limited", "slow")
    assert int(late["Retry-After"]) > 500
    assert api.post(f"{path}/batch", {"runs": [body]}).status_code == 429
    run = Run.objects.first()
    assert api.post(f"/api/v1/runs/{run.pk}/replay", {}).status_code == 429
    assert api.get(f"/api/v1/runs/{run.pk}").status_code == 200
    assert Run.objects.count() == 2
    use(limit("slow", "user", 2, rate=1000), number=2)
    time.sleep(0.01)
    assert api.post(path, body).status_code == 202
