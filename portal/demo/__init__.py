"""Demo people and data, plainly fictional (演示), made through the same functions as real ones, so never illegal."""

from portal.demo.cast import CAST, make_cast
from portal.demo.work import make_work

__all__ = ["CAST", "make_cast", "make_work"]
