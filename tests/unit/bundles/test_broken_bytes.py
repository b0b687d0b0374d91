"""Whatever bytes come: the checks end, say what is wrong, and nothing is raised or unpacked."""

import contextlib
import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.bundles.checking import check_bundle
from agents.domain.bundle.plain_yaml import BadYamlError, read
from tests.unit.bundles.making import MANIFEST, good, signed

PLAIN = good()
SIGNED = signed(PLAIN, check_bundle(io.BytesIO(PLAIN)).identity)


@pytest.mark.parametrize("seed", range(20))
def test_changed_bytes_are_found_or_change_nothing(seed: int) -> None:
    chance = random.Random(seed)
    whole = check_bundle(io.BytesIO(SIGNED))
    for _ in range(100):
        data = bytearray(SIGNED)
        for _ in range(chance.choice([1, 1, 2, 8])):
            data[chance.randrange(len(data))] = chance.choice([0, 0xFF, chance.randrange(256)])
        found = check_bundle(io.BytesIO(bytes(data)))
        assert not found.ok or found.identity == whole.identity
        assert found.ok or any(not check.ok for check in found.checks)


@pytest.mark.parametrize("length", [*range(0, 60), *range(60, len(PLAIN), 37)])
def test_whatever_is_cut_off_is_refused(length: int) -> None:
    assert not check_bundle(io.BytesIO(PLAIN[:length])).ok


@given(st.binary(max_size=2000))
def test_any_bytes_are_refused(data: bytes) -> None:
    assert not check_bundle(io.BytesIO(data)).ok


@settings(max_examples=300)
@given(st.text(max_size=300), st.integers(0, len(MANIFEST)))
def test_any_text_in_a_manifest_is_read_or_refused(text: str, where: int) -> None:
    with contextlib.suppress(BadYamlError):
        read(MANIFEST[:where] + text + MANIFEST[where:])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from([
    *("name", "version", "title", "description", "capabilities", "intent", "entry_point", "category", "icon"),
    *("limits", "network", "memory", "models", "toolset", "cost", "cpu_bound", "runtime", "strange"),
])  # fmt: skip


@settings(max_examples=300)
@given(st.dictionaries(FIELDS, VALUES, min_size=1, max_size=4))
def test_wrong_types_anywhere_are_named(changes: dict) -> None:
    import yaml

    from agents.domain.bundle import pack
    from tests.unit.bundles.making import files

    manifest = {**yaml.safe_load(MANIFEST), **changes}
    found = check_bundle(io.BytesIO(pack(files(yaml.safe_dump(manifest, allow_unicode=True)))))
    assert found.ok or all(check.message for check in found.checks if not check.ok)
