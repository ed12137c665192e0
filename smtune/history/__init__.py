"""What all training jobs of a tuning job teach: importance, edges, plateau, noise, curves, budget, directions.

Pure: training jobs as plain values in, answers out. `smtune.recall` reads them of a job; `smtune.history.text` shows
the answers.
"""

from smtune.history.direction import Support as Support
from smtune.history.direction import Trend as Trend
from smtune.history.direction import Way as Way
from smtune.history.model import History as History
from smtune.history.model import Limits as Limits
from smtune.history.model import Run as Run
from smtune.history.observation import Observation as Observation
from smtune.history.study import Lessons as Lessons
from smtune.history.study import study as study
