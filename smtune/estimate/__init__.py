"""How many training jobs, how long, how much: from a request, a table of prices and said assumptions. Pure."""

from smtune.estimate.budget import Budget, parse_budget, within_budget
from smtune.estimate.build import estimate
from smtune.estimate.minutes import JobMinutes, parse_minutes
from smtune.estimate.model import Cost, Estimate, Figures
from smtune.estimate.notes import service_notes
from smtune.estimate.prices import PriceTable, Tariff, load_prices

__all__ = [
    "Budget",
    "Cost",
    "Estimate",
    "Figures",
    "JobMinutes",
    "PriceTable",
    "Tariff",
    "estimate",
    "load_prices",
    "parse_budget",
    "parse_minutes",
    "service_notes",
    "within_budget",
]
