"""A file of predictions, a row each -> what a diagnosis needs: a metric by set, how sure it is, people's errors."""

from smtune.predictions.diagnose import diagnose_predictions
from smtune.predictions.read import Predictions, read_predictions

__all__ = ["Predictions", "diagnose_predictions", "read_predictions"]
