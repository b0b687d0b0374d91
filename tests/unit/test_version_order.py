"""The text the database sorts by follows rule 11 of semver.org."""

from hypothesis import given
from hypothesis import strategies as st
from semver import Version

from agents.registry.versions import sort_key

numbers = st.integers(min_value=0, max_value=10**9)
identifiers = st.one_of(numbers.map(str), st.from_regex(r"[0-9]{0,3}[a-zA-Z-][0-9a-zA-Z-]{0,6}", fullmatch=True))
prereleases = st.none() | st.lists(identifiers, min_size=1, max_size=4).map(".".join)
versions = st.builds(Version, numbers, numbers, numbers, prereleases)


@given(versions, versions)
def test_text_sorts_as_versions_do(one, other):
    assert (sort_key(one) < sort_key(other)) == (one < other)


@given(versions)
def test_the_text_survives_any_collation(version):
    assert set(sort_key(version)) <= set("0123456789abcdef")


def test_the_longest_version_fits_the_column():
    longest = "1.0.0-" + ".".join("a" * 17)
    assert len(longest) <= 40
    assert len(sort_key(Version.parse(longest))) <= 160
