"""Engines by environment or file, read again when they change."""

import json
from pathlib import Path
from typing import Any

import pytest

from agents.llm.configuration import Configured, parse
from agents.llm.errors import BadConfigurationError

LOCAL = {"name": "local", "kind": "ollama", "model": "llama3"}
CLOUD = {
    "name": "cloud",
    "kind": "openai",
    "model": "m",
    "api_key_env": "CLOUD_KEY",
    "price_per_1k": {"input": 0.1, "output": 0.3},
}


def test_without_configuration_there_is_the_offline_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLM_ENGINES", raising=False)
    monkeypatch.delenv("LLM_ENGINES_FILE", raising=False)
    assert Configured().current().names == ("offline",)


def test_a_file_is_read_again_when_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "engines.json"
    monkeypatch.setenv("LLM_ENGINES_FILE", str(file))
    configured = Configured()
    with pytest.raises(BadConfigurationError, match="cannot be read"):
        configured.current()
    file.write_text(json.dumps([LOCAL, CLOUD]))
    router = configured.current()
    local, cloud = router.get("local"), router.get("cloud")
    assert (router.names, cloud.engine.price.output, cloud.engine.base_url) == (
        ("local", "cloud"),
        0.3,
        "https://api.openai.com/v1",
    )
    file.write_text(json.dumps([LOCAL, {**CLOUD, "model": "n"}, {"name": "claude", "kind": "anthropic", "model": "c"}]))
    assert configured.current() is router
    assert router.get("local") is local
    assert router.get("cloud") is not cloud
    assert (router.get("cloud").engine.model, router.names) == ("n", ("local", "cloud", "claude"))
    file.write_text("[]")
    assert configured.current().names == ("offline",)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([{**LOCAL, "api_key": "s"}], "unknown field `api_key`"),
        ([{**LOCAL, "kind": "other"}], "Invalid enum value 'other'"),
        ([{**LOCAL, "name": "My engine"}], "not a name"),
        ([{**LOCAL, "model": ""}], "needs a model"),
        ([{**LOCAL, "base_url": "ftp://x"}], "http://"),
        ([{**LOCAL, "timeout_s": 0}], "above 0 s"),
        ([{**LOCAL, "price_per_1k": {"input": -1}}], "not negative"),
        ([LOCAL, LOCAL], "'local' twice"),
        ([{**LOCAL, "name": f"e{number}"} for number in range(51)], "more than 50"),
        ("no", "cannot be read"),
    ],
)
def test_mistakes_are_told(entries: Any, message: str) -> None:
    with pytest.raises(BadConfigurationError, match=message):
        parse(json.dumps(entries))
