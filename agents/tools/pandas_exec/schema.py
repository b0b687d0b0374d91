"""JSON Schemas of the operations; ``op`` says which one it is."""

from typing import Any, Final

from agents.domain.manifest import JSONSchema
from agents.tools.pandas_exec.operations.groups import EVERY, FUNCTIONS
from agents.tools.pandas_exec.operations.rows import OPERATORS
from agents.tools.schemas import described, obj


def _column(title: str = "Column", chinese: str = "列", description: str = "") -> JSONSchema:
    return described(title, chinese, description, type="string", minLength=1, maxLength=500, **{"x-widget": "column"})


def _columns(title: str = "Columns", chinese: str = "列", description: str = "", fewest: int = 1) -> JSONSchema:
    items = {"type": "string", "minLength": 1, "x-widget": "column"}
    return described(title, chinese, description, type="array", items=items, minItems=fewest, maxItems=2000)


def _expression(description: str) -> JSONSchema:
    return described("Expression", "表达式", description, type="string", minLength=1, maxLength=2000)


def _enum(title: str, chinese: str, values: tuple[str, ...], default: str) -> JSONSchema:
    return described(title, chinese, enum=list(values), default=default)


_AGGREGATE: Final = described(
    "Summaries",
    "汇总",
    type="array",
    minItems=1,
    maxItems=100,
    items=obj(
        {
            "column": _column(description="May be left out for 'count', which then counts rows."),
            "function": described("Function", "函数", enum=list(FUNCTIONS)),
            "as": described("Name of the result", "结果名称", type="string", minLength=1, maxLength=500),
        },
        required=("function",),
    ),
)
_VALUE: Final = described("Value", "值", "A text, number, true/false, or a list for 'in' and 'not_in'.")


def _operation(op: str, title: str, chinese: str, required: tuple[str, ...], /, **fields: JSONSchema) -> JSONSchema:
    properties: dict[str, Any] = {"op": {"const": op}, **fields}
    return {**described(title, chinese), **obj(properties, ("op", *required))}


OPERATION: Final[JSONSchema] = {
    "oneOf": [
        _operation("select", "Keep columns", "选择列", ("columns",), columns=_columns()),
        _operation("drop", "Drop columns", "删除列", ("columns",), columns=_columns()),
        _operation(
            "rename",
            "Rename columns",
            "重命名列",
            ("columns",),
            columns=described(
                "New names",
                "新名称",
                "Old name to new name.",
                type="object",
                minProperties=1,
                additionalProperties={"type": "string", "minLength": 1, "maxLength": 500},
            ),
            missing=_enum("A column that is not there", "列不存在时", ("error", "ignore"), "error"),
        ),
        _operation(
            "filter",
            "Filter rows",
            "筛选行",
            (),
            column=_column(),
            operator=_enum("Operator", "运算符", OPERATORS, "=="),
            value=_VALUE,
            expression=_expression("Instead: a condition such as units > 10 and region in ['North', 'South']."),
        ),
        _operation(
            "derive",
            "Compute a column",
            "计算列",
            ("expression",),
            column=_column("New column", "新列"),
            expression=_expression("Such as round(units * unit_price * (1 - discount), 2)."),
        ),
        _operation("group", "Group", "分组", ("by", "aggregate"), by=_columns("By", "分组依据"), aggregate=_AGGREGATE),
        _operation("aggregate", "Summarise all", "整体汇总", ("aggregate",), aggregate=_AGGREGATE),
        _operation(
            "resample",
            "Summarise by period",
            "按时间周期汇总",
            ("column", "every", "aggregate"),
            column=_column("Date column", "日期列"),
            every=_enum("Every", "周期", EVERY, "week"),
            by=_columns("For each", "分组依据", fewest=0),
            aggregate=_AGGREGATE,
            partial_periods=_enum(
                "First and last period when not complete", "首尾不完整周期", ("keep", "drop"), "keep"
            ),
            empty_periods=_enum("Periods without rows", "无数据的周期", ("skip", "zero", "missing"), "skip"),
        ),
        _operation(
            "sort",
            "Sort",
            "排序",
            ("by",),
            by=_columns("By", "排序依据"),
            descending=described("Largest first", "降序", type="boolean", default=False),
        ),
        _operation(
            "join",
            "Join a table",
            "连接表",
            ("table", "on"),
            table=described("Table", "表", "A name in 'tables'.", type="string", minLength=1),
            on=_columns("On", "连接键"),
            how=_enum("How", "方式", ("left", "inner", "right", "outer"), "left"),
        ),
        _operation(
            "limit",
            "Keep the first rows",
            "限制行数",
            ("count",),
            count=described("Rows", "行数", type="integer", minimum=0, maximum=10_000_000),
            offset=described("After skipping", "跳过", type="integer", minimum=0, default=0),
        ),
        _operation("distinct", "Drop repeated rows", "去重", (), columns=_columns(fewest=0)),
        _operation(
            "fill_missing",
            "Fill missing values",
            "填充缺失值",
            (),
            columns=_columns(description="None named: all that the method fits.", fewest=0),
            method=_enum("With", "填充方式", ("value", "forward", "backward", "mean", "median", "zero"), "value"),
            value=described("Value", "值", type=["string", "number", "boolean"]),
        ),
        _operation(
            "cast",
            "Change the type",
            "转换类型",
            ("columns", "to"),
            columns=_columns(),
            to=described("To", "目标类型", enum=["string", "integer", "number", "boolean", "date", "datetime"]),
            errors=_enum("What does not fit", "无法转换时", ("fail", "missing"), "fail"),
        ),
        _operation(
            "pivot",
            "Values to columns",
            "透视",
            ("index", "columns", "values"),
            index=_columns("Rows", "行"),
            columns=_column("Columns from", "列来源"),
            values=_column("Values from", "值来源"),
            function=described("Function", "函数", enum=list(FUNCTIONS), default="sum"),
        ),
        _operation(
            "unpivot",
            "Columns to rows",
            "逆透视",
            ("keep",),
            keep=_columns("Keep", "保留列"),
            name=_column("Column for the names", "名称列"),
            value=_column("Column for the values", "数值列"),
        ),
    ]
}
