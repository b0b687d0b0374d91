"""The order of semantic versions."""

from agents.domain.semver import newest, sort_key


def test_order_of_the_specification():
    order = [
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
    ]
    assert sorted(reversed(order), key=sort_key) == order


def test_newest():
    assert newest({"2.9.0", "2.10.0", "2.10.0-rc.1"}) == "2.10.0"
    assert newest(set()) == ""
