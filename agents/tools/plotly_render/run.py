"""``plotly-render``: a table becomes a chart."""

from typing import Any, Final

import msgspec

from agentcluster import artifacts
from agents.tools.context import CallContext
from agents.tools.frames import to_frame
from agents.tools.plotly_render import png
from agents.tools.plotly_render.browser import find_browser
from agents.tools.plotly_render.errors import PngFailedError, PngUnavailableError
from agents.tools.plotly_render.figure import figure
from agents.tools.plotly_render.prepare import prepare
from agents.tools.plotly_render.request import Request
from agents.tools.tables import read_table

INLINE_BYTES: Final = 48 * 1024


def run(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    """Return ``{"chart": {"figure", "png"}, "warnings"}``; a figure of over 48 KB is an artifact."""
    request = msgspec.convert(input, Request)
    frame = to_frame(read_table(request.table, "/table"))
    drawn = figure(prepare(frame, request), request)
    context.raise_if_over()
    image, warnings = _image(drawn, request, context)
    shown = None if request.output_format == "png" else _inline(drawn)
    return {"chart": {"figure": shown, "png": image}, "warnings": warnings}


def _image(drawn: dict[str, Any], request: Request, context: CallContext) -> tuple[dict[str, Any] | None, list[str]]:
    if request.output_format == "json":
        return None, []
    browser = find_browser()
    demanded = request.output_format == "png"
    try:
        if browser is None:
            raise PngUnavailableError(field="/output_format")
        timeout = min(png.TIMEOUT_S, context.seconds_left())
        data = png.render(drawn, browser, request.width, request.height, timeout)
    except (PngUnavailableError, PngFailedError) as error:
        if demanded:
            raise
        return None, [f"There is no PNG image: {error.message}"]
    name = f"{request.title or 'chart'}.png".replace("/", "-")
    return artifacts.put_bytes(data, "image/png", name).to_value(), []


def _inline(drawn: dict[str, Any]) -> dict[str, Any]:
    encoded = msgspec.json.encode(drawn)
    if len(encoded) <= INLINE_BYTES:
        return drawn
    return artifacts.put_bytes(encoded, "application/json", "figure.json").to_value()
