"""The manifest of ``plotly-render``."""

from typing import Final

from agents.domain.manifest import IntentSchema, JSONSchema, Manifest, ResourceLimits
from agents.tools import schemas
from agents.tools.plotly_render.prepare import AGGREGATES
from agents.tools.plotly_render.request import CHARTS


def _text(title: str, chinese: str, description: str = "") -> JSONSchema:
    return schemas.described(title, chinese, description, type="string", maxLength=500)


_NAME: Final[JSONSchema] = {"type": "string", "minLength": 1, "maxLength": 500, "x-widget": "column"}

MANIFEST: Final = Manifest(
    name="plotly-render",
    version="1.0.0",
    title={"en": "Draw a chart", "zh-Hans": "绘制图表"},
    description={
        "en": "Draws a table as a line, bar, area, scatter, pie, heatmap, box or histogram chart: interactive "
        "(Plotly JSON) and as a PNG image.",
        "zh-Hans": "将表格绘制为折线、柱状、面积、散点、饼图、热力图、箱线或直方图：输出可交互的 Plotly JSON 和 PNG 图片。",
    },
    capabilities=("plotly-render", "chart", "visualise"),
    intent=IntentSchema(
        input=schemas.obj(
            {
                "table": schemas.table(),
                "chart": schemas.common(
                    schemas.described("Kind of chart", "图表类型", enum=list(CHARTS), default="line")
                ),
                "x": schemas.described("X axis", "X 轴", "The column along the x axis; of a pie, its slices.", **_NAME),
                "y": schemas.common(
                    schemas.described(
                        "Y axis",
                        "Y 轴",
                        "One column or several. Not needed for a histogram.",
                        anyOf=[_NAME, {"type": "array", "items": _NAME, "minItems": 1, "maxItems": 50}],
                    )
                ),
                "series": schemas.common(
                    schemas.described(
                        "Series", "系列", "The column whose values become series, each with its colour.", **_NAME
                    )
                ),
                "color": schemas.described(
                    "Values of a heatmap", "热力图数值", "The column that gives the colour of each cell.", **_NAME
                ),
                "aggregate": schemas.described(
                    "Rows of the same place", "重复行的汇总", enum=list(AGGREGATES), default="none"
                ),
                "title": schemas.common(_text("Title", "标题")),
                "x_title": _text("Title of the x axis", "X 轴标题", "Empty: the column's name."),
                "y_title": _text("Title of the y axis", "Y 轴标题", "Empty: the column's name."),
                "stacked": schemas.described("Stacked", "堆叠", "For bars and areas.", type="boolean", default=False),
                "theme": schemas.described(
                    "Theme", "主题", "'auto' follows the page.", enum=["auto", "light", "dark"], default="auto"
                ),
                "output_format": schemas.described("Output", "输出格式", enum=["json", "png", "both"], default="both"),
                "width": schemas.described(
                    "Width", "宽度", "Of the image, in px.", type="integer", minimum=200, maximum=4000, default=960
                ),
                "height": schemas.described(
                    "Height", "高度", "Of the image, in px.", type="integer", minimum=150, maximum=4000, default=540
                ),
            },
            required=("table", "x"),
        ),
        output=schemas.obj({"chart": schemas.chart(), "warnings": schemas.warnings()}, required=("chart", "warnings")),
    ),
    entry_point="agents.tools.plotly_render.run:run",
    category="charts",
    icon="chart-line",
    limits=ResourceLimits(memory_mib=2048, cpu_s=120, timeout_s=120, concurrency=2),
    cpu_bound=True,
)
