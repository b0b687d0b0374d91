"""Settings that make no sense are refused with the variable's name."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from agentcluster.environment import count, listed, seconds


def test_what_is_not_set_or_empty_has_its_default(monkeypatch):
    monkeypatch.delenv("SOME_NUMBER", raising=False)
    assert count("SOME_NUMBER", "7", 0) == 7
    monkeypatch.setenv("SOME_NUMBER", "")
    assert count("SOME_NUMBER", "7", 0) == 7
    assert seconds("SOME_NUMBER", "2.5") == 2.5


def test_a_list_loses_spaces_and_gaps(monkeypatch):
    monkeypatch.setenv("SOME_LIST", " a, ,b,")
    assert listed("SOME_LIST") == ["a", "b"]


@pytest.mark.parametrize("given", ["x", "-1", "1.5", "0"])
def test_a_count_that_is_none_is_refused(monkeypatch, given):
    monkeypatch.setenv("SOME_NUMBER", given)
    with pytest.raises(ImproperlyConfigured, match="SOME_NUMBER"):
        count("SOME_NUMBER", "7", 1)


@pytest.mark.parametrize("given", ["x", "-1", "0", "nan", "inf"])
def test_a_time_that_is_none_is_refused(monkeypatch, given):
    monkeypatch.setenv("SOME_TIME", given)
    with pytest.raises(ImproperlyConfigured, match="SOME_TIME"):
        seconds("SOME_TIME", "1")
