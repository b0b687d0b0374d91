"""Makes ``sales_q3.csv``, the same bytes every time: ``python designer/samples/analyse_sales/make_sales.py``.

One quarter of a small trading house: five regions with fates of their own, eight products, three channels; busy
weekends online, quiet ones at partners, a campaign in September. As in life some fields are missing or written oddly.
"""

import csv
import io
import math
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Final, NamedTuple

FIRST, LAST = date(2026, 7, 1), date(2026, 9, 30)
COLUMNS: Final = ("date", "region", "product", "channel", "units", "unit_price", "discount")
PRODUCTS: Final = {
    "Desk lamp": (38.9, 9.0),
    "Office chair": (189.0, 3.2),
    "Standing desk": (449.0, 1.5),
    "Monitor arm": (79.5, 5.0),
    "Notebook A5": (6.9, 26.0),
    "Gel pen set": (11.5, 19.0),
    "Headphones": (129.0, 3.6),
    "Desk plant": (24.5, 6.5),
}
CHANNELS: Final = {"Online": 0.52, "Store": 0.33, "Partner": 0.15}


class Sale(NamedTuple):
    """What was sold of a product in a region on a day; ``price`` in euros, ``discount`` from 0 to 1."""

    day: date
    region: str
    product: str
    channel: str
    units: int
    price: float
    discount: float


def _north(day: int) -> float:
    return 1.0 + 0.0085 * day


def _south(day: int) -> float:
    return 1.12 + 0.05 * math.sin(day / 9)


def _east(day: int) -> float:
    return 0.98 - 0.34 * math.exp(-(((day - 45) / 15) ** 2)) + 0.002 * day


def _west(day: int) -> float:
    return 1.05 - 0.0052 * day


def _central(day: int) -> float:
    return 0.34 + 0.62 / (1 + math.exp(-(day - 55) / 7))


REGIONS: Final = {"North": _north, "South": _south, "East": _east, "West": _west, "Central": _central}
_WEEKDAY: Final = {
    "Online": (0.95, 0.92, 0.95, 1.0, 1.05, 1.22, 1.28),
    "Store": (0.85, 0.88, 0.95, 1.0, 1.2, 1.45, 0.5),
    "Partner": (1.2, 1.2, 1.15, 1.1, 1.05, 0.4, 0.3),
}


def rows(seed: int = 2026) -> list[list[str]]:
    """Return the data rows, each as long as ``COLUMNS``, as they are written to the file."""
    chance = random.Random(seed)  # noqa: S311 - sample data
    made = []
    for day in range((LAST - FIRST).days + 1):
        today = FIRST + timedelta(days=day)
        for region, level in REGIONS.items():
            for product, (price, popularity) in PRODUCTS.items():
                if chance.random() < 0.1:
                    continue
                channel = chance.choices(list(CHANNELS), list(CHANNELS.values()))[0]
                campaign = 1.18 if date(2026, 9, 7) <= today <= date(2026, 9, 20) and channel == "Online" else 1.0
                expected = popularity * level(day) * campaign * _WEEKDAY[channel][today.weekday()]
                units = max(1, round(chance.gauss(expected, 0.22 * expected)))
                discount = chance.choice((0.05, 0.1, 0.15)) if chance.random() < 0.22 * campaign else 0.0
                made.append(_written(chance, Sale(today, region, product, channel, units, price, discount)))
    return made


def _written(chance: random.Random, sale: Sale) -> list[str]:
    """Return the fields as a hurried person and an old till would leave them."""
    if sale.channel == "Partner" and sale.product == "Notebook A5" and chance.random() < 0.12:
        sale = sale._replace(units=chance.randrange(1000, 1400, 20), discount=0.55)
    region, count = sale.region, f"{sale.units:,}"
    price, discount = f"{sale.price:.2f}", f"{sale.discount:.2f}"
    oddity = chance.random()
    if oddity < 0.012:
        count = ""
    elif oddity < 0.02:
        price = "n/a"
    elif oddity < 0.045:
        discount = ""
    elif oddity < 0.05:
        region = f" {region} "
    elif oddity < 0.053:
        region = ""
    return [sale.day.isoformat(), region, sale.product, sale.channel, count, price, discount]


def as_csv() -> str:
    """Return the whole file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows())
    return text.getvalue()


if __name__ == "__main__":
    Path(__file__).with_name("sales_q3.csv").write_text(as_csv(), encoding="utf-8")
