"""Template tags for what Vite built."""

from django import template

from agentcluster.pages.vite import find_entry

register = template.Library()


@register.simple_tag
def built_styles(source: str) -> tuple[str, ...]:
    """Return the addresses of the style sheets an entry such as ``src/ui/tokens.css`` was built to; none: empty."""
    entry = find_entry(source)
    return entry.styles if entry else ()
