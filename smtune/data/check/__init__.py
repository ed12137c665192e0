"""Looks at the data of a spec before anything is sent: is it what the algorithm reads, and can a score be trusted?"""

from smtune.data.check.model import DataFinding, Look
from smtune.data.check.names import Keys
from smtune.data.check.run import LIMIT, DataCheck, check_data, look_at_data, with_folder

__all__ = ["LIMIT", "DataCheck", "DataFinding", "Keys", "Look", "check_data", "look_at_data", "with_folder"]
