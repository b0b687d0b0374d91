"""A figure as a PNG image, drawn by Kaleido in a headless browser that lives as long as the call."""

import asyncio
import logging
from typing import Any, Final

from kaleido import Kaleido

from agents.tools.plotly_render.address_space import unlimited_address_space
from agents.tools.plotly_render.errors import PngFailedError
from agents.tools.plotly_render.fonts import bundled_font
from agents.tools.plotly_render.style import themed

SCALE: Final = 2
TIMEOUT_S: Final = 45.0

# They report every unusual line of the browser as an error; what really fails is raised.
for _name in ("choreographer", "kaleido"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


def render(figure: dict[str, Any], browser: str, width: int, height: int, timeout_s: float = TIMEOUT_S) -> bytes:
    """Return the image, ``width`` x ``height`` px at double density; ``PngFailedError`` when the browser fails."""
    layout = figure["layout"]
    if layout["meta"]["theme"] == "auto":
        layout = themed(layout, "light")
    try:
        with bundled_font(), unlimited_address_space():
            return asyncio.run(_draw({"data": figure["data"], "layout": layout}, browser, width, height, timeout_s))
    except Exception as error:
        raise PngFailedError(f"The browser {browser} failed to draw the image: {error!r}.") from error


async def _draw(figure: dict[str, Any], browser: str, width: int, height: int, timeout_s: float) -> bytes:
    options = {"format": "png", "width": width, "height": height, "scale": SCALE}
    async with asyncio.timeout(timeout_s):
        # MathJax would be fetched from the network.
        async with Kaleido(path=browser, mathjax=False, timeout=timeout_s) as kaleido:
            image: bytes = await kaleido.calc_fig(figure, opts=options)
    return image
