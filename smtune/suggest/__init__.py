"""A diagnosis and what the training jobs teach -> what to do next: whole specs with a reason for every change.

Pure: a spec, a diagnosis, lessons and trials in, suggestions out. `smtune.advise` reads them of a tuning job.
"""

from smtune.suggest.build import Case, suggest
from smtune.suggest.model import Suggestion, Suggestions

__all__ = ["Case", "Suggestion", "Suggestions", "suggest"]
