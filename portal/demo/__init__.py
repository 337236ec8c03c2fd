"""Demo people and data, plainly fictional (演示), made through the same functions as real ones, so never illegal."""

from portal.demo.assessments import make_assessments
from portal.demo.cast import CAST, COLLEAGUES, make_cast
from portal.demo.filings import make_filings
from portal.demo.training import make_training
from portal.demo.work import make_work

__all__ = ["CAST", "COLLEAGUES", "make_assessments", "make_cast", "make_filings", "make_training", "make_work"]
