"""Which engines a node knows: a JSON list in ``LLM_ENGINES``, or in the file ``LLM_ENGINES_FILE``.

Read again when it changes, so engines come and go without a restart. Keys never stand in it, only the names of the
environment variables that hold them.
"""

import os
import re
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from agents.llm.engine import Engine, Price
from agents.llm.engines import AnthropicEngine, OllamaEngine, OpenAIEngine, anthropic, ollama, openai
from agents.llm.errors import BadConfigurationError
from agents.llm.offline.engine import NAME, OfflineEngine
from agents.llm.router import Router

FILE: Final = "LLM_ENGINES_FILE"
MOST: Final = 50
_URLS: Final = {"openai": openai.DEFAULT_URL, "anthropic": anthropic.DEFAULT_URL, "ollama": ollama.DEFAULT_URL}
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


class EngineConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One engine; see docs/configuration.md."""

    name: str
    kind: Literal["openai", "anthropic", "ollama", "offline"]
    model: str = ""
    base_url: str = ""
    api_key_env: str = ""
    price_per_1k: Price = Price()
    timeout_s: float = 60.0
    json_mode: openai.JsonMode = "schema"
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"


def source() -> str:
    """Return the configuration's text, empty when there is none; BadConfigurationError when its file cannot be read."""
    path = os.environ.get("LLM_ENGINES_FILE", "")
    if not path:
        return os.environ.get("LLM_ENGINES", "")
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfigurationError(f"{FILE}: '{path}' cannot be read.") from error


def check() -> None:
    """Read the configuration; BadConfigurationError says what is wrong with it."""
    parse(source())


def parse(text: str) -> tuple[EngineConfig, ...]:
    """Return the engines of a JSON list; BadConfigurationError says what is wrong with it."""
    if not text.strip():
        return ()
    try:
        found = msgspec.json.decode(text, type=tuple[EngineConfig, ...])
    except msgspec.MsgspecError as error:
        raise BadConfigurationError(f"The list of engines cannot be read: {error}.") from error
    if len(found) > MOST:
        raise BadConfigurationError(f"The list names more than {MOST} engines.")
    for each in found:
        _check(each)
    names = [each.name for each in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BadConfigurationError(f"The list of engines names '{twice}' twice.")
    return found


def build(config: EngineConfig) -> Engine:
    """Return the engine a configuration describes."""
    if config.kind == "offline":
        return OfflineEngine()
    base_url = config.base_url or _URLS[config.kind]
    shared: dict[str, Any] = {
        "name": config.name,
        "base_url": base_url,
        "model": config.model,
        "api_key_env": config.api_key_env,
        "price": config.price_per_1k,
        "timeout_s": config.timeout_s,
    }
    match config.kind:
        case "anthropic":
            return AnthropicEngine(**shared)
        case "ollama":
            return OllamaEngine(**shared)
        case "openai":
            return OpenAIEngine(**shared, json_mode=config.json_mode, max_tokens_field=config.max_tokens_field)


def apply(router: Router, before: tuple[EngineConfig, ...], now: tuple[EngineConfig, ...]) -> None:
    """Bring the router from one list of engines to another; engines that stay the same keep their record."""
    known = {each.name: each for each in before}
    for gone in known.keys() - {each.name for each in now}:
        router.remove(gone)
    for each in now:
        if known.get(each.name) != each:
            router.register(each.name, build(each))


class Configured:
    """A router that follows the environment. Without any engine configured it has the offline one."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self.router = Router()
        self._text: str | None = None
        self._configs: tuple[EngineConfig, ...] = ()

    def current(self) -> Router:
        """Return the router as the configuration is now; BadConfigurationError."""
        text = source()
        if text != self._text:
            configs = parse(text) or (EngineConfig(NAME, "offline"),)
            apply(self.router, self._configs, configs)
            self._text, self._configs = text, configs
        return self.router


def _check(config: EngineConfig) -> None:
    if not _NAME.fullmatch(config.name):
        raise BadConfigurationError(f"'{config.name}' is not a name for an engine: use small letters, digits, '.-_'.")
    if config.kind != "offline" and not config.model:
        raise BadConfigurationError(f"The engine '{config.name}' needs a model.")
    if config.base_url and not config.base_url.startswith(("http://", "https://")):
        raise BadConfigurationError(f"The base_url of '{config.name}' begins with http:// or https://.")
    if config.timeout_s <= 0 or min(config.price_per_1k.input, config.price_per_1k.output) < 0:
        raise BadConfigurationError(f"The time-out of '{config.name}' is above 0 s, and its prices are not negative.")
