"""Engines behind HTTP: one file for each interface."""

from agents.llm.engines.anthropic import AnthropicEngine
from agents.llm.engines.ollama import OllamaEngine
from agents.llm.engines.openai import OpenAIEngine

__all__ = ["AnthropicEngine", "OllamaEngine", "OpenAIEngine"]
