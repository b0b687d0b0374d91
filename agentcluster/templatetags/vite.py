"""Template tags for what Vite built."""

from django import template

from agentcluster.pages.vite import find_entry

register = template.Library()


@register.simple_tag
def built(source: str) -> str:
    """Return the address of a built file such as ``src/ui/tokens.css``; empty when there is none."""
    entry = find_entry(source)
    return entry.script if entry else ""
