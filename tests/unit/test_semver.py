"""Which version is the newest?"""

from agents.domain.semver import newest


def test_numbers_count_as_numbers_and_a_release_beats_its_candidates():
    assert newest({"2.9.0", "2.10.0", "2.10.0-rc.1"}) == "2.10.0"


def test_what_is_no_version_comes_last():
    assert newest({"latest", "0.1.0"}) == "0.1.0"


def test_of_none_there_is_none():
    assert newest(set()) == ""
