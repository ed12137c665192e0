"""Two sets of rows: were they drawn from one pool, and if not, which columns tell them apart?

To import this costs next to nothing: pandas and scikit-learn are loaded where two sets are compared.
"""

from smtune.data.compare.model import ColumnDifference, DataComparison, Reliance, Separation, Side
from smtune.data.compare.run import compare_data
from smtune.data.compare.settings import CompareSettings

__all__ = [
    "ColumnDifference",
    "CompareSettings",
    "DataComparison",
    "Reliance",
    "Separation",
    "Side",
    "compare_data",
]
