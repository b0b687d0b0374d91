"""Finds the files Vite built, by its manifest (https://vite.dev/guide/backend-integration)."""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.templatetags.static import static


@dataclass(frozen=True)
class Entry:
    """The addresses a page needs for one entry point: its script, the modules to preload, the style sheets."""

    script: str
    preloads: tuple[str, ...]
    styles: tuple[str, ...]


def find_entry(source: str) -> Entry | None:
    """Return the built files of an entry point such as ``src/main.tsx``; None when the front end is not built."""
    path = settings.BASE_DIR / "frontend" / "dist" / ".vite" / "manifest.json"
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return None
    return _entry(path, changed, source)


@functools.lru_cache(maxsize=8)
def _entry(path: Path, changed: int, source: str) -> Entry | None:
    manifest: dict[str, dict[str, Any]] = msgspec.json.decode(path.read_bytes())
    chunk = manifest.get(source)
    if chunk is None:
        return None
    imported = _imports(manifest, source)
    styles = [style for name in (source, *imported) for style in manifest[name].get("css", [])]
    if chunk["file"].endswith(".css"):
        styles.append(chunk["file"])
    return Entry(
        script=static(chunk["file"]),
        preloads=tuple(static(manifest[name]["file"]) for name in imported),
        styles=tuple(static(style) for style in dict.fromkeys(styles)),
    )


def _imports(manifest: dict[str, dict[str, Any]], source: str) -> list[str]:
    found: dict[str, None] = {}
    waiting = list(manifest[source].get("imports", []))
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting.extend(manifest[name].get("imports", []))
    return list(found)
