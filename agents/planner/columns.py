"""Which columns of a table an instruction means: by name when the table is known, else by an expression that finds them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

DATES: Final = ("date", "datetime")
NUMBERS: Final = ("number", "integer")
MONEY: Final = (
    "revenue",
    "sales",
    "amount",
    "turnover",
    "total",
    "income",
    "销售额",
    "营业额",
    "金额",
    "收入",
    "总额",
    "umsatz",
)
_QUANTITY: Final = ("units", "quantity", "qty", "数量", "销量", "menge", "anzahl")
_PRICE: Final = ("unit_price", "unit price", "price", "单价", "价格", "preis", "stückpreis")
_DISCOUNT: Final = ("discount", "折扣", "rabatt")
_NO_MEASURE: Final = re.compile(
    r"(?:^|[_\s])(?:id|no|nr|code|year|month|zip|index|编号|年份?|月份?|代码)$", re.IGNORECASE
)
_ALIKE: Final = (
    ("region", "地区", "区域", "大区"),
    ("product", "item", "产品", "商品", "produkt"),
    ("channel", "渠道", "kanal"),
    ("category", "类别", "分类", "品类"),
    ("customer", "client", "客户", "kunde"),
    ("country", "国家", "land"),
    ("city", "城市", "stadt"),
    ("date", "day", "日期", "时间", "datum"),
    (*MONEY, "销售"),
    _QUANTITY,
    _PRICE,
    _DISCOUNT,
)
FEW: Final = 8
"""A column with at most so many different values may become the series of a chart."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the wire describes it, with how many different values it has (0: not counted), and if some miss."""

    name: str
    type: str
    distinct: int = 0
    gaps: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a table. ``days``: from the first to the last date; 0 when there is none."""

    columns: tuple[Column, ...]
    days: int = 0


@dataclass(frozen=True, slots=True)
class Derived:
    """A measure that has to be computed first."""

    name: str
    expression: str


def date_column(profile: Profile) -> str:
    """Return the first date column, empty when there is none."""
    return next((each.name for each in profile.columns if each.type in DATES), "")


def mentioned(profile: Profile, text: str, types: Sequence[str]) -> list[str]:
    """Return the columns of these types that a text names, also by a word alike, in the order of the text."""
    found = []
    for column in profile.columns:
        places = [place for word in _names(column.name) if (place := _place(word, text)) >= 0]
        if column.type in types and places:
            found.append((min(places), column.name))
    return [name for _, name in sorted(found)]


def category(profile: Profile, text: str) -> str:
    """Return the text column an instruction names; empty when it names none."""
    return next(iter(mentioned(profile, text, ("string", "boolean"))), "")


def few_valued(profile: Profile) -> str:
    """Return the first text column with few different values, empty when there is none."""
    return next((each.name for each in profile.columns if each.type == "string" and 1 < each.distinct <= FEW), "")


def measure(profile: Profile, text: str) -> str | Derived:
    """Return the number to look at: the one named, money, quantity times price, or the first; empty when there is none."""
    numbers = [each.name for each in profile.columns if each.type in NUMBERS]
    money = next((name for name in numbers if name.lower() in MONEY), "")
    named = mentioned(profile, text, NUMBERS)
    wants_money = any(_place(word, text) >= 0 for word in MONEY)
    if named and not (wants_money and not money):
        return named[0]
    if money:
        return money
    quantity, price = _one_of(numbers, _QUANTITY), _one_of(numbers, _PRICE)
    if quantity and price:
        discount = _one_of(numbers, _DISCOUNT)
        less = f" * (1 - coalesce({quoted(discount)}, 0))" if discount else ""
        return Derived("revenue", f"round({quoted(quantity)} * {quoted(price)}{less}, 2)")
    plain = [name for name in numbers if not _NO_MEASURE.search(name)]
    return next(iter([*plain, *numbers]), "")


def has_gaps(profile: Profile, name: str) -> bool:
    """Return whether values of a column are missing in some rows."""
    return any(each.gaps for each in profile.columns if each.name == name)


def quoted(name: str) -> str:
    """Return a column's name as an expression of ``pandas-exec`` takes it."""
    return name if re.fullmatch(r"[^\W\d]\w*", name) else f"`{name}`"


def found_in(table: str, wanted: str, name: str = "") -> str:
    """Return an expression for the first date, number or text column of a table that is not known yet.

    ``name`` goes first where the table has it; the very first column stands in where nothing fits.
    """
    columns = f"{table}.columns"
    types = {"date": DATES, "number": NUMBERS, "text": ("string", "boolean")}[wanted]
    listed = ", ".join(f'"{each}"' for each in types)
    names = list(dict.fromkeys([*(_names(name) if name else ()), *(MONEY if wanted == "number" else ())]))
    first = ""
    if names:
        quotes = ", ".join(f'"{each}"' for each in names)
        first = f"{columns}.filter(c, c.name in [{quotes}]) + "
    return f"${{ ({first}{columns}.filter(c, c.type in [{listed}]) + {columns})[0].name }}"


def grouping_word(text: str) -> str:
    """Return the word an instruction groups by ("by region", "按地区"), empty when there is none."""
    match = re.search(
        r"\b(?:by|per|for each|of each)\s+(?!the\b|week|month|day|quarter|year|hour|date)([a-z][\w]*)", text
    )
    if match:
        return match.group(1)
    han = re.search(r"(?:按照?|各个?|每个)(地区|区域|大区|产品|商品|渠道|类别|分类|品类|客户|国家|城市)", text)
    return han.group(1) if han else ""


def _names(name: str) -> tuple[str, ...]:
    lower = name.lower()
    alike = next((group for group in _ALIKE if lower in group), ())
    return tuple(dict.fromkeys((name, lower, lower.replace("_", " "), *alike)))


def _one_of(names: Sequence[str], wanted: Sequence[str]) -> str:
    return next((name for want in wanted for name in names if name.lower() == want), "")


def _place(word: str, text: str) -> int:
    if word.isascii():
        match = re.search(rf"\b{re.escape(word)}s?\b", text)
        return match.start() if match else -1
    return text.find(word)
