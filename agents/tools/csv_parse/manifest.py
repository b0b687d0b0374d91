"""The manifest of ``csv-parse``."""

from typing import Final

from agents.domain.manifest import IntentSchema, Manifest, ResourceLimits
from agents.tools import schemas
from agents.tools.csv_parse.dates import FORMATS
from agents.tools.csv_parse.options import DELIMITERS, ENCODINGS, MISSING

MANIFEST: Final = Manifest(
    name="csv-parse",
    version="1.0.0",
    title={"en": "Parse CSV", "zh-Hans": "解析 CSV"},
    description={
        "en": "Turns a CSV file of any usual dialect into a table with types: finds delimiter, encoding, number and "
        "date formats by itself, or takes them from you.",
        "zh-Hans": "将各种常见格式的 CSV 文件转换为带类型的表格：可自动识别分隔符、编码、数字和日期格式，也可手动指定。",
    },
    capabilities=("csv-parse", "parse-table", "detect-encoding"),
    intent=IntentSchema(
        input=schemas.obj(
            {
                "file": schemas.file("CSV file", "CSV 文件"),
                "delimiter": schemas.common(
                    schemas.described("Delimiter", "分隔符", enum=list(DELIMITERS), default="auto")
                ),
                "encoding": schemas.common(schemas.described("Encoding", "编码", enum=list(ENCODINGS), default="auto")),
                "header": schemas.described("First row is the header", "首行为表头", type="boolean", default=True),
                "decimal": schemas.described("Decimal sign", "小数点", enum=["auto", ".", ","], default="auto"),
                "thousands": schemas.described(
                    "Thousands separator", "千位分隔符", enum=["auto", "none", ",", ".", " ", "'"], default="auto"
                ),
                "date_format": schemas.described(
                    "Date format",
                    "日期格式",
                    "'auto' keeps dates that could be read two ways (03/04/2026) as text; 'none' finds no dates.",
                    enum=["auto", "none", *FORMATS],
                    default="auto",
                ),
                "missing_values": schemas.described(
                    "Missing values",
                    "缺失值标记",
                    "Texts that stand for no value.",
                    type="array",
                    items={"type": "string", "maxLength": 50},
                    maxItems=50,
                    default=list(MISSING),
                ),
                "skip_rows": schemas.described(
                    "Lines to skip at the top", "跳过的行数", type="integer", minimum=0, maximum=10_000, default=0
                ),
                "max_rows": schemas.described(
                    "Most rows to read",
                    "最多读取行数",
                    "Empty: all of them.",
                    type=["integer", "null"],
                    minimum=1,
                    maximum=100_000_000,
                    default=None,
                ),
                "ragged_rows": schemas.described(
                    "Rows with too few or too many fields",
                    "字段数不符的行",
                    enum=["error", "skip"],
                    default="error",
                ),
            },
            required=("file",),
        ),
        output=schemas.obj(
            {
                "table": schemas.table(),
                "encoding": schemas.described("Encoding", "编码", type="string"),
                "delimiter": schemas.described("Delimiter", "分隔符", type="string"),
                "warnings": schemas.warnings(),
            },
            required=("table", "encoding", "delimiter", "warnings"),
        ),
    ),
    entry_point="agents.tools.csv_parse.run:run",
    category="data",
    icon="file-type-csv",
    limits=ResourceLimits(memory_mib=1024, cpu_s=300, timeout_s=300, concurrency=2),
    cpu_bound=True,
)
