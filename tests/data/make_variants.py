"""Makes the sales files of other lands from the sample: ``python -m tests.data.make_variants``."""

from datetime import date
from pathlib import Path

from designer.samples.analyse_sales.make_sales import rows

FOLDER = Path(__file__).parent
EVERY = 5
GERMAN = ("Datum", "Region", "Produkt", "Kanal", "Menge", "Stückpreis", "Rabatt")
CHINESE = ("日期", "区域", "产品", "渠道", "数量", "单价", "折扣")
GERMAN_WORDS = {
    **{"North": "Nord", "South": "Süd", "East": "Ost", "West": "West", "Central": "Mitte"},
    **{"Desk lamp": "Schreibtischlampe", "Office chair": "Bürostuhl", "Standing desk": "Stehpult"},
    **{"Monitor arm": "Monitorarm", "Notebook A5": "Notizbuch A5", "Gel pen set": "Gelstifte, 5 Stück"},
    **{"Headphones": "Kopfhörer", "Desk plant": "Büropflanze", "Store": "Geschäft"},
}
CHINESE_WORDS = {
    **{"North": "华北", "South": "华南", "East": "华东", "West": "西部", "Central": "华中"},
    **{"Desk lamp": "台灯", "Office chair": "办公椅", "Standing desk": "升降桌", "Monitor arm": "显示器支架"},
    **{"Notebook A5": "笔记本", "Gel pen set": "中性笔套装", "Headphones": "耳机", "Desk plant": "桌面绿植"},
    **{"Online": "线上", "Store": "门店", "Partner": "合作伙伴"},
}


def german() -> bytes:
    """Return the file as a German Excel writes it: Latin-1, semicolons, decimal commas, 31.12.2026."""
    lines = [";".join(GERMAN)]
    for day, *words, units, price, discount in rows()[::EVERY]:
        fields = [date.fromisoformat(day).strftime("%d.%m.%Y"), *_said(words, GERMAN_WORDS)]
        fields += [each.translate(str.maketrans(",.", ".,")) for each in (units, price, discount)]
        lines.append(";".join(fields))
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")


def chinese() -> bytes:
    """Return the file as a Chinese Excel writes it: GBK, commas, Chinese headers, 2026/7/1."""
    lines = [",".join(CHINESE)]
    for day, *words, units, price, discount in rows()[::EVERY]:
        moment = date.fromisoformat(day)
        count = f'"{units}"' if "," in units else units
        fields = [f"{moment.year}/{moment.month}/{moment.day}", *_said(words, CHINESE_WORDS), count, price, discount]
        lines.append(",".join(fields))
    return ("\r\n".join(lines) + "\r\n").encode("gbk")


def _said(words: list[str], dictionary: dict[str, str]) -> list[str]:
    return [dictionary.get(word.strip(), word) for word in words]


if __name__ == "__main__":
    (FOLDER / "sales_latin1.csv").write_bytes(german())
    (FOLDER / "sales_gbk.csv").write_bytes(chinese())
