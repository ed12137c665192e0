"""Two sets of rows: were they drawn from one pool, and if not, which columns tell them apart?"""

from smtune.data.compare.model import ColumnDifference, DataComparison, Reliance, Separation, Side
from smtune.data.compare.run import compare_data

__all__ = ["ColumnDifference", "DataComparison", "Reliance", "Separation", "Side", "compare_data"]
