"""Why a chart cannot be drawn."""

from agents.tools.errors import ToolError


class EmptyTableError(ToolError):
    """The table has no rows to draw."""

    code = "empty_table"


class TooManyPointsError(ToolError):
    """The chart would have more points than a page can show; group or resample the table first."""

    code = "too_many_points"


class TooManySeriesError(ToolError):
    """The chart would have more series than can be told apart; filter the table first."""

    code = "too_many_series"


class PngUnavailableError(ToolError):
    """No Chrome or Chromium was found to draw it; install one (Debian: apt install chromium) or set BROWSER_PATH."""

    code = "png_unavailable"


class PngFailedError(ToolError):
    """The browser that draws the image failed."""

    code = "png_failed"
    retryable = True
