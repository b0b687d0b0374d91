"""The manifest of ``pandas-exec``."""

from typing import Final

from agents.domain.manifest import IntentSchema, Manifest, ResourceLimits
from agents.tools import schemas
from agents.tools.pandas_exec.schema import OPERATION

MANIFEST: Final = Manifest(
    name="pandas-exec",
    version="1.0.0",
    title={"en": "Work on a table", "zh-Hans": "处理表格"},
    description={
        "en": "Applies a list of operations to a table: select, filter, derive, group, resample, join, pivot and "
        "more. Runs declared operations only, never code.",
        "zh-Hans": "对表格依次执行一组操作：选择、筛选、计算、分组、按周期汇总、连接、透视等。只执行声明的操作，绝不运行代码。",
    },
    capabilities=("pandas-exec", "transform-table", "aggregate", "filter", "join"),
    intent=IntentSchema(
        input=schemas.obj(
            {
                "table": schemas.table(),
                "operations": schemas.described(
                    "Operations", "操作", "Applied one after the other.", type="array", items=OPERATION, maxItems=200
                ),
                "tables": schemas.described(
                    "Other tables",
                    "其他表格",
                    "By name, for 'join'.",
                    type="object",
                    additionalProperties=schemas.table(),
                    maxProperties=20,
                ),
                "name": schemas.described(
                    "Name of the result", "结果名称", type="string", maxLength=200, default="table.arrow"
                ),
            },
            required=("table", "operations"),
        ),
        output=schemas.obj({"table": schemas.table()}, required=("table",)),
    ),
    entry_point="agents.tools.pandas_exec.run:run",
    category="data",
    icon="table-options",
    limits=ResourceLimits(memory_mib=2048, cpu_s=300, timeout_s=300, concurrency=2),
    cpu_bound=True,
)
