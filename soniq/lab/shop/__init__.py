"""The bookshop: a small real database, a real RQ queue, and the code of the day before."""

from soniq.lab.shop import naive
from soniq.lab.shop.bookshop import Shop, open_shop
from soniq.lab.shop.order import Order
from soniq.lab.shop.rows import Rows

__all__ = ["Order", "Rows", "Shop", "naive", "open_shop"]
