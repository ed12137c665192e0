"""The next spec from how a tuning job went: ranges refined, or the job extended. What asks the service is in `job`."""

from smtune.revise.model import Change as Change
from smtune.revise.model import Evidence as Evidence
from smtune.revise.model import RefineOptions as RefineOptions
from smtune.revise.model import Revision as Revision
from smtune.revise.model import Top as Top
from smtune.revise.model import Trial as Trial
from smtune.revise.refine import refine as refine
