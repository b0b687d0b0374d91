"""On how many NATS servers a bucket is kept."""

import pytest

from agentcluster.messaging.replicas import BadReplicasError, wanted_replicas

THREE = "nats://a:4222,nats://b:4222,nats://c:4222"
CLUSTER = {"cluster": "main", "connect_urls": ["10.0.0.1:4222", "10.0.0.2:4222", "10.0.0.3:4222"]}


@pytest.mark.parametrize(
    ("url", "info", "expected"),
    [
        ("nats://a:4222", {}, 1),
        (THREE, {}, 1),
        ("nats://a:4222", CLUSTER, 3),
        (THREE, {"cluster": "main"}, 3),
        ("nats://a:4222", {"cluster": "main", "connect_urls": ["10.0.0.1:4222"]}, 1),
    ],
)
def test_the_size_of_the_cluster_decides(monkeypatch, url, info, expected):
    monkeypatch.delenv("NATS_REPLICAS", raising=False)
    assert wanted_replicas(url, info) == expected


def test_the_setting_goes_before_that(monkeypatch):
    monkeypatch.setenv("NATS_REPLICAS", "5")
    assert wanted_replicas("nats://a:4222", {}) == 5


@pytest.mark.parametrize("given", ["0", "2", "many", "-1", "7"])
def test_a_setting_that_makes_no_sense_is_refused(monkeypatch, given):
    monkeypatch.setenv("NATS_REPLICAS", given)
    with pytest.raises(BadReplicasError, match="must be 1, 3 or 5"):
        wanted_replicas("nats://a:4222", {})
